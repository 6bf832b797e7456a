"""The columns of a form: which, in what order, and what a line puts in each."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import chain

from services.render_service.errors import Unprintable
from services.render_service.figures import Figures
from services.render_service.labels import Labels
from shared.contracts.values import DocumentLine, Presentation

_DEFAULT = ("po_number", "job", "description", "quantity", "unit_price", "total")
_NUMERIC = frozenset({"ordered_quantity", "quantity", "unit_price", "total"})
_IN_CURRENCY = frozenset({"unit_price", "total"})
_ALWAYS = frozenset({"description", "total"})
KEYS = frozenset(_DEFAULT) | _NUMERIC


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `key` is also its class in the template."""

    key: str
    heading: str
    numeric: bool


def columns_of(
    presentation: Presentation, labels: Labels, figures: Figures, *, credit: bool
) -> tuple[Column, ...]:
    """The shop's choice of columns, or the house's; the job's only when the shop shows it.

    `credit`: what was delivered on an invoice is credited on this document.

    Raises:
        Unprintable: a column is unknown or twice there, or description or total is not there.
    """
    keys = _DEFAULT if presentation.columns is None else presentation.columns
    if not set(keys) <= KEYS or not set(keys) >= _ALWAYS or len(set(keys)) != len(keys):
        raise Unprintable(
            "bad_columns",
            f"the columns {', '.join(keys)} can't be printed: each of {', '.join(sorted(KEYS))} may be there "
            "once, and description and total must",
        )

    def heading(key: str) -> str:
        if key == "quantity" and credit:
            return labels["quantity_credited"]
        return f"{labels[key]} ({figures.symbol})" if key in _IN_CURRENCY else labels[key]

    return tuple(
        Column(key, heading(key), key in _NUMERIC)
        for key in keys
        if key != "job" or presentation.show_job_number
    )


@dataclass(frozen=True, slots=True)
class Cell:
    """A line's text in one column; `span` columns wide. `blank`: the decimals that it has not and others have."""

    column: Column
    text: str
    span: int = 1
    blank: str = ""


class Cells:
    """Writes lines into columns."""

    def __init__(self, columns: tuple[Column, ...], labels: Labels, figures: Figures) -> None:
        """An absent order number is said on job lines only: other lines come from no order."""

        def po_number(line: DocumentLine) -> str:
            return line.po_number or (labels["none"] if line.kind == "job" else "")

        writers: Mapping[str, Callable[[DocumentLine], str]] = {
            "po_number": po_number,
            "job": lambda line: line.job or "",
            "description": lambda line: line.description,
            "ordered_quantity": lambda line: _written(line.ordered_quantity, figures.quantity),
            "quantity": lambda line: _written(line.quantity, figures.quantity),
            "unit_price": lambda line: _written(line.unit_price, figures.unit_price),
            "total": lambda line: _written(line.total, figures.amount),
        }
        self._columns = columns
        self._writers = tuple(writers[column.key] for column in columns)

    def of(self, line: DocumentLine) -> tuple[Cell, ...]:
        """A line's cells; a description with nothing at its right takes the room."""
        cells = [
            Cell(column, write(line)) for column, write in zip(self._columns, self._writers, strict=True)
        ]
        place = next(at for at, cell in enumerate(cells) if cell.column.key == "description")
        if not any(cell.text for cell in cells[place + 1 :]):
            cells[place:] = [replace(cells[place], span=len(cells) - place)]
        return tuple(cells)


def aligned(rows: Sequence[tuple[Cell, ...]], point: str) -> tuple[tuple[Cell, ...], ...]:
    """The same cells, each figure with the blank that brings its decimal point under those of its column."""
    longest: Counter[str] = Counter()
    for cell in chain.from_iterable(rows):
        if cell.column.numeric:
            longest[cell.column.key] = max(longest[cell.column.key], len(_decimals(cell.text, point)))

    def put(cell: Cell) -> Cell:
        longest_one = longest[cell.column.key]
        missing = point.ljust(longest_one, "0")[:longest_one][len(_decimals(cell.text, point)) :]
        return replace(cell, blank=missing) if cell.text and missing else cell

    return tuple(tuple(put(cell) for cell in cells) for cells in rows)


def widest(columns: Iterable[Column], rows: Iterable[tuple[Cell, ...]]) -> dict[str, int]:
    """How many characters the longest text of each column has, by the column's key."""
    longest = {column.key: 0 for column in columns}
    for cell in chain.from_iterable(rows):
        longest[cell.column.key] = max(longest[cell.column.key], len(cell.text + cell.blank))
    return longest


def _decimals(text: str, point: str) -> str:
    return text[text.index(point) :] if point in text else ""


def _written(value: Decimal | None, write: Callable[[Decimal], str]) -> str:
    return "" if value is None else write(value)
