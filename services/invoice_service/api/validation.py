"""What pydantic finds wrong, in the contract's codes and in sentences of ours."""

from collections.abc import Sequence

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from services.invoice_service.domain.errors import FieldError, Invalid

_CODES = {"missing": "required", "extra_forbidden": "unknown_field"}


def invalid_body(error: ValidationError) -> Invalid:
    """The refusal of a body, with everything that is wrong with it, by field.

    What was sent is not repeated: it may be a secret.
    """
    found = error.errors(include_url=False, include_input=False)
    if any(one["type"] == "json_invalid" for one in found):
        return Invalid("malformed")
    errors = tuple(_field_error(one) for one in found)
    unknown_only = all(one.code == "unknown_field" for one in errors)
    return Invalid("unknown_field" if unknown_only else "invalid", errors=errors)


def _field_error(found: ErrorDetails) -> FieldError:
    code = _CODES.get(found["type"], "invalid")
    data = {"why": found["msg"]} if code == "invalid" else {}
    return FieldError(field_path(found["loc"]), code, data)


def field_path(location: Sequence[str | int]) -> str:
    """`("addresses", 0, "city")` as `addresses[0].city`."""
    path = ""
    for part in location:
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            path += f".{part}" if path else part
    return path
