"""The first administrator's login of a data folder."""

from pathlib import Path

from services.standalone.first_login import first_login


def test_it_is_made_once_and_nobody_else_reads_it(tmp_path: Path) -> None:
    made = first_login(tmp_path, "ada@shop.example")
    again = first_login(tmp_path, "other@shop.example")
    assert made.new
    assert len(made.password) >= 12
    assert (again.email, again.password, again.new) == ("ada@shop.example", made.password, False)
    assert (tmp_path / "admin-login").stat().st_mode & 0o077 == 0
