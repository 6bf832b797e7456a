"""A sheet, read back: numbers and dates are real, text is text, nothing is a formula or a link."""

import datetime as dt
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl.utils.escape import unescape

from services.invoice_service.api.workbooks.sheet import Column, Row, Sheet
from services.invoice_service.domain.texts import Language
from tests.support.workbooks import cells, opened

COLUMNS = (
    Column("Client", width=30),
    Column("Date", "date"),
    Column("Nombre", "count"),
    Column("Montant", "amount"),
    Column("Total (CAD)", "money"),
    Column("Change", "rate"),
    Column("Taux", "percent"),
)
ROW = Row(
    ("Zoé", dt.date(2025, 7, 18), 3, Decimal("15812.65"), Decimal("-0.10"), Decimal("1.3755"), Decimal("0.09975"))
)  # fmt: skip


def sheet(
    path: Path, language: Language = "fr", currency: str = "CAD", subtitle: str = "2025-07-01 / 2025-07-31"
) -> Sheet:
    return Sheet(
        path / "book.xlsx",
        title="Ventes",
        subtitle=subtitle,
        language=language,
        columns=COLUMNS,
        currency=currency,
    )


def written(path: Path, *rows: Row, language: Language = "fr", currency: str = "CAD") -> bytes:
    begun = sheet(path, language, currency)
    begun.add(rows)
    begun.filter()
    begun.close()
    return (path / "book.xlsx").read_bytes()


def test_numbers_and_dates_are_what_they_are(tmp_path: Path) -> None:
    with opened(written(tmp_path, ROW)) as read:
        assert cells(read) == [
            tuple(column.heading for column in COLUMNS),
            ("Zoé", dt.datetime(2025, 7, 18), 3, 15812.65, -0.1, 1.3755, 0.09975),  # noqa: DTZ001 - a day
        ]
        assert [cell.data_type for cell in read[2]] == ["s", "d", "n", "n", "n", "n", "n"]


@pytest.mark.parametrize(
    ("language", "currency", "money", "percent"),
    [
        ("fr", "CAD", r"#,##0.00\ [$$-C0C];-#,##0.00\ [$$-C0C]", r"0.000#\ %"),
        ("en", "CAD", "[$$-1009]#,##0.00;-[$$-1009]#,##0.00", "0.000#%"),
        ("fr", "EUR", r"#,##0.00\ [$€-C0C];-#,##0.00\ [$€-C0C]", r"0.000#\ %"),
    ],
)
def test_formats_are_those_of_the_language(
    tmp_path: Path, language: Language, currency: str, money: str, percent: str
) -> None:
    with opened(written(tmp_path, ROW, language=language, currency=currency)) as read:
        formats = [cell.number_format for cell in read[2]]

    assert formats == ["@", "yyyy-mm-dd", "#,##0", "#,##0.00", money, "0.0000####", percent]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        '=HYPERLINK("https://evil.example")',
        "+1",
        "-1",
        "@SUM(A1)",
        "https://evil.example",
        "mailto:a@b.example",
        "00042",
        "{=1}",
        '<b>gras</b> & "guillemets"',
        "_x0041_",
        "",
    ],
)  # fmt: skip
def test_text_stays_text_whatever_it_looks_like(tmp_path: Path, text: str) -> None:
    body = written(tmp_path, Row((text, *(None,) * 6)))

    with opened(body) as read:
        cell = read["A2"]
        assert (unescape(cell.value), cell.data_type) == (text, "s")
        assert cell.hyperlink is None
    with zipfile.ZipFile(tmp_path / "book.xlsx") as archive:
        inside = archive.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in inside
        assert "hyperlink" not in inside


def test_text_that_the_library_would_take_for_its_own_marks_is_text(tmp_path: Path) -> None:
    with opened(written(tmp_path, Row(("<r><t>x</t><broken></r>", *(None,) * 6)))) as read:
        assert read["A2"].value == "<r><t>x</t><broken></r> "


def test_what_excel_can_not_hold_is_no_other_number_and_no_shorter_row(tmp_path: Path) -> None:
    large = Decimal("12345678901234.56")
    with opened(written(tmp_path, Row(("x" * 40_000, None, 1, large, large, None, None)))) as read:
        ((_, *_), (text, _, count, amount, *_)) = cells(read)

    assert len(text) == 32_000
    assert (count, amount) == (1, "12345678901234.56")


def test_headings_stay_in_sight_and_on_every_page(tmp_path: Path) -> None:
    group = Row(("Zoé", *(None,) * 6), "group")
    with opened(written(tmp_path, Row(ROW.cells, level=1), group)) as read:
        assert read.freeze_panes == "A2"
        assert read.print_title_rows == "$1:$1"
        assert read.auto_filter.ref == "A1:G3"
        assert read["A1"].font.bold
        assert read["A3"].font.bold
        assert read["A2"].font.bold is False
        assert read.row_dimensions[2].outlineLevel == 1
        assert read.column_dimensions["A"].width > 29
        assert read.oddHeader.right.text == "2025-07-01 / 2025-07-31"


@pytest.mark.parametrize(
    ("subtitle", "shown"),
    [("C-0007 R&D Graphique", "C-0007 R&&D Graphique"), ("&G" * 250, "&&\u2060G" * 30)],
    ids=["a code of Excel's", "a picture, and too long"],
)
def test_a_customers_name_is_only_a_name_in_the_header(tmp_path: Path, subtitle: str, shown: str) -> None:
    sheet(tmp_path, subtitle=subtitle).close()
    with zipfile.ZipFile(tmp_path / "book.xlsx") as archive:
        page = archive.read("xl/worksheets/sheet1.xml").decode()
    assert f"<oddHeader>&amp;L&amp;BVentes&amp;R{shown.replace('&', '&amp;')}</oddHeader>" in page
