"""What a final invoice says to the ledger: what is owed, one revenue per account, one amount per tax."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from services.invoice_service.domain.completeness import receivable_account, revenue_account, tax_account
from services.invoice_service.domain.drafting import Drafting
from services.invoice_service.domain.invoice import Invoice
from services.invoice_service.domain.money import ZERO
from services.invoice_service.domain.texts import Localized


@dataclass(frozen=True, slots=True)
class LedgerPosting:
    """One amount on one account: a debit is positive, a credit negative."""

    account: str
    amount: Decimal
    kind: Literal["receivable", "revenue", "tax"]
    tax: str | None = None
    name: Localized | None = None


class AccountMissing(Exception):
    """A posting has no account: finalize should have refused it."""

    def __init__(self, of: str) -> None:
        super().__init__(f"no account for {of}")
        self.of = of


def postings(invoice: Invoice, drafting: Drafting) -> tuple[LedgerPosting, ...]:
    """The postings of an invoice; they sum to zero. A credit note's have the signs reversed.

    What comes to nothing is no posting: a line without quantity, a tax that a credit does not touch.

    Raises:
        AccountMissing: one has no account.
    """
    receivable = receivable_account(invoice, drafting)
    if receivable is None:
        raise AccountMissing(invoice.payer)
    revenue: dict[str, Decimal] = {}
    for line in invoice.lines:
        if not line.total:
            continue
        account = revenue_account(line, drafting)
        if account is None:
            raise AccountMissing(line.description)
        revenue[account] = revenue.get(account, ZERO) + line.total
    result = [LedgerPosting(receivable, invoice.totals.total, "receivable")]
    result += [LedgerPosting(account, -amount, "revenue") for account, amount in revenue.items()]
    for tax in invoice.totals.taxes:
        if not tax.amount:
            continue
        account = tax_account(tax, drafting)
        if account is None:
            raise AccountMissing(tax.code)
        result.append(LedgerPosting(account, -tax.amount, "tax", tax.code, tax.name))
    return tuple(posting for posting in result if posting.amount)
