import stat
from pathlib import Path

import pytest

from services.standalone.lock import DataFolderInUse, data_folder_lock


def test_a_second_one_is_told_who_holds_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"
    with data_folder_lock(folder), pytest.raises(DataFolderInUse) as caught, data_folder_lock(folder):
        raise AssertionError("two at once")

    assert caught.value.folder == folder
    assert str(caught.value).startswith(f"the data folder {folder} is in use by process ")


def test_it_is_free_again_after_the_block(tmp_path: Path) -> None:
    with data_folder_lock(tmp_path):
        pass
    with pytest.raises(ZeroDivisionError), data_folder_lock(tmp_path):
        raise ZeroDivisionError
    with data_folder_lock(tmp_path):
        pass


def test_a_holder_that_has_not_written_its_name_yet(tmp_path: Path) -> None:
    with data_folder_lock(tmp_path):
        (tmp_path / "lock").write_text("")
        with pytest.raises(DataFolderInUse, match="in use by another process"), data_folder_lock(tmp_path):
            raise AssertionError("two at once")


def test_the_name_of_an_earlier_longer_holder_leaves_no_rest(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text("x" * 5_000)
    with data_folder_lock(tmp_path):
        text = (tmp_path / "lock").read_text()
    assert "x" * 20 not in text
    assert text.count("\n") == 1


def test_others_can_not_look_into_the_folder(tmp_path: Path) -> None:
    with data_folder_lock(tmp_path / "data"):
        assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
        assert stat.S_IMODE((tmp_path / "data" / "lock").stat().st_mode) == 0o600
