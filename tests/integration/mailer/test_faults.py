"""Every fault of a mail server, and what becomes of the e-mail: one line each."""

import asyncio
import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest
from pydantic import SecretStr as Secret

from shared.bus.outcome import Ack, Outcome, Retry
from tests.integration.mailer.conftest import Rooms
from tests.support.smtp import MailServer, Phase, ServerOptions
from tests.unit.mailer.commands import recipient, send_email

A, B = "a@client.example", "b@client.example"
RESEND = dt.timedelta(minutes=10)
DEFERRED = Retry("deferred by the mail server")
SILENT = Retry("no answer from the mail server", RESEND)


def nothing(_server: MailServer) -> None:
    """No fault."""


def says(phase: Phase, text: str, to: str | None = None) -> Callable[[MailServer], None]:
    return lambda server: server.answer(phase, text, to=to)


def drops(phase: Phase, *, taken: bool = False) -> Callable[[MailServer], None]:
    return lambda server: server.drop(phase, taken=taken)


def holds(phase: Phase, *, taken: bool = False) -> Callable[[MailServer], None]:
    return lambda server: server.hold(phase, taken=taken)


@dataclass(frozen=True)
class Line:
    """A fault, the state of A (To) and B (Cc) after one delivery, the outcome, who got a copy, what is closed."""

    what: str
    fault: Callable[[MailServer], None]
    states: tuple[str, str]
    outcome: Outcome
    copies: tuple[tuple[str, ...], ...] = ()
    closing: str | None = None
    server: ServerOptions = field(default_factory=ServerOptions)
    settings: Mapping[str, object] = field(default_factory=dict)


UNTOUCHED = ("prepared", "prepared")
LOST = ("uncertain", "uncertain")
BOTH = ((A, B),)
IMPATIENT = {"command_timeout_seconds": 0.3, "data_timeout_seconds": 0.3}

