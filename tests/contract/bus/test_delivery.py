"""From a publish to a handler."""

import asyncio

import pytest
from prometheus_client import REGISTRY

from shared.bus.outcome import Ack, Outcome, Retry
from shared.bus.port import Bus, Delivery, Unroutable
from shared.bus.topology import EMAIL, PRODUCTION, QUEUES, RESULTS
from shared.contracts import registry
from shared.contracts.envelope import caused_by
from shared.contracts.registry import CONTRACTS, Contract, UnknownMessageType
from shared.contracts.values import Wire
from tests.contract.bus.conftest import OpenBus
from tests.support.messages import JOB_COMPLETED, Gate, Recorder, envelope
from tests.support.waiting import until

# Written down here, and not taken from the topology: who handles what is part of the contract.
ROUTES = {
    "production.job.completed.v1": "invoice.production",
    "production.job.updated.v1": "invoice.production",
    "production.customer.updated.v1": "invoice.production",
    "commands.document.render.v1": "render.interactive",
    "commands.document.render.bulk.v1": "render.bulk",
    "commands.email.send.v1": "mailer.email",
    "commands.accounting.transfer.v1": "accounting.transfer",
    "results.document.rendered.v1": "invoice.results",
    "results.document.render_failed.v1": "invoice.results",
    "results.email.recipient_updated.v1": "invoice.results",
    "results.email.sent.v1": "invoice.results",
    "results.email.failed.v1": "invoice.results",
    "results.email.uncertain.v1": "invoice.results",
    "results.accounting.transferred.v1": "invoice.results",
    "results.accounting.transfer_failed.v1": "invoice.results",
    "results.accounting.uncertain.v1": "invoice.results",
}
EVENTS = {type_ for type_ in CONTRACTS if type_.startswith("events.")}


async def test_a_message_arrives_as_it_was_published(bus: Bus) -> None:
    handler = Recorder()
    await bus.serve(PRODUCTION, handler, concurrency=1)
    sent = envelope(data={"job": "D-0024", "title": "Encarts « été »", "price": "15812.65", "n": None})

    await bus.publish(sent)

    await handler.received(1)
    assert handler.deliveries == [Delivery(envelope=sent, queue=PRODUCTION, attempt=1)]


async def test_a_message_waits_for_its_first_consumer(bus: Bus) -> None:
    sent = [envelope() for _ in range(5)]
    for message in sent:
        await bus.publish(message)
    handler = Recorder()

    await bus.serve(PRODUCTION, handler, concurrency=1)

    await handler.received(5)
    assert set(handler.ids) == {message.id for message in sent}


async def test_a_large_message_arrives_whole(bus: Bus) -> None:
    handler = Recorder()
    await bus.serve(PRODUCTION, handler, concurrency=1)
    sent = envelope(data={"text": "é" * 1_000_000})

    await bus.publish(sent)

    await handler.received(1)
    assert handler.deliveries[0].envelope == sent


async def test_every_contract_reaches_the_queue_that_it_should(bus: Bus) -> None:
    arrived: dict[str, list[str]] = {}

    async def note(delivery: Delivery) -> Outcome:
        arrived.setdefault(delivery.envelope.type, []).append(delivery.queue)
        return Ack()

    for queue in QUEUES:
        await bus.serve(queue.name, note, concurrency=2)
    for type_ in CONTRACTS:
        await bus.publish(envelope(type_))

    await until(lambda: len(arrived) >= len(ROUTES))
    assert {type_: [queue] for type_, queue in ROUTES.items()} == arrived
    assert set(ROUTES) | EVENTS == set(CONTRACTS)


