"""Finalize, and what comes after it: the transfer, and its ways out (domain.md: Finalize, Transfer)."""

from collections.abc import Iterator

from tests.integration.invoice_service.machine.model import credits as crediting
from tests.integration.invoice_service.machine.model import totals, trade
from tests.integration.invoice_service.machine.model.figures import Number
from tests.integration.invoice_service.machine.model.world import (
    DONE,
    READY,
    Axis,
    Invoice,
    Line,
    Refused,
    World,
)


def finalize(world: World, ref: str) -> None:
    """POST of finalize; a final answers itself again, and nothing happens."""
    invoice = world.invoices[ref]
    if invoice.final:
        return
    if "date" not in invoice.manual:
        invoice.date = world.today
    if invoice.currency == world.settings["currency"]:
        invoice.exchange_rate = None
    totals.settle(invoice)
    if invoice.kind == "credit_note":
        crediting.settle(world, invoice, for_good=True)
    errors = frozenset(missing(world, invoice))
    if errors:
        raise Refused(422, "incomplete", errors=errors)
    own = invoice.kind == "credit_note" and world.settings["credit_series"] == "own"
    series = world.series[invoice.business_entity, "credit_note" if own else "final"]
    invoice.final_number = series.take()
    invoice.status, invoice.version = READY, invoice.version + 1
    invoice.rendering, invoice.rendered_version = Axis(state="pending"), invoice.version
    invoice.asked = {invoice.version}
    invoice.delivery, invoice.latest_email = Axis(), None
    invoice.connector, invoice.attempt = world.settings["connector"], 1
    unconnected = invoice.connector == "none"
    invoice.transfer = Axis(state="failed", reason="no_connector") if unconnected else Axis(state="pending")
    world.tell(invoice, "invoice.finalized")


def missing(world: World, invoice: Invoice) -> Iterator[tuple[str, str]]:
    """All that is missing, by field."""
    priced = [line for line in invoice.lines if line.total is not None]
    settings = world.settings
    if not priced:
        yield "lines", "no_priced_line"
    if invoice.contact is None:
        yield "billing_contact", "billing_contact_missing"
    if settings["locked_until"] and invoice.date.isoformat() <= settings["locked_until"]:
        yield "date", "period_locked"
    if invoice.hold is not None:
        yield "hold", "on_hold"
    if invoice.currency != settings["currency"] and invoice.exchange_rate is None:
        yield "exchange_rate", "exchange_rate_missing"
    if invoice.kind == "invoice":
        yield from _missing_on_invoice(world, invoice, priced)
    if settings["connector"] != "none":
        yield from missing_accounts(world, invoice)


def _missing_on_invoice(world: World, invoice: Invoice, priced: list[Line]) -> Iterator[tuple[str, str]]:
    if invoice.tax_code is None and (not priced or any(line.tax_code is None for line in priced)):
        yield "tax_code", "tax_code_missing"
    taxes = {tax for line in invoice.lines for tax in totals.taxes_of(invoice, line)}
    if any(trade.rate_on(tax, invoice.date) is None for tax in taxes):
        yield "tax_code", "tax_rate_missing"
    if not (world.billable(invoice.customer) and world.billable(invoice.payer)):
        yield "customer", "prospect"
    yield from _missing_on_lines(world, invoice, priced)
    if invoice.total < 0:
        yield "total", "negative_total"
    credit = world.invoices.get(invoice.rebills or "")
    if credit is not None and not credit.final:
        yield "credited_invoice", "credit_not_final"


def _missing_on_lines(world: World, invoice: Invoice, priced: list[Line]) -> Iterator[tuple[str, str]]:
    if world.customers[invoice.customer]["po_required"]:
        without = [line for line in invoice.lines if line.kind == "job" and not line.po_number]
        if without or not any(line.po_number for line in invoice.lines):
            yield "po_number", "po_number_missing"
    if world.settings["line_account_required"]:
        for place, line in enumerate(invoice.lines):
            if line in priced and not (line.gl_account or line.product):
                yield f"lines[{place}].gl_account", "gl_account_missing"


