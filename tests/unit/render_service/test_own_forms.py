"""Which files are a shop's form, and what is none."""

from pathlib import Path

import pytest

from services.render_service import own_forms
from services.render_service.errors import UnknownTemplate, Unprintable
from services.render_service.key import digest_of
from services.render_service.own_forms import OwnForm, OwnForms
from tests.support.own_forms import PAGE, own_form
from tests.unit.render_service.snapshots import plain


def _reason(folder: Path, name: str = "ours") -> tuple[str, str]:
    with pytest.raises(Unprintable) as raised:
        OwnForms(folder).find(name)
    return raised.value.code, raised.value.message


def test_a_form_is_its_files_by_their_path(tmp_path: Path) -> None:
    own = own_form(tmp_path, "ours")
    (own / "fonts").mkdir()
    (own / "fonts" / "Shop.ttf").write_bytes(b"\0\1")
    (own / "README.md").write_text("how we made it")

    assert OwnForms(tmp_path).find("ours") == OwnForm(
        "ours", {"invoice.html": PAGE.encode(), "invoice.css": b"", "fonts/Shop.ttf": b"\0\1"}
    )


def test_the_names_are_those_of_the_house_and_of_the_folders(tmp_path: Path) -> None:
    own_form(tmp_path, "ours-1")
    own_form(tmp_path, "Ours")
    (tmp_path / "notes").write_text("no folder")

    assert OwnForms(tmp_path).names() == ("ours-1", "standard-1")
    assert OwnForms(None).names() == ("standard-1",)


def test_a_form_of_the_house_cannot_be_replaced(tmp_path: Path) -> None:
    own_form(tmp_path, "standard-1")

    assert OwnForms(tmp_path).find("standard-1") is None
    assert OwnForms(None).find("standard-1") is None


@pytest.mark.parametrize(
    "name", ["theirs", "", ".", "..", "../ours", "ours/", "/ours", "Ours", "standard-2", "a" * 65]
)
def test_a_name_of_no_form(tmp_path: Path, name: str) -> None:
    own_form(tmp_path / "forms", "ours")
    own_form(tmp_path, "ours")

    with pytest.raises(UnknownTemplate):
        OwnForms(tmp_path / "forms").find(name)


def test_a_shop_without_forms() -> None:
    with pytest.raises(UnknownTemplate):
        OwnForms(None).find("ours")


@pytest.mark.parametrize("needed", ["invoice.html", "invoice.css"])
def test_a_form_without_its_page_or_style(tmp_path: Path, needed: str) -> None:
    (own_form(tmp_path, "ours") / needed).unlink()

    assert _reason(tmp_path) == ("bad_template", f"the form 'ours' can't be used: it has no {needed}")


@pytest.mark.parametrize("target", ["/etc/hostname", "../../secret.png"])
def test_nothing_outside_the_folder_is_a_part_of_it(tmp_path: Path, target: str) -> None:
    (tmp_path / "secret.png").write_bytes(b"secret")
    own = own_form(tmp_path / "forms", "ours")
    (own / "picture.png").symlink_to(target)

    code, message = _reason(tmp_path / "forms")

    assert code == "bad_template"
    assert "picture.png leads out of its folder" in message


def test_a_form_that_is_elsewhere(tmp_path: Path) -> None:
    own_form(tmp_path, "secret")
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms" / "ours").symlink_to("../secret")

    assert _reason(tmp_path / "forms")[0] == "bad_template"


def test_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = own_form(tmp_path, "ours")
    (own / "picture.png").write_bytes(b"x" * 1000)
    monkeypatch.setattr(own_forms, "MAX_BYTES", 1000)
    assert "more than 1000 bytes" in _reason(tmp_path)[1]

    monkeypatch.setattr(own_forms, "MAX_FILES", 2)
    assert "it has 3 files, and 2 are allowed" in _reason(tmp_path)[1]


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    own = own_form(tmp_path, "ours")
    (own / "a.png").symlink_to("b.png")
    (own / "b.png").symlink_to("a.png")

    assert _reason(tmp_path)[0] == "bad_template"


def test_another_content_is_another_form_and_another_document(tmp_path: Path) -> None:
    own = own_form(tmp_path, "ours")
    forms, snapshot = OwnForms(tmp_path), plain(template="ours")
    digests = set()
    for name, content in (
        ("invoice.css", b""),
        ("invoice.css", b"p { color: red }"),
        ("picture.png", b"a"),
        ("picture.png", b"b"),
    ):
        (own / name).write_bytes(content)
        digests.add(digest_of(snapshot, forms.find("ours")))

    assert len(digests) == 4
    assert digest_of(snapshot, forms.find("ours")) in digests
