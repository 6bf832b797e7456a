"""Everything that the domain refuses, as data: a stable code, and what its sentence needs.

The sentences, in French and English, stand in `sentences`. What a refusal means in HTTP is the API's business.
"""

import dataclasses
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing that is wrong or missing, by field."""

    field: str
    code: str
    data: dict[str, Any] = dataclasses.field(default_factory=dict)


class Refusal(Exception):
    """Root of all refusals. `code` is stable; `data` fills the sentence; `errors` say what, by field."""

    def __init__(self, code: str, *, errors: tuple[FieldError, ...] = (), **data: Any) -> None:  # noqa: ANN401 - what a sentence shows
        details = ", ".join(f"{key}={value}" for key, value in data.items())
        fields = ", ".join(f"{error.field}: {error.code}" for error in errors)
        super().__init__(" ".join(part for part in (code, details, fields) if part))
        self.code = code
        self.data = data
        self.errors = errors


class NotFound(Refusal):
    """There is no such thing."""

    def __init__(self, kind: str, ref: str) -> None:
        super().__init__("not_found", kind=kind, ref=ref)


class Conflict(Refusal):
    """The state of things does not allow it (frozen, not_deletable, job_cancelled…)."""


# What a refusal is called when all that is wrong with it is of one of these.
_TELLING = frozenset({"unknown_reference", "unknown_field", "price_twice"})


class Invalid(Refusal):
    """What was sent can't be taken (invalid, unknown_reference, incomplete, over_credit…).

    One that is `invalid` only for what it names is told by that: unknown_reference, unknown_field, price_twice.
    """

    def __init__(self, code: str, *, errors: tuple[FieldError, ...] = (), **data: Any) -> None:  # noqa: ANN401 - what a sentence shows
        if code == "invalid" and len({error.code for error in errors}) == 1 and errors[0].code in _TELLING:
            code, data = errors[0].code, {**errors[0].data, **data}
        super().__init__(code, errors=errors, **data)


class Forbidden(Refusal):
    """The caller has not the right."""

    def __init__(self, needed: str) -> None:
        super().__init__("forbidden", needed=needed)
        self.needed = needed


class VersionRequired(Refusal):
    """A change under an invoice needs the version it was based on."""

    def __init__(self) -> None:
        super().__init__("version_required")


class StaleVersion(Refusal):
    """The invoice has changed since the version that the change was based on."""

    def __init__(self, based_on: int, current: int) -> None:
        super().__init__("stale_version", based_on=based_on, current=current)
        self.current = current
