"""What makes two commands the same document, whichever attempt and whichever connector carries it."""

import datetime as dt
import hashlib
import json
from decimal import Decimal

from pydantic import JsonValue

from shared.contracts.commands import TransferInvoice

_NOT_CONTENT = {"attempt", "connector"}


def fingerprint_of(command: TransferInvoice) -> str:
    """SHA-256 (hex) of the content to be booked.

    Absent optional fields are left out, so that a field added to the contract later changes no fingerprint
    that is already kept; `5.0` and `5.00` are the same amount.
    """
    content = command.model_dump(mode="python", exclude=_NOT_CONTENT, exclude_none=True)
    text = json.dumps(_canonical(content), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _canonical(value: object) -> JsonValue:
    match value:
        case dict():
            return {str(key): _canonical(item) for key, item in value.items()}
        case list() | tuple():
            return [_canonical(item) for item in value]
        case Decimal():
            return _plain(value)
        case dt.date():
            return value.isoformat()
        case _:
            return str(value)


def _plain(value: Decimal) -> str:
    if value == 0:
        return "0"  # minus zero is zero
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
