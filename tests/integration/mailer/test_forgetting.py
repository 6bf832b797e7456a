"""Addresses are forgotten after a time; an e-mail is recognised for ever."""

import datetime as dt

from shared.bus.outcome import Ack, DeadLetter
from tests.integration.mailer.mailroom import Mailroom
from tests.support.smtp import Phase
from tests.unit.mailer.commands import recipient, send_email

A, B = "a@client.example", "b@client.example"
KEPT = dt.timedelta(days=90)


async def forgotten(room: Mailroom, *, days: int) -> None:
    """So many days go by, and the mailer forgets what it must."""
    room.now += dt.timedelta(days=days)
    await room.deliveries.forget(room.now - KEPT, room.now)


async def everything_kept(room: Mailroom, email_id: str) -> str:
    """All that the database has of an e-mail, as text."""
    async with room.pool.acquire() as connection:
        return str(
            await connection.fetchval(
                """select to_jsonb(e)::text || (select jsonb_agg(r)::text from recipients r where r.email_id = $1)
                   from emails e where e.email_id = $1""",
                email_id,
            )
        )


async def test_addresses_and_what_was_said_of_them_go_and_states_and_hashes_stay(room: Mailroom) -> None:
    room.server.answer(Phase.RCPT, f"550 5.1.1 <{B}> unknown", to=B)
    command = send_email(recipient(A), recipient(B), body="Bonjour Chantal")
    await room.deliver(command)
    before = await room.record(command)

    await forgotten(room, days=89)
    assert await room.record(command) == before
    await forgotten(room, days=2)

    after = await room.record(command)
    assert after.forgotten
    assert [(one.address, one.reply) for one in after.recipients] == [("", None)] * 2
    assert [one.state for one in after.recipients] == ["sent", "refused"]
    assert (after.message_id, after.fingerprint, after.content_sha256) == (
        before.message_id,
        before.fingerprint,
        before.content_sha256,
    )
    kept = await everything_kept(room, command.email_id)
    assert "client.example" not in kept
    assert "Chantal" not in kept


async def test_a_repeat_is_still_recognised_and_told_as_another_message(room: Mailroom) -> None:
    room.server.answer(Phase.RCPT, "550 5.1.1 unknown")
    command = send_email(recipient(A))
    await room.deliver(command)
    (first,) = [one for one in room.bus.published if one.type.endswith("email.failed.v1")]
    assert "550" in first.data["reason"]["message"]
    await forgotten(room, days=91)
    room.bus.published.clear()
    said = list(room.server.commands)

    assert await room.deliver(command) == Ack()
    other = await room.deliver(command.model_copy(update={"body": "autre"}))

    assert isinstance(other, DeadLetter)
    assert room.server.commands == said
    (again,) = [one for one in room.bus.published if one.type.endswith("email.failed.v1")]
    assert (again.id == first.id, again.data["reason"]["code"]) == (False, first.data["reason"]["code"])
    assert again.data["reason"]["message"] == ""


async def test_what_has_not_ended_keeps_its_addresses(room: Mailroom) -> None:
    room.server.answer(Phase.RCPT, "450 4.2.0 later")
    command = send_email(recipient(A))
    await room.deliver(command)

    await forgotten(room, days=91)

    (waiting,) = (await room.record(command)).recipients
    assert waiting.address == A
    room.server.forgive()
    assert await room.deliver(command, attempt=2) == Ack()
    assert await room.states(command) == ["sent"]
