"""One connection serves several mails, and it is known of each how far it came, as if it had one of its own."""

import asyncio
from collections.abc import Callable

import pytest
from pydantic import SecretStr as Secret

from services.mailer.handler import SendEmailHandler
from shared.bus import topology
from shared.bus.outcome import Ack, Outcome, Retry
from shared.bus.port import Delivery
from shared.contracts.commands import SendEmail
from tests.integration.mailer.conftest import Rooms
from tests.integration.mailer.mailroom import Mailroom
from tests.support.smtp import MailServer, Phase
from tests.unit.mailer.commands import enveloped, recipient, send_email

A, B = "a@client.example", "b@client.example"


async def send(handler: SendEmailHandler, command: SendEmail, attempt: int = 1) -> Outcome:
    return await handler.handle(Delivery(enveloped(command), topology.EMAIL, attempt))


def copies(server: MailServer) -> list[tuple[str, ...]]:
    return [mail.recipients for mail in server.taken]


async def test_mails_share_a_connection_until_the_mailer_stops(rooms: Rooms) -> None:
    first, second, third = send_email(recipient(A)), send_email(recipient(B)), send_email(recipient(A))
    async with rooms(users={"shop": "x"}) as room:
        async with room.handler({"smtp_user": "shop", "smtp_password": Secret("x")}) as handler:
            for command in (first, second, third):
                assert await send(handler, command) == Ack()
            assert "QUIT" not in room.server.commands
        assert room.server.conversations == 1
        assert room.server.commands[-1] == "QUIT"
        assert copies(room.server) == [(A,), (B,), (A,)]
        assert {(mail.tls, mail.user) for mail in room.server.taken} == {(True, "shop")}
        sent = [mail.message["Message-ID"] for mail in room.server.taken]
        assert sent == [first.message_id, second.message_id, third.message_id]


async def test_a_connection_serves_so_many_mails_and_no_more(room: Mailroom) -> None:
    async with room.handler({"smtp_mails_per_connection": 2}) as handler:
        for _ in range(5):
            assert await send(handler, send_email()) == Ack()
        assert room.server.conversations == 3
        assert room.server.commands.count("QUIT") == 2


async def test_one_that_nobody_needs_ends_after_a_while(room: Mailroom) -> None:
    async with room.handler({"smtp_idle_seconds": 0.05}) as handler:
        await send(handler, send_email())
        await room.server.until(lambda server: "QUIT" in server.commands)
        assert await send(handler, send_email()) == Ack()
    assert room.server.conversations == 2


async def test_none_is_kept_when_none_may_be(room: Mailroom) -> None:
    async with room.handler({"smtp_idle_seconds": 0}) as handler:
        for _ in range(2):
            await send(handler, send_email())
        assert room.server.commands.count("QUIT") == 2
    assert room.server.conversations == 2


def cut(server: MailServer) -> None:
    server.cut()


def says(phase: Phase, text: str) -> Callable[[MailServer], None]:
    return lambda server: server.answer(phase, text, times=1)


def drops(phase: Phase) -> Callable[[MailServer], None]:
    return lambda server: server.drop(phase, times=1)


def holds(phase: Phase) -> Callable[[MailServer], None]:
    return lambda server: server.hold(phase, times=1)


@pytest.mark.parametrize(
    "fault",
    [
        cut,
        says(Phase.RSET, "421 4.4.2 timeout exceeded"),
        says(Phase.RSET, "500 5.5.1 what?"),
        drops(Phase.RSET),
        holds(Phase.RSET),
        says(Phase.MAIL, "421 4.7.0 too many mails here"),
        says(Phase.MAIL, "451 4.7.0 too many mails here"),
        drops(Phase.MAIL),
    ],
    ids=["cut", "421 at RSET", "500 at RSET", "drop at RSET", "silence at RSET", "421 at MAIL", "451 at MAIL",
         "drop at MAIL"],
)  # fmt: skip
async def test_one_that_died_before_the_mail_costs_nothing(
    room: Mailroom, fault: Callable[[MailServer], None]
) -> None:
    command = send_email(recipient(A))
    async with room.handler({"command_timeout_seconds": 0.5}) as handler:
        await send(handler, send_email(recipient(B)))
        fault(room.server)
        assert await send(handler, command) == Ack()
    assert copies(room.server) == [(B,), (A,)]
    assert room.server.conversations == 2
    assert (await room.record(command)).conversations == 1
    states = [one.data["recipient"]["state"] for one in room.bus.published if "recipient" in one.data]
    assert states == ["sending", "sent"] * 2


