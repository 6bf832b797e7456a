"""The way of one e-mail over several deliveries, and what must not happen twice."""

import datetime as dt
from dataclasses import replace

import pytest

from services.mailer.progress import Email
from shared.bus import topology
from shared.bus.outcome import Ack, DeadLetter, Retry
from shared.bus.port import Delivery
from shared.contracts.envelope import Envelope
from tests.integration.mailer.mailroom import Mailroom
from tests.support.smtp import Phase
from tests.unit.mailer.commands import enveloped, recipient, send_email

A, B = "a@client.example", "b@client.example"
RESEND = dt.timedelta(minutes=10)


def identities(envelopes: list[Envelope]) -> list[tuple[str, str, str]]:
    return [(one.source, one.id, one.fingerprint()) for one in envelopes]


async def test_the_course_of_a_mail_is_reported_step_by_step(room: Mailroom) -> None:
    pdf = await room.attach("Facture 00004.pdf", b"%PDF-1.7")
    command = send_email(recipient(A), attachments=[pdf])
    assert await room.deliver(command) == Ack()
    states = [one.data["recipient"]["state"] for one in room.bus.published if "recipient" in one.data]
    assert states == ["sending", "sent"]
    closing = room.bus.published[-1]
    assert closing.type == "results.email.sent.v1"
    assert closing.data["at"] == "2025-07-18T15:00:00Z"
    assert closing.data["possible_duplicate"] is False
    assert closing.causationid == f"command-{command.email_id}"
    [mail] = room.server.taken
    assert mail.tls
    assert [part.get_filename() for part in mail.message.iter_attachments()] == ["Facture 00004.pdf"]


@pytest.mark.parametrize(
    "phase", [None, Phase.RCPT, Phase.DOT], ids=["sent", "refused", "refused at the dot"]
)
async def test_a_redelivered_command_repeats_its_reports_and_nothing_else(
    room: Mailroom, phase: Phase | None
) -> None:
    command = send_email(recipient(A), recipient(B, "bcc"))
    if phase is not None:
        room.server.answer(phase, "550 5.1.1 no")
    assert await room.deliver(command) == Ack()
    first, said = list(room.bus.published), list(room.server.commands)
    room.bus.published.clear()
    room.later(3600)
    assert await room.deliver(command, attempt=2) == Ack()
    assert room.server.commands == said
    final = [one for one in first if one.data.get("recipient", {}).get("state") != "sending"]
    assert identities(room.bus.published) == identities(final)


async def test_the_same_email_with_another_body_is_never_sent(room: Mailroom) -> None:
    command = send_email(recipient(A))
    await room.deliver(command)
    room.bus.published.clear()
    other = command.model_copy(update={"body": "another"})
    assert await room.deliver(other) == DeadLetter(
        f"e-mail {command.email_id} was asked for before with another content"
    )
    assert (len(room.server.taken), room.bus.published) == (1, [])


async def test_what_is_no_command_is_parked(room: Mailroom) -> None:
    good = enveloped(send_email())
    async with room.handler() as handler:
        for broken, why in [
            (good.model_copy(update={"type": "commands.document.render.v1"}), "does not know"),
            (good.model_copy(update={"data": {"email_id": "x"}}), "not a SendEmail: 8 errors"),
            (good.model_copy(update={"data": good.data | {"email_id": "a\x00b"}}), "control characters"),
        ]:
            outcome = await handler.handle(Delivery(broken, topology.EMAIL, 1))
            assert isinstance(outcome, DeadLetter)
            assert why in outcome.reason
    assert room.server.conversations == 0


async def test_who_is_sent_is_never_addressed_again(room: Mailroom) -> None:
    command = send_email(recipient(A), recipient(B))
    room.server.answer(Phase.RCPT, "450 4.2.0 greylisted", to=B, times=2)
    assert await room.deliver(command) == Retry("deferred by the mail server")
    assert await room.deliver(command, attempt=2) == Retry("deferred by the mail server")
    assert await room.deliver(command, attempt=3) == Ack()
    assert [mail.recipients for mail in room.server.taken] == [(A,), (B,)]
    assert room.server.taken[0].content == room.server.taken[1].content
    assert room.bus.published[-1].data["possible_duplicate"] is False


async def test_when_the_attempts_are_over_the_last_reply_is_the_reason(room: Mailroom) -> None:
    command = send_email(recipient(A))
    room.server.answer(Phase.RCPT, "450 4.2.0 greylisted", times=2)
    room.server.answer(Phase.RCPT, "451 4.3.0 mailbox full")
    settings = {"retry_attempts": 3}
    for attempt in (1, 2):
        assert isinstance(await room.deliver(command, attempt=attempt, settings=settings), Retry)
    assert await room.deliver(command, attempt=3, settings=settings) == Ack()
    closing = room.bus.published[-1]
    assert closing.type == "results.email.failed.v1"
    assert closing.data["reason"] == {"code": "attempts_exhausted", "message": "451 4.3.0 mailbox full"}
    assert closing.data["recipients"][0]["state"] == "refused"
    assert room.server.conversations == 3


