"""Do the books of a standalone close? The same check as `factures verify`, in this process."""

from services.accounting_sync.composition import beancount_connector
from services.accounting_sync.export import ledger_lines
from services.accounting_sync.settings import AccountingSettings
from services.invoice_service.composition import check_books
from services.invoice_service.settings import InvoiceSettings


async def books_close(invoice: InvoiceSettings, accounting: AccountingSettings) -> list[str]:
    """What does not hold, one sentence each."""
    connector = beancount_connector(accounting)
    ledger = list(ledger_lines(connector)) if connector else []
    unreadable = [
        f"ledger: {line['external_id']}: {line['reason']}" for line in ledger if line["kind"] == "unreadable"
    ]
    report = await check_books(invoice, [line for line in ledger if line["kind"] == "booked"])
    return [*unreadable, *(f"{f.check}: {f.subject}: {f.detail}" for f in report.findings)]