async def test_a_server_that_takes_no_mail_at_all_is_asked_once_more_only(room: Mailroom) -> None:
    command = send_email(recipient(A))
    async with room.handler() as handler:
        await send(handler, send_email(recipient(B)))
        room.server.answer(Phase.MAIL, "451 4.3.0 later")
        assert await send(handler, command) == Retry("deferred by the mail server")
        assert room.server.conversations == 2
    assert await room.states(command) == ["prepared"]
    assert copies(room.server) == [(B,)]


@pytest.mark.parametrize(
    ("phase", "text", "state"),
    [
        (Phase.MAIL, "550 5.7.1 not you", "refused"),
        (Phase.RCPT, "550 5.1.1 who?", "refused"),
        (Phase.RCPT, "450 4.2.0 later", "prepared"),
        (Phase.DATA, "451 4.3.0 later", "prepared"),
        (Phase.DOT, "451 4.3.0 later", "prepared"),
        (Phase.DOT, "554 5.6.0 no", "refused"),
    ],
)
async def test_nothing_of_a_mail_that_was_not_taken_is_left_for_the_next(
    room: Mailroom, phase: Phase, text: str, state: str
) -> None:
    refused, other = send_email(recipient(A)), send_email(recipient(B))
    room.server.answer(phase, text, times=1)
    async with room.handler() as handler:
        await send(handler, refused)
        assert await send(handler, other) == Ack()
    assert await room.states(refused) == [state]
    assert copies(room.server) == [(B,)]
    assert room.server.conversations == 1


@pytest.mark.parametrize(
    ("fault", "taken"),
    [
        (lambda server: server.drop(Phase.DOT, taken=True, times=1), 1),
        (lambda server: server.hold(Phase.DOT, taken=True, times=1), 1),
        (lambda server: server.answer(Phase.DATA, "250 ok", times=1), 0),
    ],
    ids=["drop", "silence", "no sense"],
)
async def test_where_no_answer_came_nothing_else_is_said(
    room: Mailroom, fault: Callable[[MailServer], None], taken: int
) -> None:
    unanswered, other = send_email(recipient(A)), send_email(recipient(B))
    fault(room.server)
    async with room.handler({"data_timeout_seconds": 0.3}) as handler:
        await send(handler, unanswered)
        assert await send(handler, other) == Ack()
    assert await room.states(unanswered) == ["uncertain"]
    assert copies(room.server) == [(A,)] * taken + [(B,)]
    assert room.server.conversations == 2


async def test_a_fault_in_a_kept_connection_is_that_of_its_own_mail_alone(room: Mailroom) -> None:
    first, second = send_email(recipient(A)), send_email(recipient(B))
    async with room.handler() as handler:
        await send(handler, first)
        room.server.drop(Phase.DOT, taken=True, times=1)
        assert isinstance(await send(handler, second), Retry)
        assert await room.states(first) == ["sent"]
        assert await room.states(second) == ["uncertain"]
        room.later(600)
        assert await send(handler, second, attempt=2) == Ack()
    assert copies(room.server) == [(A,), (B,), (B,)]
    assert room.server.taken[1].content == room.server.taken[2].content


async def test_as_many_connections_as_mails_at_once_and_the_next_find_them(room: Mailroom) -> None:
    async with room.handler() as handler:
        room.server.hold(Phase.RCPT)
        together = [asyncio.create_task(send(handler, send_email())) for _ in range(3)]
        await room.server.until(lambda server: sum(line.startswith("RCPT") for line in server.commands) == 3)
        room.server.release()
        assert await asyncio.gather(*together) == [Ack()] * 3
        for _ in range(3):
            await send(handler, send_email())
        assert room.server.conversations == 3
    assert room.server.commands.count("QUIT") == 3
    assert len(room.server.taken) == 6


async def test_a_mailer_that_is_stopped_inside_a_mail_ends_that_connection(room: Mailroom) -> None:
    async with room.handler() as handler:
        await send(handler, send_email(recipient(A)))
        room.server.hold(Phase.RCPT)
        interrupted = asyncio.create_task(send(handler, send_email(recipient(B))))
        await room.server.until(lambda server: f"RCPT TO:<{B}>" in server.commands)
        interrupted.cancel()
        with pytest.raises(asyncio.CancelledError):
            await interrupted
        room.server.release()
        room.server.forgive()
        assert await send(handler, send_email(recipient(A))) == Ack()
    assert room.server.conversations == 2
    assert copies(room.server) == [(A,), (A,)]
