"""The forms of a customer: its facts, one of its addresses, one of its contacts; each is edited by itself.

What one form says goes into the whole body of the customer, for the API's model to judge.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from services.invoice_service.api.answers import Json
from services.invoice_service.domain.errors import FieldError, NotFound
from services.invoice_service.domain.texts import Language
from services.invoice_service.web.inputs import Input, body_of

Part = Literal["customer", "address", "contact"]
PARTS: Mapping[Part, tuple[Input, ...]] = {
    "customer": (
        Input("customer.name"),
        Input("customer.language", "choice", choices=("fr", "en")),
        Input("customer.currency"),
        Input("customer.sales_rep", "one_of"),
        Input("customer.bill_to", "customer"),
        Input("customer.tax_code", "one_of"),
        Input("customer.payment_term", "one_of"),
        Input("customer.payment_method", "one_of"),
        Input("customer.receivable_account", "account"),
        Input("customer.business_entity", "one_of"),
        Input("customer.po_required", "flag"),
        Input("customer.prospect", "flag"),
        Input("customer.active", "flag"),
    ),
    "address": (
        Input("address.kind", "choice", choices=("billing", "shipping"), default="billing"),
        Input("address.name"),
        Input("address.line1"),
        Input("address.line2"),
        Input("address.city"),
        Input("address.province"),
        Input("address.postal_code"),
        Input("address.country", default="Canada"),
        Input("address.is_main", "flag"),
    ),
    "contact": (
        Input("contact.first_name"),
        Input("contact.last_name"),
        Input("contact.salutation"),
        Input("contact.email", "email"),
        Input("contact.phone"),
        Input("contact.language", "choice", choices=("", "fr", "en")),
        Input("contact.is_default", "flag"),
        Input("contact.billing_responsible", "flag"),
        Input("contact.billing_email", "flag"),
        Input("contact.active", "flag", default="1"),
    ),
}
_LISTS: Mapping[Part, str] = {"address": "addresses", "contact": "contacts"}
# Of those there is one: whoever gets the mark takes it from who had it (of addresses: of the same kind).
_MARKS: Mapping[Part, tuple[str, ...]] = {
    "address": ("is_main",),
    "contact": ("is_default", "billing_responsible"),
}
_PLACED = re.compile(r"(?:addresses|contacts)\[(\d+)\]\.(\w+)")


@dataclass(frozen=True, slots=True)
class Editing:
    """Which part is edited, and of addresses and contacts the id of which; empty for a new one."""

    part: Part
    id: str = ""

    @property
    def inputs(self) -> tuple[Input, ...]:
        """The fields of the form."""
        return PARTS[self.part]


def editing_of(fields: Mapping[str, str]) -> Editing | None:
    """What these fields of an address or of a form ask to edit."""
    part = next((part for part in PARTS if part == fields.get("edit")), None)
    return Editing(part, fields.get("id", "") if part in _LISTS else "") if part else None


def held(customer: Json, editing: Editing) -> Json | None:
    """What the customer says in that part, as its form names it; None: there is no such address or contact."""
    if editing.part not in _LISTS:
        return {editing.part: customer}
    found = next((one for one in customer[_LISTS[editing.part]] if one["id"] == editing.id), None)
    return None if found is None else {editing.part: found}


def changed(
    customer: Json, editing: Editing, texts: Mapping[str, str], language: Language, new_id: str
) -> tuple[dict[str, Any], int]:
    """The body of the customer with what a form says, and at which place of its list that stands."""
    said = body_of(editing.inputs, texts, language)[editing.part]
    body = {name: value for name, value in customer.items() if name != "code"}
    if editing.part not in _LISTS:
        return {**body, **said}, 0
    rows: list[Json] = list(body[_LISTS[editing.part]])
    place = next((at for at, one in enumerate(rows) if one["id"] == editing.id), len(rows))
    new = {**said, "id": editing.id or new_id}
    rows = [_without_marks(editing.part, one, new) if one["id"] != editing.id else one for one in rows]
    rows[place : place + 1] = [new]
    return {**body, _LISTS[editing.part]: rows}, place


def without(customer: Json, editing: Editing) -> dict[str, Any]:
    """The body of the customer without that address or contact.

    Raises:
        NotFound: there is none.
    """
    if held(customer, editing) is None or editing.part not in _LISTS:
        raise NotFound(editing.part, editing.id)
    body = {name: value for name, value in customer.items() if name != "code"}
    many = _LISTS[editing.part]
    return {**body, many: [one for one in body[many] if one["id"] != editing.id]}


def faults_in_form(errors: Sequence[FieldError], editing: Editing, place: int) -> tuple[FieldError, ...]:
    """What is wrong with the body, by the names of the form's fields; what is wrong elsewhere keeps its own."""

    def named(field: str) -> str:
        match = _PLACED.fullmatch(field)
        if match is None:
            return f"{editing.part}.{field}"
        return f"{editing.part}.{match[2]}" if int(match[1]) == place else field

    return tuple(FieldError(named(error.field), error.code, error.data) for error in errors)


def _without_marks(part: Part, one: Json, new: Mapping[str, Any]) -> Json:
    taken = [mark for mark in _MARKS[part] if new[mark] and (part != "address" or one["kind"] == new["kind"])]
    return {**one, **dict.fromkeys(taken, False)}
