"""What becomes of a delivery: done, tried again, or parked."""

import datetime as dt
from collections.abc import Sequence

from shared.bus.outcome import Ack, DeadLetter, Outcome, Retry
from shared.bus.port import Bus, Delivery, Together
from shared.bus.topology import EMAIL, PRODUCTION
from tests.contract.bus.conftest import LONG, SHORT
from tests.support.messages import ParkedRecorder, Recorder, envelope
from tests.support.waiting import until

# Timers of the broker and of the database may be a little early by our clock.
EARLY_SECONDS = 0.05


async def test_a_retry_comes_back_with_the_next_attempt_after_the_policys_delays(bus: Bus) -> None:
    handler = Recorder(Retry("not yet"), Retry("still not"))
    await bus.serve(PRODUCTION, handler, concurrency=1)
    sent = envelope()

    await bus.publish(sent)

    await handler.received(3)
    assert [delivery.attempt for delivery in handler.deliveries] == [1, 2, 3]
    assert all(delivery.envelope == sent for delivery in handler.deliveries)
    assert {delivery.queue for delivery in handler.deliveries} == {PRODUCTION}
    first, second = (later - sooner for sooner, later in zip(handler.times, handler.times[1:], strict=False))
    assert first >= SHORT.total_seconds() - EARLY_SECONDS
    assert second >= LONG.total_seconds() - EARLY_SECONDS


async def test_a_wanted_delay_is_rounded_up_to_one_of_the_policys(bus: Bus) -> None:
    handler = Recorder(Retry("busy", delay=dt.timedelta(milliseconds=300)))
    await bus.serve(PRODUCTION, handler, concurrency=1)

    await bus.publish(envelope())

    await handler.received(2)
    assert handler.times[1] - handler.times[0] >= LONG.total_seconds() - EARLY_SECONDS


async def test_others_go_on_while_one_waits(bus: Bus) -> None:
    handler = Recorder(Retry("not yet", delay=LONG))
    await bus.serve(PRODUCTION, handler, concurrency=1)
    await bus.publish(waiting := envelope())
    await handler.received(1)

    await bus.publish(quick := envelope())

    await handler.received(3)
    assert handler.ids == [waiting.id, quick.id, waiting.id]


async def test_after_the_policys_attempts_it_is_parked(bus: Bus) -> None:
    handler, parked = Recorder(Retry("one"), Retry("two"), Retry("three")), ParkedRecorder()
    await bus.serve(EMAIL, handler, concurrency=1)
    await bus.serve_parked(parked)
    sent = envelope("commands.email.send.v1")

    await bus.publish(sent)

    await parked.received(1)
    (one,) = parked.parked
    assert (one.queue, one.reason, one.attempts) == (EMAIL, "three", 3)
    assert (one.envelope, one.body) == (sent, sent.encode())
    assert len(handler.deliveries) == 3


async def test_a_dead_letter_is_parked_at_once(bus: Bus) -> None:
    handler, parked = Recorder(DeadLetter("no such customer: « Zoé »")), ParkedRecorder()
    await bus.serve(PRODUCTION, handler, concurrency=1)
    await bus.serve_parked(parked)
    sent = envelope()

    await bus.publish(sent)

    await parked.received(1)
    (one,) = parked.parked
    assert (one.queue, one.reason, one.attempts) == (PRODUCTION, "no such customer: « Zoé »", 1)
    assert one.envelope == sent
    assert len(handler.deliveries) == 1


async def test_an_exception_of_the_handler_is_a_retry(bus: Bus) -> None:
    handler = Recorder(ConnectionError("database away"), Ack())
    await bus.serve(PRODUCTION, handler, concurrency=1)

    await bus.publish(envelope())

    await handler.received(2)
    assert [delivery.attempt for delivery in handler.deliveries] == [1, 2]


async def test_an_exception_that_stays_is_the_reason_for_parking(bus: Bus) -> None:
    handler, parked = Recorder(*(ValueError("wrong \x00 total") for _ in range(3))), ParkedRecorder()
    await bus.serve(PRODUCTION, handler, concurrency=1)
    await bus.serve_parked(parked)

    await bus.publish(envelope())

    await parked.received(1)
    assert parked.parked[0].reason == "ValueError: wrong  total"
    assert parked.parked[0].attempts == 3


