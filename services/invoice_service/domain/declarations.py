"""What makes a declared customer or job unfit, whoever declares it: a person, a gateway or a message."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from services.invoice_service.domain.errors import FieldError
from services.invoice_service.domain.job import ExtraCharge, Job
from services.invoice_service.domain.parties import Customer

CODE_PATTERN = r"^(?!\.{1,2}$)[A-Za-z0-9._-]{1,64}$"
"""Neither "." nor "..": they can't stand in a path."""
_CODE = re.compile(CODE_PATTERN)
# No more than what no address can be without; a form that a person fills in is looked at more closely.
_EMAIL = re.compile(r"(?=.{3,254}$)[^\s@<>,;:\"]{1,64}@[^\s@<>,;:\"]+")
_MAX_TEXT = 500
_CURRENCY = re.compile(r"[A-Z]{3}")


def is_code(text: str) -> bool:
    """Whether a text can be a business code."""
    return _CODE.fullmatch(text) is not None


def customer_faults(customer: Customer) -> tuple[FieldError, ...]:
    """Everything that is wrong with a customer by itself."""
    return (
        *_code_faults("code", customer.code),
        *_text_faults("name", customer.name),
        *_currency_faults(customer.currency),
        *(() if customer.bill_to != customer.code else (FieldError("bill_to", "invalid"),)),
        *(
            FieldError(f"contacts[{place}].email", "invalid")
            for place, contact in enumerate(customer.contacts)
            if contact.email is not None and not _EMAIL.fullmatch(contact.email)
        ),
        *_doubles("addresses", "id", [address.id for address in customer.addresses]),
        *_doubles("contacts", "id", [contact.id for contact in customer.contacts]),
        *_doubles(
            "addresses",
            "is_main",
            [address.kind if address.is_main else None for address in customer.addresses],
        ),
        *_doubles("contacts", "is_default", [contact.is_default or None for contact in customer.contacts]),
        *_doubles(
            "contacts",
            "billing_responsible",
            [(contact.active and contact.billing_responsible) or None for contact in customer.contacts],
        ),
    )


def job_faults(job: Job) -> tuple[FieldError, ...]:
    """Everything that is wrong with a job by itself."""
    negative = [name for name in ("ordered_quantity", "produced_quantity") if _negative(getattr(job, name))]
    twice = job.unit_price is not None and job.total_price is not None
    return (
        *_code_faults("number", job.number),
        *_text_faults("title", job.title),
        *(() if job.currency is None else _currency_faults(job.currency)),
        *(FieldError(name, "invalid") for name in negative),
        *((FieldError("total_price", "price_twice"),) if twice else ()),
        *_doubles("extra_charges", "id", [charge.id for charge in job.extra_charges]),
        *(
            fault
            for place, charge in enumerate(job.extra_charges)
            for fault in charge_faults(charge, f"extra_charges[{place}].")
        ),
    )


def charge_faults(charge: ExtraCharge, path: str = "") -> tuple[FieldError, ...]:
    """Everything that is wrong with an extra charge by itself; `path` stands before its fields."""
    quantity = (FieldError(f"{path}quantity", "invalid"),) if _negative(charge.quantity) else ()
    return (*_code_faults(f"{path}id", charge.id), *quantity)


def _negative(quantity: Decimal | None) -> bool:
    return quantity is not None and quantity < 0


def _code_faults(field: str, code: str) -> Iterable[FieldError]:
    return () if is_code(code) else (FieldError(field, "invalid"),)


def _text_faults(field: str, text: str) -> Iterable[FieldError]:
    return () if text.strip() and len(text) <= _MAX_TEXT else (FieldError(field, "invalid"),)


def _currency_faults(currency: str) -> Iterable[FieldError]:
    return () if _CURRENCY.fullmatch(currency) else (FieldError("currency", "invalid"),)


def _doubles(many: str, field: str, values: Sequence[object]) -> Iterable[FieldError]:
    """One fault for each value that stood there before; None never counts."""
    seen: set[object] = set()
    for place, value in enumerate(values):
        if value is not None and value in seen:
            shown = value if isinstance(value, str) else field
            yield FieldError(f"{many}[{place}].{field}", "duplicate", {"value": shown})
        seen.add(value)
