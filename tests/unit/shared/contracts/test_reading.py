"""Reading an envelope: the message, or a sentence without any of its content."""

import datetime as dt

import pytest

from shared.contracts.commands import RenderDocument, SendEmail
from shared.contracts.envelope import Envelope
from shared.contracts.reading import Unreadable, read
from shared.contracts.results import EmailSent

SECRET = "marie@example.ca"
SENT: dict[str, object] = {
    "email_id": "e-1",
    "invoice_id": "i-1",
    "message_id": "<m@x>",
    "at": "2026-01-05T10:00:00Z",
    "recipients": [],
}


def envelope(type_: str, data: dict[str, object]) -> Envelope:
    """An envelope as it may arrive, well or badly filled."""
    return Envelope(
        id="m-1",
        source="/tests",
        type=type_,
        time=dt.datetime(2026, 1, 5, 10, tzinfo=dt.UTC),
        correlationid="c-1",
        data=data,
    )


def test_a_message_of_the_wanted_type_is_read() -> None:
    read_back = read(envelope("results.email.sent.v1", SENT), EmailSent)

    assert read_back.email_id == "e-1"


@pytest.mark.parametrize(
    ("type_", "data", "said"),
    [
        ("commands.unheard.of.v1", {}, "commands.unheard.of.v1"),
        ("results.email.sent.v1", {"email_id": "e-1"}, "is not for this service|Field required"),
        ("commands.email.send.v1", {"email_id": {"to": SECRET}}, "email_id"),
    ],
)
def test_what_can_not_be_read_is_said_without_its_content(
    type_: str, data: dict[str, object], said: str
) -> None:
    with pytest.raises(Unreadable, match=said) as refused:
        read(envelope(type_, data), SendEmail)

    assert SECRET not in str(refused.value)


def test_another_message_is_not_for_this_service() -> None:
    with pytest.raises(Unreadable, match=r"results\.email\.sent\.v1 is not for this service"):
        read(envelope("results.email.sent.v1", SENT), RenderDocument)
