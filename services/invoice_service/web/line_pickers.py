"""What a new line can be made from: found by kind, narrowed by what is searched."""

from dataclasses import dataclass
from decimal import Decimal

from services.invoice_service.application.listing import ListQuery, SortKey
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.records import JobChoice
from services.invoice_service.domain.invoice import Invoice
from services.invoice_service.domain.money import plain
from services.invoice_service.domain.reference import ExtraChargeCode, GlAccount, Product
from services.invoice_service.domain.texts import Language

MOST = 20
POSTED_TO = ("revenue", "expense")
"""The categories of the accounts that a line may have."""
_TEXT_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to make a line from: what its form sends, and what is shown of it.

    `remaining` is what is left of `ordered` to bill, as plain text; `price` is by unit.
    """

    fields: dict[str, str]
    code: str
    text: str
    remaining: str = ""
    ordered: str = ""
    price: Decimal | None = None


async def choices(
    uow: UnitOfWork, invoice: Invoice, kind: str, sought: str, language: Language
) -> tuple[Choice, ...]:
    """The first of what a line of a kind can be made from, for this invoice."""
    words = searchable(sought)
    match kind:
        case "job":
            return tuple(_of_job(job) for job in await uow.jobs.choices(_billable(invoice, words)))
        case "product":
            return tuple(
                Choice({"product": one.code}, one.code, one.description.text(language), price=one.unit_price)
                for one in await uow.reference.first(Product, active(words))
            )
        case "gl":
            return tuple(
                Choice({"gl_account": one.number}, one.number, one.description)
                for one in await uow.reference.first(GlAccount, active(words, category=POSTED_TO))
            )
        case "extra_charge":
            return await _charges(uow, invoice, words, language)
        case _:
            return ()


def searchable(typed: str) -> str:
    """What somebody typed, as it can be looked for."""
    return typed.replace("\0", "")[:_TEXT_LENGTH].strip()


def active(words: str, **filters: tuple[str, ...]) -> ListQuery:
    """What is in use, narrowed by these words."""
    return ListQuery(limit=MOST, filters={"active": (True,), **filters, **({"q": (words,)} if words else {})})


def _billable(invoice: Invoice, words: str = "") -> ListQuery:
    """The customer's jobs with something left to bill, the newest first."""
    filters = {"customer": (invoice.customer,), "billable": (True,), **({"q": (words,)} if words else {})}
    return ListQuery(MOST, (SortKey("number", descending=True),), filters=filters)


def _of_job(job: JobChoice) -> Choice:
    return Choice({"job": job.number}, job.number, job.title, plain(job.remaining), plain(job.ordered))


async def _charges(uow: UnitOfWork, invoice: Invoice, words: str, language: Language) -> tuple[Choice, ...]:
    """Charges of the customer's jobs that are not billed yet, then the shop's own, as lines of their account."""
    of_jobs = [
        Choice(
            {"job": view.job.number, "extra_charge": charge.id},
            view.job.number,
            charge.description,
            plain(charge.remaining),
            plain(charge.quantity),
            charge.unit_price,
        )
        for view in (await uow.jobs.page(_billable(invoice))).items
        for charge in view.job.extra_charges
        if charge.remaining and _found(words, f"{view.job.number} {charge.description}")
    ]
    codes = await uow.reference.first(ExtraChargeCode, active(words))
    return (*of_jobs, *(_of_code(code, language) for code in codes))


def _of_code(code: ExtraChargeCode, language: Language) -> Choice:
    text = code.description.text(language)
    source = {"product": code.product} if code.product else {"gl_account": code.gl_account or ""}
    price = {"price": plain(code.unit_price), "price_by": "unit"} if code.unit_price is not None else {}
    kind = "product" if code.product else "gl"
    return Choice(
        {"kind": kind, **source, "description": text, **price}, code.code, text, price=code.unit_price
    )


def _found(words: str, text: str) -> bool:
    return all(word in text.casefold() for word in words.casefold().split())
