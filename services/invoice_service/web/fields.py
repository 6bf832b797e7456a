"""The fields of an invoice as a page shows them: what they say, what they can say, and what a form said of them."""

from dataclasses import dataclass, replace
from typing import Any

from services.invoice_service.domain.drafting import Drafting
from services.invoice_service.domain.invoice import Invoice
from services.invoice_service.domain.money import plain
from services.invoice_service.domain.parties import Address
from services.invoice_service.domain.texts import Language
from services.invoice_service.web.forms import WAS, Form

NAMES = (
    "billing_contact",
    "ship_to",
    "tax_code",
    "date",
    "payment_method",
    "payment_term",
    "sales_rep",
    "language",
    "business_entity",
    "exchange_rate",
    "message",
    "note",
    "hold",
)
_LANGUAGES = (("fr", "Français"), ("en", "English"))


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `value` is what its control holds, `text` what a person reads; `choices` are value and label.

    `manual`: it was typed over its default, and can be cleared back to it. `shown` is what the page said before a
    refused form was sent.
    """

    name: str
    value: str
    text: str
    choices: tuple[tuple[str, str], ...] = ()
    manual: bool = False
    shown: str | None = None

    @property
    def was(self) -> str:
        """What the form compares with."""
        return self.value if self.shown is None else self.shown


def fields_of(invoice: Invoice, drafting: Drafting, language: Language) -> dict[str, Field]:
    """Every field, by name."""
    values = _values(invoice)
    choices = _choices(drafting, language)
    if invoice.billing_contact:
        kept = (invoice.billing_contact.id, invoice.billing_contact.name)
        known = choices["billing_contact"]
        choices["billing_contact"] = known if kept[0] in dict(known) else (*known, kept)
    texts = {**values, "billing_contact": invoice.billing_contact.name if invoice.billing_contact else ""}
    return {
        name: Field(
            name=name,
            value=values[name],
            text=dict(choices.get(name, ())).get(values[name], texts[name]),
            choices=choices.get(name, ()),
            manual=name in invoice.manual,
        )
        for name in NAMES
    }


def _values(invoice: Invoice) -> dict[str, str]:
    contact = invoice.billing_contact
    return {
        "billing_contact": contact.id if contact else "",
        "ship_to": invoice.ship_to_address or "",
        "tax_code": invoice.tax_code or "",
        "date": invoice.date.isoformat(),
        "payment_method": invoice.payment_method or "",
        "payment_term": invoice.payment_term or "",
        "sales_rep": invoice.sales_rep or "",
        "language": invoice.language,
        "business_entity": invoice.business_entity,
        "exchange_rate": plain(invoice.exchange_rate) if invoice.exchange_rate else "",
        "message": invoice.message or "",
        "note": invoice.note or "",
        "hold": invoice.hold or "",
    }


def _choices(drafting: Drafting, language: Language) -> dict[str, tuple[tuple[str, str], ...]]:
    return {
        "billing_contact": tuple(
            (contact.id, contact.full_name) for contact in drafting.payer.contacts if contact.active
        ),
        "ship_to": tuple((address.id, _one_line(address)) for address in drafting.customer.addresses),
        "tax_code": tuple((code, code) for code in sorted(drafting.tax_codes)),
        "payment_method": tuple(
            (code, text.text(language)) for code, text in sorted(drafting.methods.items())
        ),
        "payment_term": tuple(
            (code, term.description.text(language)) for code, term in sorted(drafting.terms.items())
        ),
        "sales_rep": tuple(sorted(drafting.sales_reps.items(), key=lambda pair: pair[1])),
        "language": _LANGUAGES,
        "business_entity": tuple((code, code) for code in sorted(drafting.entities)),
    }


def _one_line(address: Address) -> str:
    return ", ".join(part for part in (address.name, address.line1, address.city) if part)


def sent_values(form: Form, language: Language) -> dict[str, Any]:
    """What a form changed, as the body of a PATCH; empty, or `clear`ed, is null: the default comes back."""
    values: dict[str, Any] = {}
    for name, text in form.changed(*NAMES).items():
        values[name] = text.replace("\r\n", "\n") or None
    for name in form.all("clear"):
        values[name] = None
    if values.get("hold") is not None:
        values["hold"] = {"reason": values["hold"]}
    if language == "fr" and values.get("exchange_rate"):
        values["exchange_rate"] = values["exchange_rate"].replace(",", ".")
    return values


def typed(field: Field, form: Form | None) -> Field:
    """The field with what was typed into it, when a form was refused."""
    if form is None or field.name not in form.fields:
        return field
    return replace(field, value=form.text(field.name), shown=form.text(WAS + field.name))
