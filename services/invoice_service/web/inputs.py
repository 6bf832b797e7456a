"""The fields of what a shop sets: how each is typed and shown, and what a form says of them as the API's body.

All of it is text until the models of the API have judged it. A form brings along what its page showed
(`was.<name>`): what others have saved meanwhile is kept, and is only asked about where both changed one field.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from services.invoice_service.api.answers import Json
from services.invoice_service.domain.money import plain
from services.invoice_service.domain.texts import Language
from services.invoice_service.web.formats import number
from services.invoice_service.web.forms import WAS, Form
from services.invoice_service.web.line_form import plain_number

Control = Literal[
    "text",
    "lines",
    "number",
    "whole",
    "percent",
    "date",
    "flag",
    "choice",
    "boxes",
    "ordered",
    "emails",
    "account",
    "product",
    "customer",
    "one_of",
    "connector",
    "email",
]
_YES = "1"
_DECIMAL = re.compile(r"-?\d{1,20}(\.\d{1,20})?")
_PLACE = re.compile(r"\.\d+")


@dataclass(frozen=True, slots=True)
class Input:
    """One field, by its name in the API's body (`description.fr`: in an object, `taxes.0.code`: in a list).

    `choices` are the values of a choice or of boxes (`ordered`: in an order of one's own; `one_of`: by name, of what
    the shop has); `default` is what a new record begins with.
    """

    name: str
    control: Control = "text"
    choices: tuple[str, ...] = ()
    default: str = ""

    @property
    def label(self) -> str:
        """What its words are called by (`setting.<label>`): the name without places in lists."""
        return _PLACE.sub("", self.name)

    def text(self, value: Any, language: Language) -> str:  # noqa: ANN401 - JSON
        """A value of the API's answer, as it stands in the field."""
        if value is None or value is False:
            return ""
        if value is True:
            return _YES
        if isinstance(value, list):
            return (", " if self.control == "emails" else " ").join(value)
        if self.control == "percent":
            return number((Decimal(value) * 100).normalize(), language)
        return number(value, language) if self.control == "number" else str(value).strip()

    def value(self, text: str, language: Language) -> Any:  # noqa: ANN401 - JSON
        """A text of the field, as the API takes it; what it can't be stays text, for the API to refuse."""
        match self.control:
            case "flag":
                return text == _YES
            case "boxes" | "ordered":
                return text.split()
            case "emails":
                return [one.strip() for one in re.split(r"[,;\n]", text) if one.strip()]
            case "percent":
                return _fraction(plain_number(text.replace("%", ""), language))
            case "number":
                return plain_number(text, language) or None
            case "whole":
                bare = plain_number(text, language)
                return int(bare) if bare.isascii() and bare.isdigit() and len(bare) < 10 else text or None
            case _:
                return text or None


@dataclass(frozen=True, slots=True)
class Entry:
    """A field with what stands in it: `was` is what the page says that it was, `fault` what is wrong with it."""

    input: Input
    value: str
    was: str
    fault: str = ""


def texts_of(inputs: Iterable[Input], answer: Json, language: Language) -> dict[str, str]:
    """What an answer of the API says, field by field."""
    return {one.name: one.text(_at(answer, one.name), language) for one in inputs}


def typed_in(inputs: Iterable[Input], form: Form) -> dict[str, str]:
    """What a form says, field by field."""
    return {one.name: _typed(one, form) for one in inputs}


def shown_before(inputs: Iterable[Input], form: Form) -> dict[str, str]:
    """What the page showed that a form comes from, field by field."""
    return {one.name: _lines(form.text(WAS + one.name)) for one in inputs}


def body_of(inputs: Iterable[Input], texts: Mapping[str, str], language: Language) -> dict[str, Any]:
    """Texts by field, as a body of the API."""
    body: dict[str, Any] = {}
    for one in inputs:
        *path, last = one.name.split(".")
        inner = body
        for name in path:
            inner = inner.setdefault(name, {})
        inner[last] = one.value(texts[one.name], language)
    return body


def merged(
    typed: Mapping[str, str], was: Mapping[str, str], now: Mapping[str, str]
) -> tuple[dict[str, str], tuple[str, ...]]:
    """What to save: of each field what was typed over what the page showed, else what is there now.

    And the names of the fields that somebody else has changed meanwhile to something else than what is typed.
    """
    changed = {name for name in now if typed[name] != was[name]}
    clashes = tuple(name for name in now if name in changed and now[name] not in (was[name], typed[name]))
    return {name: typed[name] if name in changed else now[name] for name in now}, clashes


def entries(
    inputs: Sequence[Input],
    values: Mapping[str, str],
    was: Mapping[str, str],
    faults: Mapping[str, str],
) -> list[Entry]:
    """The fields of a form to be drawn."""
    return [Entry(one, values[one.name], was[one.name], faults.get(one.name, "")) for one in inputs]


def moved(texts: Mapping[str, str], step: str) -> dict[str, str]:
    """The fields with one choice of an ordered one a place further: `step` is `<field>:<up or down>:<choice>`."""
    name, direction, choice = (*step.split(":", 2), "", "")[:3]
    words = texts.get(name, "").split()
    if choice in words:
        at = words.index(choice)
        to = max(0, at - 1) if direction == "up" else at + 1
        words.insert(to, words.pop(at))
    return {**texts, name: " ".join(words)} if name in texts else dict(texts)


def defaults(inputs: Iterable[Input]) -> dict[str, str]:
    """What the fields of a new record say."""
    return {one.name: one.default for one in inputs}


def _at(answer: Json, name: str) -> Any:  # noqa: ANN401 - JSON
    value: Any = answer
    for part in name.split("."):
        if isinstance(value, list):
            value = value[int(part)] if int(part) < len(value) else None
        else:
            value = value.get(part) if isinstance(value, dict) else None
    return value


def _fraction(percent: str) -> str | None:
    """A rate of so many percent, as the API writes it; what is no number stays as it is."""
    if _DECIMAL.fullmatch(percent) is None:
        return percent or None
    return plain(Decimal(percent) / 100)


def _typed(one: Input, form: Form) -> str:
    if one.control in ("boxes", "ordered"):
        return " ".join(choice for choice in form.all(one.name) if choice in one.choices)
    return _lines(form.text(one.name))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n")
