"""The text of a beancount ledger: a document as one balanced transaction, accounts, the main file. Pure.

Written from the published syntax; beancount itself is never imported, for its licence is the GPL.
"""

import datetime as dt
import hashlib
import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from typing import Literal

from services.accounting_sync.connectors.base import Rejected
from shared.contracts.commands import Posting, TransferInvoice

ACCOUNTS_OPENED = dt.date(1900, 1, 1)
"""Accounts are open from this day; no document may be older."""
RECEIVABLE = "Assets:Receivable"

_ROOTS: dict[str, str] = {"receivable": RECEIVABLE, "revenue": "Income", "tax": "Liabilities"}
_CURRENCY = re.compile(r"[A-Z]{3}")
_COMPONENT = re.compile(r"[A-Z0-9][A-Za-z0-9-]*")
_LINK = re.compile(r"[A-Za-z0-9/._-]+")


def account_name(kind: Literal["receivable", "revenue", "tax"], account: str, tax: str | None = None) -> str:
    """The ledger account of a posting: its kind gives the root, its GL number (and tax) the rest.

    Two different GL numbers never share a ledger account: a number that beancount can't write keeps its
    readable part and gets a piece of its own hash.
    """
    number = f"{account}-{tax}" if tax and not account.endswith(tax) else account
    return f"{_ROOTS[kind]}:{_written(number, _COMPONENT, r'[^A-Za-z0-9-]+')}"


def posting_account(posting: Posting) -> str:
    """The ledger account of a posting."""
    return account_name(posting.kind, posting.account, posting.tax)


def link(number: str) -> str:
    """The link that ties a document to those that name its number."""
    return "^" + _written(number, _LINK, r"[^A-Za-z0-9/._-]+")


def _written(text: str, allowed: re.Pattern[str], others: str) -> str:
    if allowed.fullmatch(text):
        return text
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    readable = re.sub(others, "-", plain).strip("-")
    readable = readable[:1].upper() + readable[1:60]
    digest = hashlib.sha256(text.encode()).hexdigest()[:10]
    return f"{readable or 'X'}-{digest}"


def quoted(text: str) -> str:
    """A string of the ledger, on one line: control characters and line ends become spaces."""
    escaped = _flat(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _flat(text: str) -> str:
    spaced = "".join(" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in text)
    return re.sub(" +", " ", spaced).strip(" ")


def money(amount: Decimal) -> str:
    """An amount to the cent; minus zero is zero."""
    return f"{amount + 0:.2f}"


def main_file(operating_currency: str) -> str:
    """The ledger's own file. One pattern takes in the accounts and every document, so it never changes."""
    return (
        "; Created once by Factures, never rewritten. To add to it, include it from a file of your own.\n"
        'option "title" "Factures"\n'
        f'option "operating_currency" {quoted(operating_currency)}\n'
        'plugin "beancount.plugins.noduplicates"\n'
        'include "books/**/*.beancount"\n'
    )


def accounts_file(text: str, postings: Iterable[Posting]) -> str:
    """The accounts file `text` with an opening for each account of `postings` that has none yet."""
    opened = set(re.findall(r"^\d{4}-\d\d-\d\d[ \t]+open[ \t]+([^\s;]+)", text, flags=re.MULTILINE))
    added: dict[str, str] = {}
    for posting in postings:
        account = posting_account(posting)
        if account not in opened:
            name = f"  name: {quoted(posting.name.fr)}\n" if posting.name else ""
            added[account] = f"{ACCOUNTS_OPENED} open {account}\n{name}"
    if added and text and not text.endswith("\n"):
        text += "\n"  # somebody's editor left the last line open
    return text + "".join(added[account] for account in sorted(added))


def document_file(transfer: TransferInvoice, fingerprint: str) -> str:
    """The one transaction of a document.

    Raises:
        Rejected: it does not sum to zero, or says what a ledger can't hold.
    """
    _refuse_unfit(transfer)
    title = "Facture" if transfer.kind == "invoice" else "Note de crédit"
    tag = "#facture" if transfer.kind == "invoice" else "#note-credit"
    links = [link(transfer.number)]
    if transfer.credited_invoice is not None:
        links.append(link(transfer.credited_invoice))
    narration = quoted(f"{title} {transfer.number}")
    lines = [
        f"{transfer.date} * {quoted(transfer.customer.name)} {narration} {' '.join(dict.fromkeys(links))} {tag}",
        f"  doc_id: {quoted(transfer.invoice_id)}",
        f"  doc_sha256: {quoted(fingerprint)}",
        f"  number: {quoted(transfer.number)}",
        f"  customer: {quoted(transfer.customer.code)}",
        f"  currency: {quoted(transfer.currency)}",
    ]
    if transfer.due_date is not None:
        lines.append(f"  due: {transfer.due_date}")
    if transfer.exchange_rate is not None:
        lines.append(f"  exchange_rate: {transfer.exchange_rate:f}")
    if transfer.credited_invoice is not None:
        lines.append(f"  credits: {quoted(transfer.credited_invoice)}")
    for posting in transfer.postings:
        lines.append(f"  {posting_account(posting)}  {money(posting.amount)} {transfer.currency}")
        lines.append(f"    gl: {quoted(posting.account)}")
        if posting.tax is not None:
            lines.append(f"    tax: {quoted(posting.tax)}")
    return "\n".join(lines) + "\n"


def _refuse_unfit(transfer: TransferInvoice) -> None:
    for field, key in (("invoice id", transfer.invoice_id), ("number", transfer.number)):
        if not _is_key(key):
            raise Rejected("invalid_text", f"the {field} {key!r} can't be written into a ledger")
    for posting in transfer.postings:
        if not posting.account:
            raise Rejected("account_missing", f"a {posting.kind} posting of {transfer.number} has no account")
        if not all(_is_key(key) for key in (posting.account, posting.tax or "-")):
            raise Rejected("invalid_text", f"the account {posting.account!r} can't be written into a ledger")
    if not _CURRENCY.fullmatch(transfer.currency):
        raise Rejected("invalid_currency", f"{transfer.currency!r} is not a currency code")
    if transfer.date < ACCOUNTS_OPENED:
        raise Rejected("invalid_date", f"{transfer.date} is before {ACCOUNTS_OPENED}, when the books begin")
    difference = sum((posting.amount for posting in transfer.postings), Decimal(0))
    if difference:
        raise Rejected(
            "unbalanced",
            f"the postings of {transfer.number} are {money(difference)} off: they must sum to zero",
        )
    receivable = sum((p.amount for p in transfer.postings if p.kind == "receivable"), Decimal(0))
    if receivable != transfer.total:
        raise Rejected(
            "total_differs",
            f"{transfer.number} has a total of {money(transfer.total)}"
            f" and asks for {money(receivable)} to be booked on the customer",
        )


def _is_key(text: str) -> bool:
    """Whether a text that things are found by survives being written and read back unchanged."""
    return text != "" and _flat(text) == text
