"""Reading what an envelope carries, or saying in one sentence why it can't be: never what it holds."""

from typing import TypeVar

from pydantic import ValidationError

from shared.contracts.envelope import Envelope
from shared.contracts.registry import UnknownMessageType, parse
from shared.contracts.values import Wire

M = TypeVar("M", bound=Wire)


class Unreadable(Exception):
    """A message that its reader can't take, now or later; the sentence may go into logs."""


def what_is_wrong(error: ValidationError) -> str:
    """What a body lacks, by field; never what it holds: this ends up in logs and in message headers."""
    return "; ".join(
        f"{'.'.join(str(part) for part in fault['loc']) or 'body'}: {fault['msg']}"
        for fault in error.errors(include_url=False, include_input=False, include_context=False)
    )


def read(envelope: Envelope, model: type[M]) -> M:
    """The message of an envelope, which must be a `model`.

    Raises:
        Unreadable: no contract has its type, its data do not fit, or it is another message.
    """
    try:
        message = parse(envelope.type, envelope.data)
    except UnknownMessageType as error:
        raise Unreadable(str(error)) from None
    except ValidationError as error:
        raise Unreadable(what_is_wrong(error)) from None
    if not isinstance(message, model):
        raise Unreadable(f"{envelope.type} is not for this service")
    return message
