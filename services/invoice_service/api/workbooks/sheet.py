"""A workbook of one sheet, written from the top down to a file: what was written is not held in memory.

Numbers and dates are real ones. Text stays text, whatever it looks like: nothing becomes a formula or a link.
"""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import xlsxwriter
from babel.numbers import get_currency_symbol

from services.invoice_service.application.wording import LOCALES
from services.invoice_service.domain.texts import Language

Cell = str | Decimal | int | dt.date | None
Kind = Literal["text", "date", "count", "quantity", "amount", "money", "rate", "percent"]
Style = Literal["plain", "group", "total"]

# Excel's own limits: characters in a cell, in one of two parts of a header, digits of a number that it keeps.
_LONGEST_TEXT = 32_000
_LONGEST_IN_HEADER = 60
_DIGITS = 15
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_STYLES: dict[Style, dict[str, Any]] = {
    "plain": {},
    "group": {"bold": True, "bg_color": "#E8EEF0", "top": 1, "top_color": "#7C9099"},
    "total": {"bold": True, "top": 2},
}
# How the language's readers of Excel in Canada have their own currency in its menus: what it is shown with.
_LOCALE_IDS: dict[Language, str] = {"fr": "C0C", "en": "1009"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what stands above it, what its cells hold, its width in characters."""

    heading: str
    kind: Kind = "text"
    width: int = 14


@dataclass(frozen=True, slots=True)
class Row:
    """A row. `level` 1: Excel can fold it away under the row that sums it up, which comes behind it."""

    cells: Sequence[Cell]
    style: Style = "plain"
    level: int = 0


class Sheet:
    """The sheet, and the file that it is written to. `close` ends both; nothing is there before that."""

    def __init__(
        self,
        path: Path,
        *,
        title: str,
        subtitle: str,
        language: Language,
        columns: Sequence[Column],
        currency: str,
    ) -> None:
        # What it writes to until then goes to the same folder, which goes as a whole.
        self._book = xlsxwriter.Workbook(str(path), {**_OPTIONS, "tmpdir": str(path.parent)})
        self._book.set_properties({"title": f"{title}, {subtitle}" if subtitle else title})
        self._sheet = self._book.add_worksheet(title)
        self._columns = columns
        self._formats = {
            (kind, style): self._book.add_format({"num_format": pattern, **look, **_aligned(kind)})
            for kind, pattern in _patterns(language, currency).items()
            for style, look in _STYLES.items()
        }
        self._row = 0
        self._set_up_page(title, subtitle)
        self._write_headings()

    def add(self, rows: Iterable[Row]) -> None:
        """Write rows behind those that are there."""
        for row in rows:
            self._row += 1
            if row.level:
                self._sheet.set_row(self._row, None, None, {"level": row.level})
            for place, (column, cell) in enumerate(zip(self._columns, row.cells, strict=True)):
                self._write(place, cell, column.kind, row.style)

    def filter(self) -> None:
        """Let readers filter the rows so far."""
        self._sheet.autofilter(0, 0, self._row, len(self._columns) - 1)

    def close(self) -> None:
        """Put the file together."""
        self._book.close()

    def _set_up_page(self, title: str, subtitle: str) -> None:
        sheet = self._sheet
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.set_paper(1)
        sheet.fit_to_pages(1, 0)
        sheet.set_header(f"&L&B{_in_header(title)}&R{_in_header(subtitle)}")
        sheet.set_footer("&R&P / &N")
        sheet.outline_settings(True, True, True, False)  # noqa: FBT003 - xlsxwriter's: sums stand below their rows

    def _write_headings(self) -> None:
        look = {"bold": True, "bottom": 2, "text_wrap": True, "valign": "top"}
        for place, column in enumerate(self._columns):
            self._sheet.set_column(place, place, column.width)
            heading = self._book.add_format({**look, **_aligned(column.kind)})
            self._sheet.write_string(0, place, column.heading, heading)

    def _write(self, place: int, cell: Cell, kind: Kind, style: Style) -> None:
        row, sheet = self._row, self._sheet
        match cell:
            case None:
                sheet.write_blank(row, place, None, self._formats[kind, style])
            case str():
                sheet.write_string(row, place, _safe(cell), self._formats["text", style])
            case dt.date():
                sheet.write_datetime(row, place, cell, self._formats[kind, style])
            case Decimal() if len(cell.as_tuple().digits) > _DIGITS:
                # As a number it would be another one.
                sheet.write_string(row, place, f"{cell:f}", self._formats["text", style])
            case _:
                sheet.write_number(row, place, cell, self._formats[kind, style])


def _safe(text: str) -> str:
    """The text as it is written. xlsxwriter takes one between these marks for XML that it has made itself."""
    marked = text.startswith("<r>") and text.endswith("</r>")
    return f"{text[:_LONGEST_TEXT]} " if marked else text[:_LONGEST_TEXT]


def _in_header(text: str) -> str:
    """The text as a part of a page's header, where `&` begins a code of Excel's and 255 characters are all there are.

    Before G and [ a joiner that nobody sees: xlsxwriter counts pictures there whether the `&` is doubled or not.
    """
    return re.sub(
        r"&([G\[]?)", lambda found: f"&&\u2060{found[1]}" if found[1] else "&&", text[:_LONGEST_IN_HEADER]
    )


def _aligned(kind: Kind) -> dict[str, Any]:
    return {"align": "left" if kind in ("text", "date") else "right"}


def _patterns(language: Language, currency: str) -> dict[Kind, str]:
    """How each kind is shown: signs as Excel's format codes have them, whatever the language of who opens it."""
    symbol = f"[${get_currency_symbol(currency, locale=LOCALES[language])}-{_LOCALE_IDS[language]}]"
    money = rf"#,##0.00\ {symbol}" if language == "fr" else f"{symbol}#,##0.00"
    return {
        "text": "@",
        "date": "yyyy-mm-dd",
        "count": "#,##0",
        "quantity": "#,##0.####",
        "amount": "#,##0.00",
        "money": f"{money};-{money}",
        "rate": "0.0000####",
        "percent": r"0.000#\ %" if language == "fr" else "0.000#%",
    }
