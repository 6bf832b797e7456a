"""The list of invoices as a workbook: what the screen shows, all of it."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from services.invoice_service.api.workbooks.making import MOST_ROWS, Desk, refuse_more, written
from services.invoice_service.api.workbooks.sheet import Column, Kind, Row
from services.invoice_service.application.context import Context
from services.invoice_service.application.journal_words import STATUSES, YES
from services.invoice_service.application.listing import ListQuery
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.domain.money import ZERO
from services.invoice_service.domain.reports import ListedInvoice
from services.invoice_service.domain.texts import Language, Localized

_L = Localized
_TITLE = _L("Factures", "Invoices")
_TOTAL = _L("Total", "Total")
_COLUMNS: tuple[tuple[Localized, Kind, int], ...] = (
    (_L("Facture #", "Invoice #"), "text", 14),
    (_L("Dossiers #", "Jobs #"), "text", 20),
    (_L("Date", "Date"), "date", 11),
    (_L("Entreprise", "Company"), "text", 40),
    (_L("Sous-total", "Sub-total"), "amount", 16),
    (_L("Devise", "Currency"), "text", 8),
    (_L("Statut", "Status"), "text", 26),
    (_L("En attente", "On hold"), "text", 11),
)


async def fill_invoices(uow: UnitOfWork, context: Context, desk: Desk, asked: ListQuery) -> str:
    """The invoices that a query of the list finds; below, a total for each currency."""
    actor, language, title = context.actor.id, desk.language, _TITLE.text(desk.language)
    refuse_more(await uow.reports.count_invoices(asked, actor, most=MOST_ROWS))
    settings = await uow.settings.get()
    today = settings.today(context.now)
    columns = [Column(heading.text(language), kind, width) for heading, kind, width in _COLUMNS]
    sheet = desk.begin(title, str(today), columns, settings.currency)
    totals: dict[str, Decimal] = {}
    async for invoices in uow.reports.invoices(asked, actor):
        await written(sheet, _rows(invoices, language))
        for invoice in invoices:
            totals[invoice.currency] = totals.get(invoice.currency, ZERO) + invoice.subtotal
    sheet.filter()
    sheet.add(
        Row((_TOTAL.text(language), None, None, None, total, currency, None, None), "total")
        for currency, total in sorted(totals.items())
    )
    return f"{title}_{today}"


def _rows(invoices: Sequence[ListedInvoice], language: Language) -> Iterator[Row]:
    for invoice in invoices:
        yield Row(
            (
                invoice.number,
                ", ".join(invoice.jobs),
                invoice.date,
                invoice.customer_name,
                invoice.subtotal,
                invoice.currency,
                STATUSES[invoice.status].text(language),
                YES.text(language) if invoice.on_hold else None,
            )
        )
