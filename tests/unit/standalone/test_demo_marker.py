"""What a data folder says of its demonstration."""

import datetime as dt
from pathlib import Path

from services.standalone.demo_data.marker import Demonstration, demonstration_in, keep

BEGUN = dt.datetime(2026, 11, 24, 15, 30, 12, tzinfo=dt.UTC)


def test_a_folder_without_one(tmp_path: Path) -> None:
    assert demonstration_in(tmp_path) is None


def test_what_is_kept_is_what_is_found(tmp_path: Path) -> None:
    for complete in (False, True):
        keep(tmp_path, Demonstration(BEGUN, complete))

        assert demonstration_in(tmp_path) == Demonstration(BEGUN, complete)
    assert [path.name for path in tmp_path.iterdir()] == ["demonstration.json"]


def test_one_that_was_cut_off_while_writing_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "demonstration.json.new").write_text('{"begun": "20')

    assert demonstration_in(tmp_path) is None
    keep(tmp_path, Demonstration(BEGUN, complete=False))
    assert demonstration_in(tmp_path) == Demonstration(BEGUN, complete=False)
