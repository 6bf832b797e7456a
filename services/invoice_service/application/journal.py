"""The audit trail of an invoice in sentences: « Qté facturée : 1 000 → 900 »."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from services.invoice_service.application import wording
from services.invoice_service.application.journal_words import (
    ACTIONS,
    CHANGED,
    EMPTY,
    FIELDS,
    KINDS,
    LANGUAGES,
    LINE,
    LINE_FIELDS,
    NO,
    STATES,
    STATUSES,
    STEPS,
    YES,
)
from services.invoice_service.domain.changes import WITHHELD
from services.invoice_service.domain.texts import Language, Localized

Entry = Mapping[str, Any]
_ON_A_LINE = re.compile(r"lines\[(\d+)\]\.(\w+)")
_LONGEST = 300
# What an action's sentence says already, and what would only repeat the whole invoice.
_SAID: Mapping[str, frozenset[str]] = {
    "invoice.finalized": frozenset({"final_number"}),
    "invoice.transferred": frozenset({"transfer", "transfer.external_id"}),
    "transfer.failed": frozenset({"transfer"}),
    "transfer.uncertain": frozenset({"transfer"}),
    "transfer.marked": frozenset({"transfer", "transfer.reason"}),
    "transfer.late_result": frozenset({"result"}),
    "render.failed": frozenset({"rendering"}),
    "email.prepared": frozenset({"to"}),
    "email.resent": frozenset({"to"}),
    **{f"email.{state}": frozenset({"to", "email"}) for state in ("sent", "partly", "refused", "uncertain")},
}
_NEW_LINE = ("line.added", "line.duplicated", "line.restored")
_IN_SHORT = frozenset({"customer", "date", "total"})
_MONEY = frozenset({"subtotal", "total", "total_price"})
_NUMBERS = frozenset({"ordered_quantity", "quantity", "unit_price", "exchange_rate"})
_DATES = frozenset({"date", "due_date"})
_CHOICES: Mapping[str, Mapping[str, Localized]] = {
    "status": STATUSES,
    "language": LANGUAGES,
    "kind": KINDS,
    "step": STEPS,
    "rendering": STATES,
    "transfer": STATES,
    "email": STATES,
}


@dataclass(frozen=True, slots=True)
class Sentences:
    """An entry in words: what was done, and what changed by it, a sentence each."""

    done: str
    changed: tuple[str, ...]


class _Words(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "—"


def sentences(entry: Entry, language: Language, *, currency: str) -> Sentences:
    """An entry of the trail (`action`, `changes` of `field`, `before`, `after`) in words.

    `currency`: the invoice's. An action or a field that has no words (another release wrote it) shows its name.
    """
    action, changes = str(entry["action"]), list(entry["changes"])
    known = ACTIONS.get(action)
    done = known.text(language).format_map(_named(action, changes)) if known else action
    told = _told_of(action, changes)
    alone = action in (*_NEW_LINE, "line.edited") and len(_positions(told)) == 1
    return Sentences(done, tuple(_sentence(change, language, currency, on_its_line=alone) for change in told))


def field_label(field: str, language: Language) -> str | None:
    """What a field of the trail is called, its line left out; None for one that has no words."""
    on_line = _ON_A_LINE.fullmatch(field)
    if on_line:
        known = LINE_FIELDS.get(on_line[2])
    elif field.startswith("taxes."):
        known = FIELDS["taxes"]
    else:
        known = FIELDS.get(field)
    return known.text(language).format(code=field.partition(".")[2]) if known else None


def _named(action: str, changes: Sequence[Mapping[str, Any]]) -> _Words:
    """What the sentence of an action names."""
    after = {change["field"]: change["after"] for change in changes}
    before = {change["field"]: change["before"] for change in changes}
    words = {
        "number": after.get("final_number")
        if action == "invoice.finalized"
        else after.get("proforma_number"),
        "reference": after.get("transfer.external_id"),
        "to": after.get("to"),
        "reason": after.get("transfer.reason"),
        "result": after.get("result"),
    }
    positions = _positions(changes)
    if positions:
        # What stands behind a line that came or went has moved: the first place that differs is its own.
        told = before if action == "line.removed" else after
        words["line"] = positions[0] + 1
        words["description"] = told.get(f"lines[{positions[0]}].description")
    return _Words({name: word for name, word in words.items() if word is not None})


def _told_of(action: str, changes: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The changes worth a sentence of their own."""
    said = _SAID.get(action, frozenset())
    told = [change for change in changes if change["field"] not in said]
    if action in ("invoice.created", "invoice.deleted"):
        return [change for change in told if change["field"] in _IN_SHORT]
    if action in ("line.removed", "lines.ordered"):
        return [change for change in told if not _ON_A_LINE.fullmatch(change["field"])]
    if action in _NEW_LINE:
        held = [change for change in told if change["after"] is not None]
        return list(_of_new_line(held, min(_positions(changes), default=0)))
    return told


def _of_new_line(changes: Iterable[Mapping[str, Any]], position: int) -> Iterator[Mapping[str, Any]]:
    """The totals, and what the new line holds; not that the lines behind it have moved."""
    for change in changes:
        on_line = _ON_A_LINE.fullmatch(change["field"])
        if on_line is None:
            yield change
        elif int(on_line[1]) == position and on_line[2] not in ("kind", "description"):
            yield {**change, "before": None}


def _positions(changes: Iterable[Mapping[str, Any]]) -> list[int]:
    found = (_ON_A_LINE.fullmatch(change["field"]) for change in changes)
    return sorted({int(match[1]) for match in found if match})


def _sentence(change: Mapping[str, Any], language: Language, currency: str, *, on_its_line: bool) -> str:
    field = str(change["field"])
    label = field_label(field, language) or field
    on_line = _ON_A_LINE.fullmatch(field)
    if on_line and not on_its_line:
        label = f"{LINE.text(language).format(line=int(on_line[1]) + 1)}, {label}"
    before, after = change["before"], change["after"]
    if WITHHELD in (before, after):
        return CHANGED.text(language).format(field=label)
    show = _shown_by(on_line[2] if on_line else field, language, currency)
    values = [EMPTY.text(language) if value is None else show(value) for value in (before, after)]
    if before is None:
        values = values[1:]
    return f"{label}{' : ' if language == 'fr' else ': '}{' → '.join(values)}"


def _shown_by(field: str, language: Language, currency: str) -> Callable[[Any], str]:
    """How a value of a field is shown."""
    if field in _MONEY or field.startswith("taxes."):
        return lambda value: wording.money(Decimal(str(value)), currency, language)
    if field in _NUMBERS:
        return lambda value: wording.number(Decimal(str(value)), language)
    if field in _DATES:
        return lambda value: wording.day(date.fromisoformat(value), language)
    if field == "manual":
        return lambda value: ", ".join(_field_or_line_label(name, language) for name in value)
    choices = _CHOICES.get(field, {})
    return lambda value: _plain(value, language, choices)


def _field_or_line_label(name: str, language: Language) -> str:
    known = FIELDS.get(name) or LINE_FIELDS.get(name)
    return known.text(language) if known else name


def _plain(value: object, language: Language, choices: Mapping[str, Localized]) -> str:
    if isinstance(value, bool):
        return (YES if value else NO).text(language)
    if isinstance(value, Mapping):
        return ", ".join(str(part) for part in value.values() if part)
    text = str(value)
    if text in choices:
        return choices[text].text(language)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
