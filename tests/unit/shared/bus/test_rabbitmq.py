"""The pure parts of the RabbitMQ adapter."""

import asyncio
import datetime as dt
from contextlib import suppress
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import aio_pika
import pytest
from aio_pika.abc import AbstractIncomingMessage

from shared.bus.rabbitmq import BrokerLost, TopologyMismatch, connection, headers
from shared.bus.rabbitmq.connection import broker_errors, broker_url, ended
from shared.bus.rabbitmq.declare import queue_declarations
from shared.bus.rabbitmq.publisher import broker_message
from shared.bus.retry import RetryPolicy
from shared.bus.topology import DEAD_LETTER_QUEUE, QUEUES
from shared.contracts.envelope import CONTENT_TYPE

POLICY = RetryPolicy(delays=(dt.timedelta(seconds=10), dt.timedelta(hours=1)), attempts=3)
DECLARED = {queue.name: queue for queue in queue_declarations(POLICY)}


def test_there_is_a_retry_queue_for_each_queue_and_delay() -> None:
    named = {queue.name for queue in QUEUES} | {DEAD_LETTER_QUEUE}

    assert set(DECLARED) == named | {f"{name}.retry.{delay}" for name in named for delay in ("10s", "1h")}
    assert len(queue_declarations(POLICY)) == len(DECLARED)


@pytest.mark.parametrize("queue", [queue.name for queue in QUEUES])
def test_a_work_queue_loses_nothing(queue: str) -> None:
    assert dict(DECLARED[queue].arguments) == {
        "x-queue-type": "quorum",
        "x-dead-letter-exchange": "dead_letters",
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
        "x-delivery-limit": 50,
    }


