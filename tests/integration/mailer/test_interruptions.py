"""Every step can be the last one: what a crash, a broken bus or a broken database leaves behind."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from services.mailer import progress
from services.mailer.composition import database
from services.mailer.deliveries import DatabaseUnavailable, Deliveries
from services.mailer.handler import utc_now
from services.mailer.progress import Email
from services.mailer.settings import MailerSettings
from shared.bus.outcome import Ack, Retry
from shared.contracts.commands import SendEmail
from shared.contracts.envelope import Envelope
from tests.integration.mailer.conftest import configured, migrated
from tests.integration.mailer.mailroom import Mailroom
from tests.support.postgres import PrivatePostgres
from tests.support.smtp import Phase, mail_server
from tests.unit.mailer.commands import enveloped, recipient, send_email

A, B = "a@client.example", "b@client.example"


def state_of(envelope: Envelope) -> str:
    """The state that a report speaks of; closing messages have none."""
    recipient_data = envelope.data.get("recipient") or {}
    return str(recipient_data.get("state", ""))


# -- the bus


async def test_a_report_that_fails_is_made_again_by_the_redelivery(room: Mailroom) -> None:
    command = send_email(recipient(A), recipient(B))
    room.bus.fails = lambda envelope: state_of(envelope) == "sent"
    outcome = await room.deliver(command)
    assert isinstance(outcome, Retry)
    assert outcome.reason.startswith("ConfirmUnknown")
    room.bus.fails = lambda envelope: envelope.type == "results.email.sent.v1"
    assert isinstance(await room.deliver(command, attempt=2), Retry)
    room.bus.fails = lambda _envelope: False
    room.bus.published.clear()
    assert await room.deliver(command, attempt=3) == Ack()
    assert room.bus.types() == ["recipient_updated", "recipient_updated", "sent"]
    assert len(room.server.taken) == 1


async def test_the_news_that_sending_begins_is_not_worth_a_mail(room: Mailroom) -> None:
    command = send_email(recipient(A))
    room.bus.fails = lambda envelope: state_of(envelope) == "sending"
    assert await room.deliver(command) == Ack()
    assert room.bus.types() == ["recipient_updated", "sent"]


async def test_a_renewal_that_fails_leaves_the_delivery_to_the_bus(room: Mailroom) -> None:
    room.server.drop(Phase.DOT)
    room.bus.queue_fails = True
    assert isinstance(await room.deliver(send_email(recipient(A)), attempt=10), Retry)


# -- the database


class Failing(Deliveries):
    """Fails at chosen calls of `apply`, before or after the commit."""

    def __init__(self, real: Deliveries, *calls: int, committed: bool = False) -> None:
        super().__init__(real._pool)
        self.calls = 0
        self._failing = calls
        self._committed = committed

    async def apply(self, email_id: str, change: Callable[[Email], Email]) -> tuple[Email, Email]:
        self.calls += 1
        if self.calls not in self._failing:
            return await super().apply(email_id, change)
        if self._committed:
            await super().apply(email_id, change)
        raise DatabaseUnavailable("told to fail")


BEGUN, OFFERED, ANSWERED = 1, 2, 3


@pytest.mark.parametrize("call", [BEGUN, OFFERED], ids=["begun", "offered"])
@pytest.mark.parametrize("committed", [False, True], ids=["rolled back", "committed"])
async def test_without_its_database_nothing_is_handed_over(
    room: Mailroom,
    call: int,
    committed: bool,  # noqa: FBT001 - a column of the table
) -> None:
    command = send_email(recipient(A))
    real = room.deliveries
    room.deliveries = Failing(real, call, committed=committed)
    assert isinstance(await room.deliver(command), Retry)
    assert room.server.taken == []
    room.deliveries = real
    room.later(600)
    while await room.deliver(command, attempt=2) != Ack():
        room.later(600)
    # If `sending` was committed it can't be told from a crash in DATA; one copy went out all the same.
    assert await room.states(command) == ["sent"]
    assert len(room.server.taken) == 1


async def test_an_answer_that_is_known_is_not_lost_by_a_short_failure(room: Mailroom) -> None:
    command = send_email(recipient(A))
    room.deliveries = Failing(room.deliveries, ANSWERED, ANSWERED + 1)
    assert await room.deliver(command) == Ack()
    assert room.bus.published[-1].data["possible_duplicate"] is False


async def test_an_answer_whose_commit_was_ambiguous_is_recorded_once(room: Mailroom) -> None:
    command = send_email(recipient(A))
    room.deliveries = Failing(room.deliveries, ANSWERED, committed=True)
    assert await room.deliver(command) == Ack()
    assert await room.states(command) == ["sent"]


async def test_an_answer_that_is_lost_leaves_uncertainty(room: Mailroom) -> None:
    command = send_email(recipient(A))
    real = room.deliveries
    room.deliveries = Failing(real, ANSWERED, ANSWERED + 1, ANSWERED + 2)
    assert isinstance(await room.deliver(command), Retry)
    room.deliveries = real
    assert await room.states(command) == ["sending"]
    assert isinstance(await room.deliver(command, attempt=2), Retry)
    assert await room.states(command) == ["uncertain"]
    room.later(600)
    assert await room.deliver(command, attempt=3) == Ack()
    assert len(room.server.taken) == 2
    assert room.bus.published[-1].data["possible_duplicate"] is True


async def test_postgresql_that_is_down_is_waited_for(
    postgres_instance: PrivatePostgres, tmp_path: Path
) -> None:
    base = await migrated(postgres_instance, "mailer_down")
    command = send_email(recipient(A))
    async with mail_server() as server:
        settings = configured(base, server, tmp_path)
        async with database(settings) as pool:
            room = Mailroom(settings, pool, server)
            await postgres_instance.stop()
            outcome = await room.deliver(command)
            assert isinstance(outcome, Retry)
            assert outcome.reason.startswith("DatabaseUnavailable")
            assert server.conversations == 0
            await postgres_instance.start()
            assert await room.deliver(command, attempt=2) == Ack()
            assert len(server.taken) == 1


# -- two at once


async def test_two_deliveries_at_once_send_one_mail(room: Mailroom) -> None:
    command = send_email(recipient(A))
    room.server.hold(Phase.RCPT, times=1)
    first = asyncio.create_task(room.deliver(command))
    await room.server.until(lambda server: any(line.startswith("RCPT") for line in server.commands))
    assert await room.deliver(command) == Ack()
    room.server.release()
    outcome = await first
    assert isinstance(outcome, Retry)
    assert outcome.reason.startswith("Superseded")
    assert len(room.server.taken) == 1


async def test_changes_at_once_are_made_one_after_the_other(room: Mailroom) -> None:
    command = send_email()
    await room.deliveries.remember(command, "f", room.now)
    await asyncio.gather(*(room.deliveries.apply(command.email_id, progress.begun) for _ in range(20)))
    assert (await room.record(command)).conversations == 20


async def test_a_redelivery_while_data_is_under_way_waits_and_the_answer_still_counts(room: Mailroom) -> None:
    command = send_email(recipient(A))
    room.server.hold(Phase.DOT, taken=True, times=1)
    first = asyncio.create_task(room.deliver(command))
    await room.server.until(lambda server: len(server.taken) == 1)
    assert isinstance(await room.deliver(command), Retry)
    assert await room.states(command) == ["uncertain"]
    room.server.release()
    assert await first == Ack()
    assert await room.deliver(command, attempt=2) == Ack()
    assert len(room.server.taken) == 1
    assert room.bus.published[-1].type == "results.email.sent.v1"
    assert room.bus.published[-1].data["possible_duplicate"] is False


async def test_a_mailer_that_is_stopped_inside_data_leaves_uncertainty(room: Mailroom) -> None:
    command = send_email(recipient(A))
    room.server.hold(Phase.DOT, taken=True, times=1)
    delivery = asyncio.create_task(room.deliver(command))
    await room.server.until(lambda server: len(server.taken) == 1)
    delivery.cancel()
    with pytest.raises(asyncio.CancelledError):
        await delivery
    assert await room.states(command) == ["sending"]


# -- kill -9


@asynccontextmanager
async def mailer_process(
    command: SendEmail, settings: MailerSettings
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A real mailer that gets one delivery; it writes what it publishes to its output."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.integration.mailer.one_delivery",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={
            "MAILER_DATABASE_URL": settings.database_url.get_secret_value(),
            "MAILER_SMTP_HOST": settings.smtp_host,
            "MAILER_SMTP_PORT": str(settings.smtp_port),
            "MAILER_SMTP_CA_FILE": str(settings.smtp_ca_file),
            "DOCUMENTS_URL": settings.documents_url,
        },
    )
    assert process.stdin is not None
    process.stdin.write(enveloped(command).encode())
    process.stdin.close()
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_a_process_that_is_left_alone_sends(room: Mailroom) -> None:
    command = send_email(recipient(A))
    async with mailer_process(command, room.settings) as process:
        output, _ = await process.communicate()
    assert output.decode().split() == [
        "results.email.recipient_updated.v1",
        "results.email.recipient_updated.v1",
        "results.email.sent.v1",
        "Ack",
    ]
    assert len(room.server.taken) == 1


@pytest.mark.parametrize("taken", [False, True], ids=["not taken", "taken"])
async def test_killed_after_sending_was_committed(room: Mailroom, taken: bool) -> None:  # noqa: FBT001 - a table
    command = send_email(recipient(A))
    room.server.hold(Phase.DOT, taken=taken, times=1)
    async with mailer_process(command, room.settings) as process:
        await room.server.until(lambda server: "." in server.commands)
        process.kill()
        await process.wait()
    assert await room.states(command) == ["sending"]
    await it_ends_sent_with_a_warning(room, command, copies=1 + taken)


async def test_killed_between_the_250_and_our_commit(room: Mailroom) -> None:
    command = send_email(recipient(A))
    room.server.hold(Phase.DOT, taken=True, times=1)
    async with mailer_process(command, room.settings) as process:
        await room.server.until(lambda server: len(server.taken) == 1)
        async with room.pool.transaction() as connection:
            await connection.execute("select from emails where email_id = $1 for update", command.email_id)
            room.server.release()
            while not await connection.fetchval(  # noqa: ASYNC110 - PostgreSQL tells nobody that somebody waits
                "select exists (select from pg_stat_activity where application_name = 'mailer'"
                " and wait_event_type = 'Lock' and datname = current_database())"
            ):
                await asyncio.sleep(0.01)
            process.kill()
            await process.wait()
    assert await room.states(command) == ["sending"]
    await it_ends_sent_with_a_warning(room, command, copies=2)


async def it_ends_sent_with_a_warning(room: Mailroom, command: SendEmail, *, copies: int) -> None:
    """What a crash inside DATA leads to: a redelivery waits, the resend has the same bytes, and says so."""
    room.now = utc_now()
    assert isinstance(await room.deliver(command, attempt=2), Retry)
    assert await room.states(command) == ["uncertain"]
    assert room.server.commands.count("DATA") == 1
    room.later(600)
    assert await room.deliver(command, attempt=3) == Ack()
    assert len(room.server.taken) == copies
    assert len({mail.content for mail in room.server.taken}) == 1
    closing = room.bus.published[-1]
    assert closing.type == "results.email.sent.v1"
    assert closing.data["possible_duplicate"] is True