async def test_undecodable_bodies_are_parked_as_they_are(bus: Bus) -> None:
    bodies = [b"", b"not json", b'{"id": "1"}', b"\xff\xfe\x00", b'{"specversion": "0.3", "id": "1"}']
    handler, parked = Recorder(), ParkedRecorder()
    await bus.serve(PRODUCTION, handler, concurrency=1)
    await bus.serve_parked(parked)

    for number, body in enumerate(bodies):
        await bus.publish_to_queue(PRODUCTION, body, f"m-{number}")

    await parked.received(len(bodies))
    assert sorted(one.body for one in parked.parked) == sorted(bodies)
    assert all(one.reason.startswith("undecodable: ") for one in parked.parked)
    assert {(one.envelope, one.queue, one.attempts) for one in parked.parked} == {(None, PRODUCTION, 1)}
    assert handler.deliveries == []


async def test_a_parked_message_is_replayed_as_attempt_one(bus: Bus) -> None:
    handler, parked = Recorder(Retry("one"), DeadLetter("no")), ParkedRecorder()
    await bus.serve(PRODUCTION, handler, concurrency=1)
    await bus.serve_parked(parked)
    await bus.publish(sent := envelope())
    await parked.received(1)

    await bus.publish_to_queue(PRODUCTION, parked.parked[0].body, sent.id)

    await handler.received(3)
    assert [delivery.attempt for delivery in handler.deliveries] == [1, 2, 1]
    assert handler.deliveries[2].envelope == sent


async def test_what_is_parked_again_arrives_again(bus: Bus) -> None:
    handler, parked = Recorder(DeadLetter("first"), DeadLetter("second")), ParkedRecorder()
    await bus.serve(PRODUCTION, handler, concurrency=1)
    await bus.serve_parked(parked)
    await bus.publish(sent := envelope())
    await parked.received(1)

    await bus.publish_to_queue(PRODUCTION, sent.encode(), sent.id)

    await parked.received(2)
    assert [one.reason for one in parked.parked] == ["first", "second"]


async def test_a_parked_message_whose_handler_fails_comes_back_with_all_it_says(bus: Bus) -> None:
    # More often than the policy has attempts: nothing that is parked is ever given up.
    handler, parked = Recorder(DeadLetter("no")), ParkedRecorder(failures=4)
    await bus.serve(PRODUCTION, handler, concurrency=1)
    await bus.serve_parked(parked)
    await bus.publish(sent := envelope())

    await parked.received(5)

    assert {(one.queue, one.reason, one.attempts) for one in parked.parked} == {(PRODUCTION, "no", 1)}
    assert all(one.envelope == sent for one in parked.parked)


async def test_a_parked_message_that_was_handled_is_gone(bus: Bus) -> None:
    handler, parked = Recorder(DeadLetter("one"), DeadLetter("two")), ParkedRecorder()
    await bus.serve(PRODUCTION, handler, concurrency=1)
    subscription = await bus.serve_parked(parked)
    await bus.publish(envelope())
    await parked.received(1)
    await subscription.stop()
    again = ParkedRecorder()
    await bus.serve_parked(again)

    await bus.publish(second := envelope())

    await again.received(1)
    assert [one.envelope for one in again.parked] == [second]


async def test_an_offer_to_handle_several_at_once_changes_no_outcome(bus: Bus) -> None:
    """A bus may take it up; each message is settled once, as it would be alone."""
    sent = [envelope(data={"n": n}) for n in range(12)]
    alone, parked = Recorder(), ParkedRecorder()
    at_once: list[str] = []

    async def several(deliveries: Sequence[Delivery]) -> list[Outcome | None]:
        at_once.extend(one.envelope.id for one in deliveries)
        odd: list[Outcome | None] = [
            None if delivery.envelope.data["n"] == 3 else Ack() for delivery in deliveries
        ]
        return [
            DeadLetter("never") if delivery.envelope.data["n"] == 5 else outcome
            for delivery, outcome in zip(deliveries, odd, strict=True)
        ]

    async def one_by_one(delivery: Delivery) -> Outcome:
        await alone(delivery)
        return DeadLetter("never") if delivery.envelope.data["n"] == 5 else Ack()

    for message in sent:
        await bus.publish(message)
    await bus.serve_parked(parked)
    await bus.serve(PRODUCTION, one_by_one, concurrency=1, together=Together(several, most=5))

    await parked.received(1)
    await until(lambda: len({*at_once, *alone.ids}) == len(sent))
    assert [one.envelope for one in parked.parked] == [sent[5]]
    assert sent[3].id in alone.ids
    assert len(alone.ids) == len(set(alone.ids))
    assert len(at_once) == len(set(at_once))
    assert set(at_once) & set(alone.ids) <= {sent[3].id}
