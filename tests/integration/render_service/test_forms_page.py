"""docs/forms.md says what a form is given, and its small form prints everything that there is."""

import dataclasses
import re
from pathlib import Path

import pytest

from services.render_service import own_forms
from services.render_service.colours import Palette
from services.render_service.columns import KEYS, Cell, Column
from services.render_service.form import Form, Row
from services.render_service.own_forms import OwnForms
from services.render_service.parties import PartyBlock
from services.render_service.preview import preview
from services.render_service.samples import SAMPLES
from shared.contracts.labels import LABELS
from tests.integration.render_service.documents import ROOMY
from tests.support.own_forms import own_form

PAGE = Path(__file__).parents[3].joinpath("docs", "forms.md").read_text(encoding="utf-8")
TABLES = {
    "`form.`": Form,
    "of a party": PartyBlock,
    "of a column": Column,
    "of a row": Row,
    "of a cell": Cell,
    "of the palette": Palette,
}


def rows(heading: str) -> list[list[str]]:
    """The cells of the table with this heading."""
    table = PAGE.partition(f"| {heading} |")[2].partition("\n\n")[0]
    return [[cell.strip() for cell in row.strip("| ").split("|")] for row in table.splitlines()[2:]]


def block(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    return str(found)


@pytest.mark.parametrize("heading", TABLES)
def test_a_form_is_given_what_the_page_says(heading: str) -> None:
    told = [row[0].strip("`") for row in rows(heading)]

    assert told == [field.name for field in dataclasses.fields(TABLES[heading])]


def test_the_words_are_those_of_the_code() -> None:
    assert rows("key") == [[f"`{key}`", text.fr, text.en] for key, text in LABELS.items()]


def test_columns_files_and_limits_are_those_of_the_code() -> None:
    assert set(re.findall(r"`(\w+)`", rows("of a column")[0][1])) == KEYS
    files = PAGE.partition("**Files**: ")[2].partition("\n- ")[0]
    assert re.findall(r"`(\.\w+)`", files) == list(own_forms.CONTENT_TYPES)
    assert f"{own_forms.MAX_FILES} files and {own_forms.MAX_BYTES // 1_048_576} MiB" in files


@pytest.mark.long
async def test_the_small_form_prints_every_sample(tmp_path: Path) -> None:
    own_form(tmp_path, "small", page=block("html"), style=block("css"))

    outcomes = await preview(tmp_path, ROOMY, OwnForms(tmp_path), "small")

    assert {path.stem: error for path, error in outcomes.items()} == dict.fromkeys(SAMPLES)
