"""Values of the domain as plain data: dicts and tuples of what they hold."""

from dataclasses import fields, is_dataclass
from typing import Any

_NAMES: dict[type, tuple[str, ...] | None] = {}


def plain_data(value: Any) -> dict[str, Any]:  # noqa: ANN401 - any dataclass
    """The fields of a dataclass, those within it too. As `dataclasses.asdict`, without copying what can't change."""
    return {name: _told(getattr(value, name)) for name in _names(type(value)) or ()}


def _told(value: Any) -> Any:  # noqa: ANN401 - what a field may hold
    if isinstance(value, tuple):
        return tuple(map(_told, value))
    return value if _names(type(value)) is None else plain_data(value)


def _names(kind: type) -> tuple[str, ...] | None:
    """The fields of a kind of dataclass; None: it is none."""
    if kind not in _NAMES:
        _NAMES[kind] = tuple(field.name for field in fields(kind)) if is_dataclass(kind) else None
    return _NAMES[kind]