@pytest.mark.parametrize(
    "queue", [name.rsplit(".retry.", 1)[0] for name in DECLARED if name.endswith(".retry.10s")]
)
def test_a_retry_queue_gives_back_to_its_own_queue(queue: str) -> None:
    assert dict(DECLARED[f"{queue}.retry.10s"].arguments) == {
        "x-queue-type": "quorum",
        "x-message-ttl": 10_000,
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": queue,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }
    assert DECLARED[f"{queue}.retry.10s"].bindings == ()


def test_parked_messages_are_never_dropped_for_their_deliveries() -> None:
    parked = DECLARED[DEAD_LETTER_QUEUE]

    assert parked.bindings == (("dead_letters", ""),)
    assert int(parked.arguments["x-delivery-limit"]) >= 1_000_000


def test_nothing_is_declared_that_3_10_or_4_would_not_take() -> None:
    arguments = [argument for queue in DECLARED.values() for argument in queue.arguments.items()]

    assert {name for name, _ in arguments} <= {
        "x-queue-type",
        "x-dead-letter-exchange",
        "x-dead-letter-routing-key",
        "x-dead-letter-strategy",
        "x-overflow",
        "x-delivery-limit",
        "x-message-ttl",
    }
    assert not [value for _, value in arguments if isinstance(value, int) and value < 1]


def test_a_mismatch_says_which_queue_and_what_differs() -> None:
    mismatch = TopologyMismatch(
        "PRECONDITION_FAILED - inequivalent arg 'x-message-ttl' for queue 'mailer.email.retry.10s' in vhost '/':"
        " received the value '10000' of type 'signedint' but current is the value '5000' of type 'signedint'"
    )

    assert (mismatch.name, mismatch.argument) == ("mailer.email.retry.10s", "x-message-ttl")
    assert mismatch.ours == "the value '10000' of type 'signedint'"
    assert mismatch.theirs == "the value '5000' of type 'signedint'"
    assert "queue 'mailer.email.retry.10s'" in str(mismatch)
    assert "'5000'" in str(mismatch)
    assert "'10000'" in str(mismatch)


def test_a_mismatch_in_other_words_is_quoted() -> None:
    mismatch = TopologyMismatch("PRECONDITION_FAILED - something new")

    assert mismatch.name is None
    assert "something new" in str(mismatch)


def test_the_address_gets_a_heartbeat_and_a_name() -> None:
    parts = urlsplit(broker_url("amqp://user:p%40ss@broker:5672/shop?cafile=ca.pem", "mailer consume"))

    assert (parts.username, parts.password, parts.path) == ("user", "p%40ss", "/shop")
    assert parse_qs(parts.query) == {"heartbeat": ["10"], "name": ["mailer consume"], "cafile": ["ca.pem"]}


def test_the_operators_own_heartbeat_is_kept() -> None:
    assert "heartbeat=30" in broker_url("amqps://broker/?heartbeat=30", "mailer")


@pytest.mark.parametrize("url", ["", "broker:5672", "http://broker/", "amqp:///"])
def test_what_is_no_amqp_address_is_an_error(url: str) -> None:
    with pytest.raises(ValueError, match="amqp://"):
        broker_url(url, "mailer")


@pytest.mark.parametrize(
    "error", [TimeoutError(), ConnectionResetError(), aio_pika.exceptions.ChannelInvalidStateError("closed")]
)
def test_a_lost_broker_is_one_kind_of_error(error: Exception) -> None:
    with pytest.raises(BrokerLost) as raised, broker_errors():
        raise error

    assert raised.value.__cause__ is error


async def test_a_cancellation_of_the_librarys_own_is_a_lost_channel() -> None:
    with pytest.raises(BrokerLost), broker_errors():
        raise asyncio.CancelledError


async def test_a_cancellation_of_ours_stays_one() -> None:
    async def work() -> None:
        with broker_errors():
            await asyncio.Event().wait()

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_ending_that_never_ends_is_left_to_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_ENDING_SECONDS", 0.01)
    released = asyncio.Event()

    async def close() -> None:
        while not released.is_set():
            with suppress(asyncio.CancelledError):
                await released.wait()

    await asyncio.wait_for(ended(close()), 5)

    released.set()


@pytest.mark.parametrize("error", [ConnectionResetError("gone"), asyncio.CancelledError()])
async def test_an_ending_that_fails_is_over(error: BaseException) -> None:
    async def close() -> None:
        raise error

    await ended(close())


def test_a_message_is_persistent_and_carries_its_id() -> None:
    message = broker_message(b"{}", "id-1", {"x-factures-attempt": 2})

    assert (message.message_id, message.content_type) == ("id-1", CONTENT_TYPE)
    assert message.delivery_mode is aio_pika.DeliveryMode.PERSISTENT
    assert message.headers == {"x-factures-attempt": 2}


@pytest.mark.parametrize("message_id", ["é" * 128, "x" * 256])
def test_an_id_that_amqp_can_not_carry_is_replaced_the_same_way_each_time(message_id: str) -> None:
    short = broker_message(b"{}", message_id).message_id

    assert short is not None
    assert len(short) == 64
    assert short == broker_message(b"{}", message_id).message_id


def incoming(said: dict[str, Any], body: bytes = b"?") -> AbstractIncomingMessage:
    return cast("AbstractIncomingMessage", SimpleNamespace(headers=said, body=body))


@pytest.mark.parametrize(("value", "attempt"), [(None, 1), (3, 3), (0, 1), (-1, 1), ("3", 1)])
def test_an_attempt_is_what_we_wrote_or_the_first(value: object, attempt: int) -> None:
    assert headers.attempt(incoming({} if value is None else {headers.ATTEMPT: value})) == attempt


def test_our_own_headers_come_before_the_brokers() -> None:
    said = headers.of_parked("mailer.email", "550", 4)

    parked = headers.parked(incoming({**said, "x-death": [{"queue": "dead_letters", "reason": "expired"}]}))

    assert (parked.queue, parked.reason, parked.attempts) == ("mailer.email", "550", 4)


def test_the_brokers_last_word_counts_not_the_waits_before() -> None:
    deaths = [
        {"queue": "mailer.email", "reason": "delivery_limit"},
        {"queue": "mailer.email.retry.10s", "reason": "expired"},
    ]

    parked = headers.parked(incoming({"x-death": deaths, headers.ATTEMPT: 2}))

    assert (parked.queue, parked.reason, parked.attempts) == ("mailer.email", "delivery_limit", 2)


@pytest.mark.parametrize("deaths", [None, [], "x", [1], [{}]])
def test_what_says_nothing_of_itself_is_taken_as_it_is(deaths: object) -> None:
    parked = headers.parked(incoming({"x-death": deaths}))

    assert (parked.queue, parked.reason, parked.attempts, parked.body) == ("unknown", "unknown", 1, b"?")
