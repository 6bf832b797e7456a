"""The columns of a form: which, in what order, and what a line puts in each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

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


def columns_of(presentation: Presentation, labels: Labels, figures: Figures) -> tuple[Column, ...]:
    """The shop's choice of columns, or the house's; the job's only when the shop shows it.

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
    return tuple(
        Column(
            key,
            f"{labels[key]} ({figures.symbol})" if key in _IN_CURRENCY else labels[key],
            key in _NUMERIC,
        )
        for key in keys
        if key != "job" or presentation.show_job_number
    )


@dataclass(frozen=True, slots=True)
class Cell:
    """A line's text in one column; `span` columns wide."""

    column: Column
    text: str
    span: int = 1


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


def _written(value: Decimal | None, write: Callable[[Decimal], str]) -> str:
    return "" if value is None else write(value)
