"""What changed between two states of a thing, field by field: the content of an audit row."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from services.invoice_service.domain.money import plain


@dataclass(frozen=True, slots=True)
class Change:
    """One field, before and after: plain data, in which dates and decimals may stand as they are."""

    field: str
    before: Any
    after: Any

    def as_dict(self) -> dict[str, Any]:
        """As the audit trail shows it."""
        return {"field": self.field, "before": _told(self.before), "after": _told(self.after)}


@dataclass(frozen=True, slots=True)
class Personal:
    """A personal datum of somebody: the trail, which nobody can erase, tells that it changed, not what it was."""

    value: Any


WITHHELD = "•••"
"""What the trail shows in the place of a personal datum."""


def changes_between(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> tuple[Change, ...]:
    """Every field whose value differs; what does not exist has none (None everywhere)."""
    old, new = before or {}, after or {}
    if not old:
        return tuple(Change(field, None, value) for field, value in new.items() if value is not None)
    fields = dict.fromkeys((*old, *new))
    return tuple(
        Change(field, old.get(field), new.get(field)) for field in fields if old.get(field) != new.get(field)
    )


def _told(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """As JSON that reads the same whatever column it came from: 1000, not 1000.0000."""
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, Personal):
        return None if value.value is None else WITHHELD
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _told(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [_told(item) for item in value]
    return value
