"""The local bus beside the contract: leases, wake-ups, a database that goes away, who may do what."""

import asyncio
import datetime as dt
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import pytest

from shared.bus.local import LocalBus, install
from shared.bus.local.deliveries import Deliveries
from shared.bus.outcome import DeadLetter, Outcome, Retry
from shared.bus.port import Delivery, PublishError, Refused
from shared.bus.topology import DELIVERY_LIMIT, PRODUCTION
from shared.postgres.pool import open_pool
from tests.integration.shared.bus.conftest import POLICY
from tests.support.local_bus import new_local_bus
from tests.support.messages import CLOSE_SECONDS, Gate, ParkedRecorder, Recorder, envelope, until_ready
from tests.support.postgres import PrivatePostgres
from tests.support.waiting import until

NEVER = dt.timedelta(hours=1)
OFTEN = dt.timedelta(milliseconds=50)
SHORT_LEASE = dt.timedelta(milliseconds=600)

Open = Callable[..., Awaitable[LocalBus]]


@pytest.fixture
async def dsn(postgres: PrivatePostgres) -> str:
    return await new_local_bus(postgres)


@pytest.fixture
async def open_bus() -> AsyncIterator[Open]:
    opened: list[LocalBus] = []

    async def open_one(dsn: str, *, poll: dt.timedelta = OFTEN, lease: dt.timedelta = NEVER) -> LocalBus:
        bus = await LocalBus.open(dsn, POLICY, poll=poll, lease=lease)
        opened.append(bus)
        return bus

    yield open_one
    for bus in opened:
        await asyncio.wait_for(bus.close(), CLOSE_SECONDS)