TABLE = [
    Line("no fault", nothing, ("sent", "sent"), Ack(), BOTH, "sent"),
    Line("implicit TLS", nothing, ("sent", "sent"), Ack(), BOTH, "sent", {"tls": "tls"}, {"smtp_tls": "tls"}),
    Line(
        "in clear on loopback",
        nothing,
        ("sent", "sent"),
        Ack(),
        BOTH,
        "sent",
        {"tls": "none"},
        {"smtp_tls": "none"},
    ),
    Line("421 at connect", says(Phase.CONNECT, "421 4.3.2 busy"), UNTOUCHED, DEFERRED),
    Line("554 at connect", says(Phase.CONNECT, "554 5.3.2 no service"), UNTOUCHED, DEFERRED),
    Line("drop at connect", drops(Phase.CONNECT), UNTOUCHED, DEFERRED),
    Line("silence at connect", holds(Phase.CONNECT), UNTOUCHED, DEFERRED, settings=IMPATIENT),
    Line("no sense at connect", says(Phase.CONNECT, "hello?"), UNTOUCHED, DEFERRED),
    Line("421 at EHLO", says(Phase.EHLO, "421 4.3.2 busy"), UNTOUCHED, DEFERRED),
    Line("drop at EHLO", drops(Phase.EHLO), UNTOUCHED, DEFERRED),
    Line("no STARTTLS", nothing, UNTOUCHED, DEFERRED, server={"tls": "none"}),
    Line("454 at STARTTLS", says(Phase.STARTTLS, "454 4.7.0 no TLS now"), UNTOUCHED, DEFERRED),
    Line("unknown authority", nothing, UNTOUCHED, DEFERRED, server={"certificate": "unknown authority"}),
    Line("certificate of another", nothing, UNTOUCHED, DEFERRED, server={"certificate": "other name"}),
    Line(
        "unknown authority, implicit TLS",
        nothing,
        UNTOUCHED,
        DEFERRED,
        server={"certificate": "unknown authority", "tls": "tls"},
        settings={"smtp_tls": "tls"},
    ),
    Line("no login", nothing, ("refused", "refused"), Ack(), (), "failed", {"users": {"u": "p"}}),
    Line("451 at MAIL", says(Phase.MAIL, "451 4.3.0 later"), UNTOUCHED, DEFERRED),
    Line("421 at MAIL", says(Phase.MAIL, "421 4.3.2 busy"), UNTOUCHED, DEFERRED),
    Line("550 at MAIL", says(Phase.MAIL, "550 5.7.1 not you"), ("refused", "refused"), Ack(), (), "failed"),
    Line("drop at MAIL", drops(Phase.MAIL), UNTOUCHED, DEFERRED),
    Line("silence at MAIL", holds(Phase.MAIL), UNTOUCHED, DEFERRED, settings=IMPATIENT),
    Line("too big", nothing, ("refused", "refused"), Ack(), (), "failed", {"size_limit": 100}),
    Line("450 at RCPT", says(Phase.RCPT, "450 4.2.0 later"), UNTOUCHED, DEFERRED),
    Line("450 for one", says(Phase.RCPT, "450 4.2.0 later", B), ("sent", "prepared"), DEFERRED, ((A,),)),
    Line("550 for one", says(Phase.RCPT, "550 5.1.1 who?", B), ("sent", "refused"), Ack(), ((A,),), "sent"),
    Line("550 for all", says(Phase.RCPT, "550 5.1.1 who?"), ("refused", "refused"), Ack(), (), "failed"),
    Line("421 at the second RCPT", says(Phase.RCPT, "421 4.3.2 busy", B), UNTOUCHED, DEFERRED),
    Line("no sense at RCPT", says(Phase.RCPT, "hello?"), UNTOUCHED, DEFERRED),
    Line("drop at RCPT", drops(Phase.RCPT), UNTOUCHED, DEFERRED),
    Line("451 at DATA", says(Phase.DATA, "451 4.3.0 later"), UNTOUCHED, DEFERRED),
    Line("554 at DATA", says(Phase.DATA, "554 5.6.0 no"), ("refused", "refused"), Ack(), (), "failed"),
    Line("250 at DATA, where 354 belongs", says(Phase.DATA, "250 ok"), LOST, SILENT),
    Line("drop at DATA", drops(Phase.DATA), LOST, SILENT),
    Line("drop inside DATA", drops(Phase.CONTENT), LOST, SILENT),
    Line("421 at the dot", says(Phase.DOT, "421 4.3.2 busy"), UNTOUCHED, DEFERRED),
    Line("451 at the dot", says(Phase.DOT, "451 4.3.0 later"), UNTOUCHED, DEFERRED),
    Line("554 at the dot", says(Phase.DOT, "554 5.6.0 no"), ("refused", "refused"), Ack(), (), "failed"),
    Line("no sense at the dot", says(Phase.DOT, "hello?"), LOST, SILENT),
    Line("drop at the dot, not taken", drops(Phase.DOT), LOST, SILENT),
    Line("drop at the dot, taken", drops(Phase.DOT, taken=True), LOST, SILENT, BOTH),
    Line("too late a 250", holds(Phase.DOT, taken=True), LOST, SILENT, BOTH, settings=IMPATIENT),
]


@pytest.mark.parametrize("line", TABLE, ids=lambda line: line.what)
async def test_fault(rooms: Rooms, line: Line) -> None:
    command = send_email(recipient(A), recipient(B, "cc"))
    async with rooms(**line.server) as room:
        line.fault(room.server)
        assert await room.deliver(command, settings=line.settings) == line.outcome
        assert await room.states(command) == list(line.states)
        assert tuple(mail.recipients for mail in room.server.taken) == line.copies
        closing = [type_ for type_ in room.bus.types() if type_ != "recipient_updated"]
        assert closing == ([line.closing] if line.closing else [])
        told = {
            one.data["recipient"]["email"]: one.data["recipient"]["state"]
            for one in room.bus.published
            if one.type == "results.email.recipient_updated.v1"
        }
        assert [told[A], told[B]] == list(line.states)


@pytest.mark.parametrize("line", [line for line in TABLE if not line.server], ids=lambda line: line.what)
async def test_when_the_fault_is_over_the_mail_goes_out_with_at_most_one_copy_more(
    rooms: Rooms, line: Line
) -> None:
    command = send_email(recipient(A), recipient(B, "cc"))
    async with rooms() as room:
        line.fault(room.server)
        await room.deliver(command, settings=line.settings)
        room.server.forgive()
        room.later(600)
        assert await room.deliver(command, attempt=2) == Ack()
        for address, before, after in zip((A, B), line.states, await room.states(command), strict=True):
            tried_again = before in ("prepared", "uncertain")
            assert after == ("sent" if tried_again else before)
            copies = [mail for mail in room.server.taken if address in mail.recipients]
            assert len(copies) == sum(address in taken for taken in line.copies) + tried_again
            assert len({mail.content for mail in copies}) <= 1
            assert {mail.message["Message-ID"] for mail in copies} <= {command.message_id}
        record = await room.record(command)
        assert record.outcome is not None
        assert record.outcome.possible_duplicate == (line.states == LOST)


