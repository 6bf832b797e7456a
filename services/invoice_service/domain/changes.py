"""What changed between two states of a thing, field by field: the content of an audit row."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Change:
    """One field, before and after. A value is plain data (text, number, list, mapping, None)."""

    field: str
    before: Any
    after: Any

    def as_dict(self) -> dict[str, Any]:
        """As the audit trail shows it."""
        return {"field": self.field, "before": self.before, "after": self.after}


def changes_between(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> tuple[Change, ...]:
    """Every field whose value differs; what does not exist has none (None everywhere)."""
    old, new = before or {}, after or {}
    fields = dict.fromkeys((*old, *new))
    return tuple(
        Change(field, old.get(field), new.get(field)) for field in fields if old.get(field) != new.get(field)
    )