def missing_accounts(world: World, invoice: Invoice) -> Iterator[tuple[str, str]]:
    """The postings that have no account."""
    settings = world.settings
    for place, line in enumerate(invoice.lines):
        of_product = world.products[line.product]["gl_account"] if line.product else None
        if line.total and not (line.gl_account or of_product or settings["default_revenue_account"]):
            yield f"lines[{place}].gl_account", "gl_account_missing"
    if not (invoice.receivable or settings["default_receivable_account"]):
        yield "receivable_account", "receivable_account_missing"
    if any(tax.amount and code not in trade.REGISTERED for code, tax in invoice.taxes.items()):
        yield "tax_code", "tax_account_missing"


# -- the transfer


def retry_transfer(world: World, ref: str) -> None:
    """POST of transfer/retry."""
    invoice = world.invoices[ref]
    if not may_retry(world, invoice):
        raise Refused(409, "nothing_to_retry")
    errors = frozenset(missing_accounts(world, invoice))
    if errors:
        raise Refused(422, "incomplete", errors=errors)
    invoice.attempt += 1
    invoice.connector = world.settings["connector"]
    invoice.transfer = Axis(state="pending")
    world.tell(invoice, "transfer.retried")


def may_retry(world: World, invoice: Invoice) -> bool:
    """It failed or nobody knows, and there is somewhere to transfer to."""
    failed = invoice.transfer.state in ("failed", "uncertain")
    return invoice.status == READY and failed and world.settings["connector"] != "none"


def may_mark(world: World, invoice: Invoice) -> bool:
    """It failed, nobody knows, or it waits on a paused connector."""
    waits = invoice.transfer.state == "pending" and world.settings["connector_paused"]
    return invoice.status == READY and (invoice.transfer.state in ("failed", "uncertain") or waits)


def mark_transferred(world: World, ref: str, reason: str) -> None:
    """POST of transfer/mark; what was closed by hand answers itself again."""
    invoice = world.invoices[ref]
    if invoice.by_hand:
        return
    if not may_mark(world, invoice):
        raise Refused(409, "nothing_to_retry")
    was = invoice.transfer.state
    invoice.status, invoice.by_hand = DONE, True
    invoice.transfer = Axis(state="succeeded", reason="manual")
    world.tell(invoice, "transfer.marked", ("transfer", was, "succeeded"), ("transfer.reason", None, reason))


def transferred(world: World, ref: str, *, external_id: str, total: Number) -> bool:
    """Accounting has an invoice, for that total; whether that is news."""
    invoice = world.invoices[ref]
    was = invoice.transfer.state
    if was == "succeeded":
        if invoice.by_hand:
            world.tell(invoice, "transfer.late_result", ("result", None, f"ledger: {external_id}"))
        return False
    if total != invoice.total:
        invoice.transfer = Axis(state="failed", reason="total_differs")
        world.tell(invoice, "transfer.failed", ("transfer", was, "failed"))
        return False
    invoice.status, invoice.connector, invoice.external_id = DONE, "ledger", external_id
    invoice.transfer = Axis(state="succeeded")
    world.tell(
        invoice,
        "invoice.transferred",
        ("transfer", was, "succeeded"),
        ("transfer.external_id", None, external_id),
    )
    return True


def not_transferred(world: World, ref: str, state: str, code: str, *, attempt: int) -> None:
    """Accounting refused an invoice, or does not know; of an earlier attempt than the last it says nothing."""
    invoice = world.invoices[ref]
    was = invoice.transfer.state
    if was == "succeeded":
        world.tell(invoice, "transfer.late_result", ("result", None, f"ledger: {code}"))
    elif attempt >= invoice.attempt:
        invoice.transfer = Axis(state=state, reason=code)
        world.tell(invoice, f"transfer.{state}", ("transfer", was, state))