async def rows(dsn: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(dsn)
    try:
        return list(await connection.fetch("select *, leased_until > now() as held from local_deliveries"))
    finally:
        await connection.close()


async def execute(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def take_and_die(dsn: str, lease: dt.timedelta) -> None:
    """Take up everything, as a process that dies before it settles any of it."""
    pool = await open_pool(dsn, application_name="dies")
    assert await Deliveries(pool, lease).take(PRODUCTION, 10)
    await pool.close()


async def test_a_publish_wakes_its_consumer_at_once(dsn: str, open_bus: Open) -> None:
    bus = await open_bus(dsn, poll=NEVER)
    handler, parked = Recorder(DeadLetter("no")), ParkedRecorder()
    await bus.serve(PRODUCTION, handler, concurrency=1)
    await bus.serve_parked(parked)
    await until_ready(bus)
    await bus.publish(envelope())
    await parked.received(1, seconds=2)

    started = time.monotonic()
    await bus.publish(envelope())
    await handler.received(2, seconds=2)

    assert handler.times[1] - started < 0.5


async def test_what_another_process_published_is_found_by_looking(dsn: str, open_bus: Open) -> None:
    bus, other = await open_bus(dsn), await open_bus(dsn)
    handler = Recorder()
    await bus.serve(PRODUCTION, handler, concurrency=1)
    await bus.publish(first := envelope())
    await handler.received(1)
    # By then it has settled that, looked once more, and gone to sleep.
    for _ in range(50):
        await other.publish(envelope("commands.email.send.v1"))

    await other.publish(sent := envelope())

    await handler.received(2)
    assert handler.ids == [first.id, sent.id]


async def test_two_processes_never_take_up_the_same(dsn: str, open_bus: Open) -> None:
    one, two = Recorder(), Recorder()
    bus, other = await open_bus(dsn), await open_bus(dsn)
    sent = [envelope() for _ in range(200)]
    await asyncio.gather(*(bus.publish(message) for message in sent))

    await bus.serve(PRODUCTION, one, concurrency=4)
    await other.serve(PRODUCTION, two, concurrency=4)

    await until(lambda: len(one.ids) + len(two.ids) >= 200)
    assert sorted(one.ids + two.ids) == sorted(message.id for message in sent)


async def test_what_a_dead_process_held_is_delivered_when_its_lease_ends(dsn: str, open_bus: Open) -> None:
    bus = await open_bus(dsn)
    await bus.publish(envelope())
    taken = time.monotonic()
    await take_and_die(dsn, SHORT_LEASE)
    handler = Recorder()

    await bus.serve(PRODUCTION, handler, concurrency=1)

    await handler.received(1)
    assert handler.times[0] - taken >= SHORT_LEASE.total_seconds()
    assert handler.deliveries[0].attempt == 1


async def test_the_only_process_delivers_at_its_start_what_the_last_one_held(
    dsn: str, open_bus: Open
) -> None:
    bus = await open_bus(dsn)
    await bus.publish(sent := envelope())
    await take_and_die(dsn, NEVER)
    handler = Recorder()
    await bus.serve(PRODUCTION, handler, concurrency=1)
    (row,) = await rows(dsn)
    assert row["held"]

    await bus.clear_leases()

    await handler.received(1)
    assert handler.ids == [sent.id]


async def test_a_lease_is_kept_for_as_long_as_the_handler_works(dsn: str, open_bus: Open) -> None:
    bus, other = await open_bus(dsn, lease=SHORT_LEASE), await open_bus(dsn)
    gate, vulture = Gate(), Recorder()
    await bus.serve(PRODUCTION, gate, concurrency=1)
    await bus.publish(envelope())
    await gate.holds(1)
    (row,) = await rows(dsn)
    first_end = row["leased_until"]
    await other.serve(PRODUCTION, vulture, concurrency=1)

    while True:
        (row,) = await rows(dsn)
        assert row["held"]
        if row["leased_until"] > first_end + 2 * SHORT_LEASE:
            break

    assert vulture.deliveries == []
    gate.opened.set()
    await until(lambda: len(gate.finished) == 1)
    await bus.close()
    assert await rows(dsn) == []


async def test_who_lost_the_lease_settles_nothing(dsn: str, open_bus: Open) -> None:
    bus = await open_bus(dsn)
    gate = Gate()
    subscription = await bus.serve(PRODUCTION, gate, concurrency=1)
    await bus.publish(envelope())
    await gate.holds(1)
    await execute(dsn, "update local_deliveries set lease = gen_random_uuid()")

    gate.opened.set()
    await subscription.stop()

    assert len(await rows(dsn)) == 1


async def test_a_repeat_while_it_is_handled_is_the_same_delivery(dsn: str, open_bus: Open) -> None:
    bus = await open_bus(dsn)
    gate = Gate()
    subscription = await bus.serve(PRODUCTION, gate, concurrency=2)
    await bus.publish(sent := envelope())
    await gate.holds(1)

    await bus.publish(sent)

    assert len(await rows(dsn)) == 1
    gate.opened.set()
    await subscription.stop()
    assert await rows(dsn) == []
    assert gate.begun == [sent.id]


async def test_what_nobody_survives_is_parked(dsn: str, open_bus: Open) -> None:
    bus = await open_bus(dsn)
    await bus.publish(sent := envelope())
    for _ in range(DELIVERY_LIMIT + 1):
        await take_and_die(dsn, dt.timedelta(0))
    handler, parked = Recorder(), ParkedRecorder()

    await bus.serve(PRODUCTION, handler, concurrency=1)
    await bus.serve_parked(parked)

    await parked.received(1)
    (one,) = parked.parked
    assert (one.envelope, one.queue, one.reason, one.attempts) == (sent, PRODUCTION, "delivery_limit", 1)
    assert handler.deliveries == []


async def test_what_was_taken_up_just_often_enough_is_still_delivered(dsn: str, open_bus: Open) -> None:
    bus = await open_bus(dsn)
    await bus.publish(envelope())
    for _ in range(DELIVERY_LIMIT):
        await take_and_die(dsn, dt.timedelta(0))
    handler = Recorder()

    await bus.serve(PRODUCTION, handler, concurrency=1)

    await handler.received(1)


async def test_a_retry_forgets_who_died_before(dsn: str, open_bus: Open) -> None:
    bus = await open_bus(dsn)
    await bus.publish(envelope())
    for _ in range(DELIVERY_LIMIT):
        await take_and_die(dsn, dt.timedelta(0))
    handler = Recorder(Retry("not yet"))

    await bus.serve(PRODUCTION, handler, concurrency=1)

    await handler.received(2)
    assert [delivery.attempt for delivery in handler.deliveries] == [1, 2]


async def test_a_message_that_the_database_can_not_hold_is_refused(dsn: str, open_bus: Open) -> None:
    bus = await open_bus(dsn)

    # No reader of envelopes lets it through; the bus must not depend on that.
    with pytest.raises(Refused):
        await bus.publish(envelope().model_copy(update={"source": "urn:\x00"}))


async def test_a_database_that_goes_away_loses_nothing(
    postgres_instance: PrivatePostgres, open_bus: Open
) -> None:
    dsn = await new_local_bus(postgres_instance)
    bus = await open_bus(dsn, lease=dt.timedelta(seconds=2))
    gate = Gate()
    await bus.serve(PRODUCTION, gate, concurrency=2)
    await bus.publish(held := envelope())
    await gate.holds(1)

    await postgres_instance.stop()
    assert not await bus.ready()
    with pytest.raises(PublishError):
        await bus.publish(envelope())
    # It ends while its settlement can't be written: it is delivered again.
    gate.opened.set()
    await until(lambda: gate.finished == [held.id])
    await postgres_instance.start()

    await until_ready(bus)
    await bus.publish(later := envelope())
    await until(lambda: gate.finished.count(held.id) == 2 and later.id in gate.finished)
    await bus.close()
    assert await rows(dsn) == []


async def test_no_database_is_an_error_of_the_start(postgres_instance: PrivatePostgres) -> None:
    dsn = await new_local_bus(postgres_instance)
    await postgres_instance.stop()

    with pytest.raises(OSError, match="Connect"):
        await LocalBus.open(dsn, POLICY)


@pytest.mark.parametrize(
    "statement",
    [
        "drop table local_deliveries",
        "alter table local_deliveries add column more text",
        "truncate local_deliveries",
        "create table more (id int)",
    ],
)
async def test_the_service_may_use_the_table_and_no_more(dsn: str, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await execute(dsn, statement)


async def test_installing_again_changes_nothing(postgres: PrivatePostgres, dsn: str, open_bus: Open) -> None:
    bus = await open_bus(dsn)
    await bus.publish(envelope())
    database = dsn.rsplit("/", 1)[1]

    await install(postgres.admin_dsn(database), owner="bus_owner", service="bus_user")

    assert len(await rows(dsn)) == 1


async def test_a_handler_that_publishes_while_the_bus_closes_is_heard(dsn: str, open_bus: Open) -> None:
    bus = await open_bus(dsn)
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def work(delivery: Delivery) -> Outcome:
        begun.set()
        await go_on.wait()
        await bus.publish(envelope("results.email.sent.v1"))
        return DeadLetter("for the test")

    await bus.serve(PRODUCTION, work, concurrency=1)
    await bus.publish(envelope())
    await begun.wait()

    closing = asyncio.create_task(bus.close())
    await asyncio.sleep(0)
    go_on.set()
    await closing

    assert sorted(row["queue"] for row in await rows(dsn)) == ["dead_letters", "invoice.results"]