@pytest.mark.parametrize(
    ("phase", "reply"),
    [(Phase.CONNECT, "421 4.3.2 busy"), (Phase.DOT, "451 4.3.0 later")],
    ids=["no session", "at the dot"],
)
async def test_the_attempts_end_at_any_step(room: Mailroom, phase: Phase, reply: str) -> None:
    room.server.answer(phase, reply)
    assert await room.deliver(send_email(recipient(A)), settings={"retry_attempts": 1}) == Ack()
    reason = room.bus.published[-1].data["reason"]
    assert reason["code"] == "attempts_exhausted"
    assert reason["message"].endswith(reply)


async def test_a_refusal_on_the_last_attempt_is_called_a_refusal(room: Mailroom) -> None:
    room.server.answer(Phase.RCPT, "550 5.1.1 who?")
    await room.deliver(send_email(recipient(A)), settings={"retry_attempts": 1})
    assert room.bus.published[-1].data["reason"] == {"code": "refused", "message": "550 5.1.1 who?"}


# -- no answer


async def test_no_answer_twice_is_uncertain_for_good(room: Mailroom) -> None:
    command = send_email(recipient(A))
    room.server.drop(Phase.DOT, taken=True)
    assert await room.deliver(command) == Retry("no answer from the mail server", RESEND)
    room.later(599)
    waits = await room.deliver(command, attempt=2)
    assert waits == Retry("no answer from the mail server", dt.timedelta(seconds=1))
    assert len(room.server.taken) == 1
    room.later(1)
    assert await room.deliver(command, attempt=3) == Ack()
    closing = room.bus.published[-1]
    assert closing.type == "results.email.uncertain.v1"
    assert closing.data["reason"]["code"] == "no_answer"
    room.later(6000)
    assert await room.deliver(command, attempt=4) == Ack()
    assert len(room.server.taken) == 2
    assert room.server.taken[0].content == room.server.taken[1].content


async def test_a_resend_that_is_taken_says_so(room: Mailroom) -> None:
    command = send_email(recipient(A))
    room.server.drop(Phase.DOT, taken=True, times=1)
    await room.deliver(command)
    room.later(600)
    assert await room.deliver(command, attempt=2) == Ack()
    assert room.bus.published[-1].type == "results.email.sent.v1"
    assert room.bus.published[-1].data["possible_duplicate"] is True
    states = [one.data["recipient"]["state"] for one in room.bus.published if "recipient" in one.data]
    assert states == ["sending", "uncertain", "uncertain", "sending", "sent"]


async def test_a_resend_that_is_refused_does_not_deny_the_first_copy(room: Mailroom) -> None:
    command = send_email(recipient(A))
    room.server.drop(Phase.DOT, taken=True, times=1)
    await room.deliver(command)
    room.later(600)
    room.server.answer(Phase.RCPT, "550 5.1.1 seen before")
    assert await room.deliver(command, attempt=2) == Ack()
    assert await room.states(command) == ["uncertain"]
    assert room.bus.published[-1].type == "results.email.uncertain.v1"


async def test_the_resend_also_comes_after_the_last_attempt_of_the_bus(room: Mailroom) -> None:
    command = send_email(recipient(A))
    room.server.drop(Phase.DOT, taken=True, times=1)
    assert await room.deliver(command, attempt=10) == Ack()
    assert "sent" not in room.bus.types()
    [(queue, renewed)] = room.bus.requeued
    assert queue == topology.EMAIL
    assert renewed.id != enveloped(command).id
    room.later(600)
    async with room.handler() as handler:
        assert await handler.handle(Delivery(renewed, queue, 1)) == Ack()
    assert room.bus.types()[-1] == "sent"


async def test_a_mail_that_can_not_be_repeated_exactly_is_not_repeated(room: Mailroom) -> None:
    command = send_email(recipient(A), recipient(B))
    room.server.answer(Phase.RCPT, "450 4.2.0 later", to=B, times=1)
    room.server.drop(Phase.DOT, taken=True, times=1)
    await room.deliver(command)
    room.later(600)
    # As after a new release with another form: other bytes.
    await room.deliveries.apply(command.email_id, lambda known: _with_content(known, "0" * 64))
    assert await room.deliver(command, attempt=2) == Ack()
    assert await room.states(command) == ["uncertain", "sent"]
    assert [mail.recipients for mail in room.server.taken] == [(A,), (B,)]


def _with_content(email: Email, sha256: str) -> Email:
    return replace(email, content_sha256=sha256)


async def test_a_mail_that_now_goes_elsewhere_is_not_repeated_there(room: Mailroom) -> None:
    command = send_email(recipient(A))
    room.server.drop(Phase.DOT, taken=True, times=1)
    await room.deliver(command)
    room.later(600)
    trial = {"outbound": "trial@shop.example"}
    assert await room.deliver(command, attempt=2, settings=trial) == Ack()
    assert await room.states(command) == ["uncertain"]
    assert len(room.server.taken) == 1
