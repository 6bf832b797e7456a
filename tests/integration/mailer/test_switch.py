"""The mailer's own switch: on, off, or all mail to one address."""

import datetime as dt

from shared.bus.outcome import Ack, Retry
from shared.bus.port import Delivery
from tests.integration.mailer.mailroom import Mailroom
from tests.support.smtp import Phase
from tests.unit.mailer.commands import recipient, send_email

A, B = "a@client.example", "b@client.example"
OFF = {"outbound": "off"}


async def test_while_off_nothing_is_said_and_no_attempt_is_used(room: Mailroom) -> None:
    command = send_email(recipient(A), recipient(B))
    settings = OFF | {"retry_attempts": 3}
    for attempt in (1, 2):
        assert await room.deliver(command, attempt=attempt, settings=settings) == Retry(
            "outbound_off", dt.timedelta(hours=1)
        )
    assert await room.deliver(command, attempt=3, settings=settings) == Ack()
    [(queue, renewed)] = room.bus.requeued
    assert room.server.conversations == 0
    assert await room.states(command) == ["prepared", "prepared"]
    notes = {one.data["recipient"]["reply"] for one in room.bus.published}
    assert notes == {"outbound_off"}
    room.server.answer(Phase.RCPT, "450 4.2.0 greylisted", times=2)
    async with room.handler({"retry_attempts": 3}) as switched_on:
        assert isinstance(await switched_on.handle(Delivery(renewed, queue, 1)), Retry)
        assert await switched_on.handle(Delivery(renewed, queue, 2)) == Ack()
    assert [mail.recipients for mail in room.server.taken] == [(A, B)]


async def test_while_off_a_mail_that_ended_is_still_reported(room: Mailroom) -> None:
    command = send_email(recipient(A))
    await room.deliver(command)
    room.bus.published.clear()
    assert await room.deliver(command, attempt=2, settings=OFF) == Ack()
    assert room.bus.types() == ["recipient_updated", "sent"]


async def test_while_off_a_resend_waits_too(room: Mailroom) -> None:
    command = send_email(recipient(A))
    room.server.drop(Phase.DOT, taken=True, times=1)
    await room.deliver(command)
    room.later(600)
    outcome = await room.deliver(command, attempt=2, settings=OFF)
    assert outcome == Retry("outbound_off", dt.timedelta(hours=1))
    assert len(room.server.taken) == 1


async def test_one_address_gets_all_mail(room: Mailroom) -> None:
    command = send_email(recipient(A), recipient(B, "cc"), recipient("c@client.example", "bcc"))
    assert await room.deliver(command, settings={"outbound": "trial@shop.example"}) == Ack()
    [mail] = room.server.taken
    assert mail.recipients == ("trial@shop.example",)
    assert mail.message["To"] == "trial@shop.example"
    assert await room.states(command) == ["sent"] * 3
    assert [one["email"] for one in room.bus.published[-1].data["recipients"]] == [A, B, "c@client.example"]
