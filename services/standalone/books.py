"""Do the books of a standalone close? The same check as `factures verify`, in this process."""

from services.accounting_sync.composition import beancount_connector
from services.accounting_sync.export import Line, ledger_lines
from services.accounting_sync.settings import AccountingSettings
from services.invoice_service.composition import check_all
from services.invoice_service.settings import InvoiceSettings


def ledger_of(accounting: AccountingSettings) -> list[Line]:
    """What its ledger holds. Raises OSError when it can't be read."""
    connector = beancount_connector(accounting)
    return list(ledger_lines(connector)) if connector else []


async def books_close(invoice: InvoiceSettings, accounting: AccountingSettings) -> list[str]:
    """What does not hold, one sentence each."""
    report = await check_all(invoice, lambda: ledger_of(accounting))
    return [f"{finding.check}: {finding.subject}: {finding.detail}" for finding in report.findings]