async def test_a_mandatory_message_that_no_queue_takes_is_an_error(
    bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_ = "commands.nobody.listens.v1"
    monkeypatch.setitem(registry.CONTRACTS, type_, Contract(type_, Wire, mandatory=True))
    lost = envelope(type_)

    with pytest.raises(Unroutable) as raised:
        await bus.publish(lost)

    assert raised.value.message_id == lost.id


async def test_an_event_that_nobody_listens_to_is_fine(bus: Bus) -> None:
    await bus.publish(envelope("events.invoice.created.v1"))


async def test_a_type_without_a_contract_is_an_error(bus: Bus) -> None:
    with pytest.raises(UnknownMessageType):
        await bus.publish(envelope("commands.unheard.of.v1"))


async def test_a_queue_that_does_not_exist_is_an_error(bus: Bus) -> None:
    with pytest.raises(Unroutable):
        await bus.publish_to_queue("no.such.queue", envelope().encode(), "m-1")


async def test_a_repeated_publish_is_no_error_and_no_other_message(bus: Bus) -> None:
    handler = Recorder()
    message = envelope()

    await asyncio.gather(*(bus.publish(message) for _ in range(10)))
    await bus.publish(message)
    await bus.publish(last := envelope())

    await bus.serve(PRODUCTION, handler, concurrency=1)
    await until(lambda: last.id in handler.ids)
    assert set(handler.ids) == {message.id, last.id}
    assert all(one.envelope in (message, last) for one in handler.deliveries)


async def test_one_id_of_two_sources_is_two_messages(bus: Bus) -> None:
    handler = Recorder()
    await bus.serve(PRODUCTION, handler, concurrency=1)

    await bus.publish(envelope(message_id="1", source="urn:plant-1"))
    await bus.publish(envelope(message_id="1", source="urn:plant-2"))

    await handler.received(2)
    assert {delivery.envelope.source for delivery in handler.deliveries} == {"urn:plant-1", "urn:plant-2"}


async def test_another_body_under_a_known_id_arrives_too(bus: Bus) -> None:
    # The inbox must see the conflict.
    await bus.publish(envelope(message_id="1", data={"quantity": "1000"}))
    await bus.publish(envelope(message_id="1", data={"quantity": "9000"}))
    handler = Recorder()

    await bus.serve(PRODUCTION, handler, concurrency=1)

    await handler.received(2)
    assert {delivery.envelope.data["quantity"] for delivery in handler.deliveries} == {"1000", "9000"}


async def test_a_handler_may_publish(bus: Bus) -> None:
    results = Recorder()

    async def work(delivery: Delivery) -> Outcome:
        command = delivery.envelope
        await bus.publish(
            caused_by(
                command,
                message_id=f"{command.id}/sent",
                source="mailer",
                type_="results.email.sent.v1",
                data=Wire(),
            )
        )
        return Ack()

    await bus.serve(EMAIL, work, concurrency=1)
    await bus.serve(RESULTS, results, concurrency=1)
    command = envelope("commands.email.send.v1")

    await bus.publish(command)

    await results.received(1)
    result = results.deliveries[0].envelope
    assert (result.id, result.causationid, result.correlationid) == (
        f"{command.id}/sent",
        command.id,
        "story-1",
    )


async def test_no_more_than_the_concurrency_are_under_way(bus: Bus) -> None:
    gate, other = Gate(), Recorder()
    await bus.serve(PRODUCTION, gate, concurrency=3)
    await bus.serve(EMAIL, other, concurrency=1)

    for _ in range(8):
        await bus.publish(envelope())
    await gate.holds(3)
    # A round trip through the bus: whatever it wanted to deliver besides, it has had the time to.
    await bus.publish(envelope("commands.email.send.v1"))
    await other.received(1)

    assert len(gate.begun) == 3
    gate.opened.set()
    await until(lambda: len(gate.finished) == 8)
    assert gate.most == 3


async def test_a_slow_queue_does_not_hold_up_another(bus: Bus) -> None:
    gate, quick = Gate(), Recorder()
    await bus.serve(EMAIL, gate, concurrency=1)
    await bus.serve(PRODUCTION, quick, concurrency=1)
    await bus.publish(envelope("commands.email.send.v1"))
    await gate.holds(1)

    for _ in range(5):
        await bus.publish(envelope())

    await quick.received(5)
    assert gate.finished == []
    gate.opened.set()


async def test_two_consumers_share_a_queue(bus: Bus, open_bus: OpenBus) -> None:
    other = await open_bus()
    here, there = Gate(), Gate()
    await bus.serve(PRODUCTION, here, concurrency=1)
    await other.serve(PRODUCTION, there, concurrency=1)

    for _ in range(10):
        await bus.publish(envelope())
    await here.holds(1)
    await there.holds(1)
    here.opened.set()
    there.opened.set()

    await until(lambda: len(here.finished) + len(there.finished) == 10)
    assert len(set(here.finished) | set(there.finished)) == 10


async def test_a_message_that_nobody_works_on_is_free_for_another(bus: Bus, open_bus: OpenBus) -> None:
    busy, idle = Gate(), Recorder()
    await bus.serve(PRODUCTION, busy, concurrency=1)
    sent = [envelope() for _ in range(5)]
    for message in sent:
        await bus.publish(message)
    await busy.holds(1)

    await (await open_bus()).serve(PRODUCTION, idle, concurrency=1)

    await idle.received(4)
    assert set(idle.ids) | set(busy.begun) == {message.id for message in sent}
    busy.opened.set()


async def test_the_wait_for_the_first_handling_is_measured_and_that_of_a_retry_is_not(bus: Bus) -> None:
    labels = {"queue": PRODUCTION, "type": JOB_COMPLETED}

    def waits() -> float:
        return REGISTRY.get_sample_value("factures_message_lag_seconds_count", labels) or 0

    before, handler = waits(), Recorder(Retry("busy"), Ack())
    await bus.publish(envelope())

    await bus.serve(PRODUCTION, handler, concurrency=1)

    await handler.received(2)
    assert waits() == before + 1
