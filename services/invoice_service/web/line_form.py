"""What a person typed into the editor of a line: of all its fields, those that differ from what was shown."""

import re
from typing import Any

from services.invoice_service.domain.texts import Language
from services.invoice_service.web.forms import WAS, Form

TEXTS = ("description", "po_number", "product", "gl_account", "tax_code")
QUANTITIES = ("ordered_quantity", "quantity")
OF_CREDIT = ("description", "quantity", "amount")
_PRICES = {"unit": "unit_price", "total": "total_price"}
_SPACES = re.compile(r"[\s$]")
_THOUSANDS = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?")


def typed_in(form: Form, language: Language) -> dict[str, Any]:
    """The fields of a line that were changed, by the names of the API and as it takes them; null clears one.

    A price is one field and how it is meant (`price_by`). `clear` names one more field to bring back to its default.
    """
    if "amount" in form.fields:
        return _typed_of_credit(form, language)
    changed = form.changed(*TEXTS, *QUANTITIES)
    typed: dict[str, Any] = {name: _read(name, text, language) for name, text in changed.items()}
    if form.changed("price", "price_by"):
        price = plain_number(form.text("price"), language)
        by = _PRICES.get(form.text("price_by"), "unit_price")
        typed |= {by: price} if price else dict.fromkeys(_PRICES.values())
    cleared = form.text("clear")
    if cleared == "price":
        typed |= dict.fromkeys(_PRICES.values())
    elif cleared in (*TEXTS, *QUANTITIES):
        typed[cleared] = None
    return typed


def _typed_of_credit(form: Form, language: Language) -> dict[str, Any]:
    """Of a line of a credit note: positive quantities and amounts, and whether the quantity can be billed again."""
    typed: dict[str, Any] = {
        name: _read(name, text, language) for name, text in form.changed(*OF_CREDIT).items()
    }
    released = form.text("release_quantity")
    if released != form.text(f"{WAS}release_quantity"):
        typed["release_quantity"] = bool(released)
    return {name: value for name, value in typed.items() if value is not None}


def _read(name: str, text: str, language: Language) -> str | None:
    if name in (*QUANTITIES, "amount"):
        return plain_number(text, language) or None
    return text.replace("\r\n", "\n") or None


def plain_number(text: str, language: Language) -> str:
    """A number as people type it (« 1 000,5 », "1,000.5", "$40.00"), as the API takes it; what is none stays so.

    A comma is the decimal mark, but in English where it groups thousands; a point always is.
    """
    bare = _SPACES.sub("", text).replace("\N{MINUS SIGN}", "-")
    if language == "en" and _THOUSANDS.fullmatch(bare):
        return bare.replace(",", "")
    return bare.replace(",", ".") if bare.count(",") == 1 and "." not in bare else bare
