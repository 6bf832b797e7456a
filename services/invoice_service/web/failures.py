"""What failed or is uncertain, as a workbook: e-mails, transfers, documents."""

from services.invoice_service.api.workbooks.making import MOST_ROWS
from services.invoice_service.api.workbooks.sheet import Cell
from services.invoice_service.application.listing import ListQuery, Page
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.operations import Trouble
from services.invoice_service.web.list_book import ListBook, Reader
from services.invoice_service.web.operations import AXES, reason_in


async def _found(uow: UnitOfWork, _asked: ListQuery) -> Page[Trouble]:
    troubles = await uow.operations.troubles(most=MOST_ROWS)
    return Page(tuple(troubles.shown), None, len(troubles.shown), count_exact=True)


def _cells(one: Trouble, reader: Reader) -> tuple[Cell, ...]:
    row, words = one.row, reader.words
    state = words(f"axis.{AXES.get(one.step, one.step)}.{row['state']}")
    why = [reason_in(row["reason"], words.language)]
    why += [": ".join(filter(None, (to["email"], to["reply"]))) for to in row["refused"] or ()]
    at = reader.day(row["at"])
    step = words(f"failures.step.{one.step}")
    return step, row["number"], row["customer"], state, at, "\n".join(filter(None, why))


BOOK = ListBook[Trouble](
    "failures.title",
    None,
    (
        ("failures.step", "text", 14),
        ("column.number", "text", 14),
        ("column.customer", "text", 34),
        ("column.status", "text", 34),
        ("column.date", "date", 12),
        ("parked.column.reason", "text", 60),
    ),
    _found,
    _cells,
)
