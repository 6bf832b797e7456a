"""Documents to book: the worked examples of the trade, and ones made to be awkward."""

import datetime as dt
import uuid
from collections.abc import Sequence
from decimal import Decimal

from hypothesis import strategies as st

from shared.contracts.commands import Posting, TransferInvoice
from shared.contracts.values import Localized, Party

HOSTILE = '"; } \\" \\\\ \n2026-01-01 open Assets:Evil\n\t\r\0\x1b[2J ^x #y é \u2028 \u202e 日本 😀 %s {} $'


def posting(kind: str, account: str, amount: str, tax: str | None = None) -> Posting:
    name = Localized(fr=tax, en=tax) if tax else None
    return Posting.model_validate(
        {"kind": kind, "account": account, "amount": amount, "tax": tax, "name": name}
    )


def postings(total: str, revenue: str, *taxes: tuple[str, str, str]) -> tuple[Posting, ...]:
    """Of an invoice, or with negative amounts of a credit note: (account, tax code, amount) per tax."""
    return (
        posting("receivable", "1100", total),
        posting("revenue", "4444", _opposite(revenue)),
        *(posting("tax", account, _opposite(amount), code) for account, code, amount in taxes),
    )


def invoice(**changes: object) -> TransferInvoice:
    """1 x 100.00 in Québec; `changes` replace fields."""
    fields: dict[str, object] = {
        "invoice_id": str(uuid.uuid5(uuid.NAMESPACE_OID, str(changes.get("number", "00004")))),
        "attempt": 1,
        "connector": "beancount",
        "kind": "invoice",
        "number": "00004",
        "date": dt.date(2026, 11, 24),
        "due_date": dt.date(2026, 12, 24),
        "customer": Party(code="C-0007", name="Éditions du Fleuve"),
        "currency": "CAD",
        "postings": postings("114.98", "100.00", ("2310", "TPS", "5.00"), ("2320", "TVQ", "9.98")),
        "total": "114.98",
    }
    return TransferInvoice.model_validate(fields | changes)


def credit_note(**changes: object) -> TransferInvoice:
    """One of ten times 10.00 of `invoice`."""
    fields: dict[str, object] = {
        "kind": "credit_note",
        "number": "00006",
        "due_date": None,
        "postings": postings("-11.50", "-10.00", ("2310", "TPS", "-0.50"), ("2320", "TVQ", "-1.00")),
        "total": "-11.50",
        "credited_invoice": "00004",
    }
    return invoice(**(fields | changes))


def worked_examples() -> list[TransferInvoice]:
    """The examples of the domain, the last credit closing to the cent."""
    shown = postings("18180.59", "15812.65", ("2310", "TPS", "790.63"), ("2320", "TVQ", "1577.31"))
    last = postings("-11.48", "-10.00", ("2310", "TPS", "-0.50"), ("2320", "TVQ", "-0.98"))
    return [
        invoice(number="00015", postings=shown, total="18180.59"),
        invoice(number="00005", postings=postings("4592.00", "4592.00"), total="4592.00"),
        invoice(),
        *(credit_note(number=f"{number:05}") for number in range(20, 29)),
        credit_note(number="00029", postings=last, total="-11.48"),
    ]


def foreign() -> TransferInvoice:
    """In American dollars, without taxes."""
    return invoice(
        number="00030",
        currency="USD",
        exchange_rate="1.3725",
        postings=(posting("receivable", "1101", "250.10"), posting("revenue", "4500", "-250.10")),
        total="250.10",
    )


def hostile() -> list[TransferInvoice]:
    """Texts made to break out of theirs; keys, as far as keys may be so."""
    number = 'F/..\\"2026" (é) 100 %'
    accounts = (
        posting("receivable", 'Clients "à crédit" ; 日本', "1.00"),
        posting("revenue", "ventes:à 100 %", "-0.50"),
        posting("revenue", "-", "-0.25"),
        posting("tax", "4*4", "-0.25", 'T"V"Q'),
    )
    zero = (posting("receivable", "1100", "0.00"), posting("revenue", "4444", "-0.00"))
    return [
        invoice(number=number, customer=Party(code=HOSTILE, name=HOSTILE), postings=accounts, total="1.00"),
        credit_note(number="..", credited_invoice=number, customer=Party(code="", name="")),
        invoice(number=".", postings=zero, total="0.00"),
        invoice(number="n" * 400, postings=(), total="0.00"),
        invoice(number="日" * 200),
    ]


def _opposite(amount: str) -> str:
    return amount[1:] if amount.startswith("-") else f"-{amount}"


_cents = st.integers(min_value=-(10**9), max_value=10**9)
_texts = st.text(max_size=40)
_accounts = st.one_of(st.from_regex(r"[0-9]{4}", fullmatch=True), st.text(min_size=1, max_size=12))


def _is_key(text: str) -> bool:
    return text.isprintable() and text.strip(" ") == text and "  " not in text


def _document(
    number: str, name: str, lines: Sequence[tuple[str, int]], taxes: Sequence[tuple[str, int]], date: dt.date
) -> TransferInvoice:
    total = sum(cents for _, cents in [*lines, *taxes])
    return invoice(
        number=number,
        date=date,
        customer=Party(code=name, name=name),
        postings=(
            posting("receivable", "1100", _amount(total)),
            *(posting("revenue", account, _amount(-cents)) for account, cents in lines),
            *(posting("tax", account, _amount(-cents), "TPS") for account, cents in taxes),
        ),
        total=_amount(total),
    )


def _amount(cents: int) -> str:
    return format(Decimal(cents).scaleb(-2), ".2f")


random_documents = st.builds(
    _document,
    number=st.text(min_size=1, max_size=30).filter(_is_key),
    name=_texts,
    lines=st.lists(st.tuples(_accounts.filter(_is_key), _cents), max_size=5),
    taxes=st.lists(st.tuples(_accounts.filter(_is_key), _cents), max_size=2),
    date=st.dates(min_value=dt.date(1900, 1, 1), max_value=dt.date(2200, 12, 31)),
)
"""Balanced documents with any text a customer's name or a number could hold."""
