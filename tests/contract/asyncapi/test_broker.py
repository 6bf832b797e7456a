"""What the document says of the broker is what `factures topology` declares; its examples go that way."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aio_pika
import pytest
import pytest_asyncio
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from aio_pika.exceptions import DeliveryError

from shared.contracts.envelope import CONTENT_TYPE, Envelope
from shared.contracts.examples import EXAMPLES
from shared.contracts.registry import CONTRACTS, parse
from tests.contract.asyncapi.reading import Json, committed, payload_of
from tests.support.messages_page import run_snippet, snippet, write_completion
from tests.support.processes import run_command
from tests.support.rabbitmq import RabbitMQBroker, virtual_host

pytestmark = pytest.mark.asyncio(loop_scope="module")

_GET_SECONDS = 10


@pytest.fixture(scope="module")
def declared(rabbitmq: RabbitMQBroker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A virtual host with what `factures topology` declares, and nothing else."""
    with virtual_host(rabbitmq) as name:
        done = run_command(
            ["services.invoice_service.commands", "topology"],
            home=tmp_path_factory.mktemp("home"),
            settings={"AMQP_URL": rabbitmq.url(name)},
        )
        assert done.returncode == 0, done.stdout + done.stderr
        yield name


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def channel(rabbitmq: RabbitMQBroker, declared: str) -> AsyncIterator[AbstractChannel]:
    """Another program's channel."""
    async with await aio_pika.connect(rabbitmq.url(declared)) as connection:
        yield await connection.channel(publisher_confirms=True, on_return_raises=True)


def amqp(one: Json) -> Json:
    return dict(one["bindings"]["amqp"])


def described_queues() -> dict[str, tuple[bool, bool, bool, Json]]:
    """Name -> durable, exclusive, automatically deleted, arguments; retry queues by each of their delays."""
    queues = {}
    for channel in committed()["channels"].values():
        binding = amqp(channel)
        if binding["is"] != "queue":
            continue
        queue = binding["queue"]
        kind = queue["durable"], queue["exclusive"], queue["autoDelete"]
        if "x-message-ttl" not in binding:
            queues[channel["address"]] = (*kind, binding["x-arguments"])
            continue
        for delay in channel["parameters"]["delay"]["enum"]:
            arguments = {**binding["x-arguments"], "x-message-ttl": binding["x-message-ttl"][delay]}
            queues[channel["address"].replace("{delay}", delay)] = (*kind, arguments)
    return queues


async def test_its_topology_is_what_is_declared(rabbitmq: RabbitMQBroker, declared: str) -> None:
    def on_the_broker(what: str) -> list[Json]:
        return list(json.loads(rabbitmq.manage("GET", f"/{what}/{declared}")))

    channels = committed()["channels"].values()
    exchanges = [amqp(one)["exchange"] for one in channels if amqp(one)["is"] == "routingKey"]
    assert {(one["name"], one["type"], one["durable"], one["autoDelete"]) for one in exchanges} == {
        (one["name"], one["type"], one["durable"], one["auto_delete"])
        for one in on_the_broker("exchanges")
        if one["name"] and not one["name"].startswith("amq.")
    }
    assert described_queues() == {
        one["name"]: (one["durable"], one["exclusive"], one["auto_delete"], one["arguments"])
        for one in on_the_broker("queues")
    }
    assert {
        (bound["exchange"], bound["routingKey"], channel["address"])
        for channel in channels
        for bound in amqp(channel).get("x-bindings", ())
    } == {
        (one["source"], one["routing_key"], one["destination"])
        for one in on_the_broker("bindings")
        if one["source"]
    }


def way_of(type_: str) -> tuple[Json, Json, Json]:
    """The channel of a message, its send operation, and its example, as the document has them."""
    document = committed()
    route = type_.rpartition(".")[0]
    (send,) = [
        one
        for one in document["operations"].values()
        if one["action"] == "send" and one["channel"]["$ref"] == f"#/channels/{route}"
    ]
    (shown,) = document["components"]["messages"][type_]["examples"]
    return document["channels"][route], send, shown["payload"]


@pytest.mark.parametrize("type_", CONTRACTS)
async def test_each_example_goes_the_way_that_is_described(channel: AbstractChannel, type_: str) -> None:
    where, send, event = way_of(type_)
    exchange = amqp(where)["exchange"]["name"]
    own = None if where["x-queues"] else await channel.declare_queue(exclusive=True)
    if own is not None:
        await own.bind(exchange, where["address"])
    (queue,) = [own] if own else [await channel.get_queue(name, ensure=False) for name in where["x-queues"]]

    await publish(channel, exchange, where["address"], event, amqp(send))

    message = await queue.get(timeout=_GET_SECONDS)
    assert isinstance(message, AbstractIncomingMessage)
    await message.ack()
    if own is not None:
        await own.delete()
    assert (message.message_id, message.content_type, message.delivery_mode) == (event["id"], CONTENT_TYPE, 2)
    envelope = Envelope.decode(message.body)
    assert parse(envelope.type, envelope.data) == EXAMPLES[type_]
    payload_of(type_).validate(json.loads(message.body))


async def test_mandatory_is_what_it_says(channel: AbstractChannel) -> None:
    _, send, event = way_of("production.job.completed.v1")
    with pytest.raises(DeliveryError):
        await publish(channel, "production", "job.exploded", event, amqp(send))

    where, send, event = way_of("events.invoice.created.v1")
    await publish(channel, "events", where["address"], event, amqp(send))


async def test_the_snippet_of_the_page_fails_when_no_queue_takes_its_message(
    rabbitmq: RabbitMQBroker, declared: str, tmp_path: Path
) -> None:
    write_completion(tmp_path, "D-2100")
    publishing = snippet("python", "aio_pika.Message").replace('"job.completed"', '"job.exploded"')
    arguments = [sys.executable, "-c", publishing]

    done = await asyncio.to_thread(run_snippet, arguments, tmp_path, AMQP_URL=rabbitmq.url(declared))

    assert done.returncode != 0
    assert "NO_ROUTE" in done.stderr


async def publish(channel: AbstractChannel, exchange: str, key: str, event: Json, how: Json) -> Any:  # noqa: ANN401 - the broker's answer
    message = aio_pika.Message(
        json.dumps(event).encode(),
        message_id=event["id"],
        content_type=CONTENT_TYPE,
        delivery_mode=how["deliveryMode"],
    )
    target = await channel.get_exchange(exchange, ensure=False)
    async with asyncio.timeout(_GET_SECONDS):
        return await target.publish(message, key, mandatory=how["mandatory"])