async def test_nothing_is_said_in_clear_when_tls_is_wanted(rooms: Rooms) -> None:
    async with rooms(tls="none") as room:
        await room.deliver(send_email())
        assert room.server.commands == ["EHLO mailer.test"]


async def test_a_mail_that_is_too_big_is_not_even_transmitted(rooms: Rooms) -> None:
    async with rooms(size_limit=100) as room:
        await room.deliver(send_email())
        assert "DATA" not in room.server.commands


async def test_no_goodbye_is_waited_for_when_no_answer_came(rooms: Rooms) -> None:
    async with rooms() as room, asyncio.timeout(4):
        room.server.hold(Phase.DOT)
        assert await room.deliver(send_email(), settings=IMPATIENT) == SILENT


async def test_a_server_that_is_not_there(rooms: Rooms) -> None:
    command = send_email()
    async with rooms() as room:
        settings = {"smtp_port": 1}
        assert await room.deliver(command, settings=settings) == DEFERRED
        [one] = (await room.record(command)).recipients
        assert one.reply is not None
        assert one.reply.startswith("connect: ")


async def test_the_right_password_lets_in_and_a_wrong_one_waits_to_be_corrected(rooms: Rooms) -> None:
    command = send_email(recipient(A))
    async with rooms(users={"shop": "open-sesame"}) as room:
        wrong = {"smtp_user": "shop", "smtp_password": Secret("shut")}
        right = {"smtp_user": "shop", "smtp_password": Secret("open-sesame")}
        assert await room.deliver(command, settings=wrong) == DEFERRED
        [one] = (await room.record(command)).recipients
        assert (one.state, one.reply) == ("prepared", "auth: 535 5.7.8 Authentication credentials invalid")
        assert await room.deliver(command, attempt=2, settings=right) == Ack()
        assert [(mail.user, mail.tls) for mail in room.server.taken] == [("shop", True)]


async def test_a_server_without_smtputf8_gets_no_address_that_needs_it(rooms: Rooms) -> None:
    async with rooms(smtputf8=False) as room:
        visible = send_email(recipient("émile@client.example"), recipient(A))
        assert await room.deliver(visible) == Ack()
        assert await room.states(visible) == ["refused", "refused"]
        blind = send_email(recipient("émile@client.example", "bcc"), recipient(A))
        assert await room.deliver(blind) == Ack()
        assert await room.states(blind) == ["refused", "sent"]
        assert [(mail.recipients, mail.smtputf8) for mail in room.server.taken] == [((A,), False)]


async def test_a_server_with_smtputf8_is_asked_for_it_when_needed_only(rooms: Rooms) -> None:
    async with rooms() as room:
        await room.deliver(send_email(recipient(A, name="Émile"), recipient("b@québec.example")))
        await room.deliver(send_email(recipient("émile@client.example")))
        assert [(mail.recipients, mail.smtputf8) for mail in room.server.taken] == [
            ((A, "b@xn--qubec-csa.example"), False),
            (("émile@client.example",), True),
        ]
        assert "émile@client.example".encode() in room.server.taken[1].content


async def test_one_address_in_two_roles_is_addressed_once(rooms: Rooms) -> None:
    command = send_email(recipient(A), recipient(A, "bcc"))
    async with rooms() as room:
        assert await room.deliver(command) == Ack()
        assert await room.states(command) == ["sent", "sent"]
        assert [mail.recipients for mail in room.server.taken] == [(A,)]


async def test_what_a_server_says_is_kept_in_one_short_printable_line(rooms: Rooms) -> None:
    command = send_email(recipient(A))
    async with rooms() as room:
        room.server.answer(Phase.RCPT, "550-5.1.1 no\r\n550 such\x07 user " + "x" * 900)
        assert await room.deliver(command) == Ack()
        [one] = (await room.record(command)).recipients
        assert one.reply is not None
        assert one.reply.startswith("550 5.1.1 no such user xxx")
        assert len(one.reply) == 500
