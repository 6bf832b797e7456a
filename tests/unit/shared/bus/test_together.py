"""Deliveries that are handled at once: which, and what becomes of those that can't be."""

import datetime as dt
from collections.abc import Sequence

import pytest
from structlog.testing import capture_logs

from shared.bus.middleware import Again, Arrival, Done, Park, handle_all
from shared.bus.outcome import Ack, DeadLetter, Outcome, Retry
from shared.bus.port import Delivery, Together
from shared.bus.retry import RetryPolicy
from shared.contracts.envelope import Envelope
from tests.support.messages import Recorder, envelope
from tests.unit.shared.bus.test_middleware import QUEUE, count

LATER = dt.timedelta(seconds=10)
POLICY = RetryPolicy(delays=(LATER,), attempts=3)


class Several:
    """A handler of several that notes what it was handed, and answers from a script."""

    def __init__(self, *answers: Outcome | Exception | None) -> None:
        self.answers = answers
        self.handed: list[Delivery] = []

    async def __call__(self, deliveries: Sequence[Delivery]) -> Sequence[Outcome | None]:
        self.handed += deliveries
        if isinstance(self.answers[0], Exception):
            raise self.answers[0]
        return [answer for answer in self.answers if not isinstance(answer, Exception)]


def arrival(message: Envelope, *, attempt: int = 1, before: bool = False) -> Arrival:
    return Arrival(message.encode(), attempt, 0.5, before)


async def test_each_has_its_own_outcome_and_what_is_left_comes_alone_in_order() -> None:
    sent = [envelope() for _ in range(5)]
    several, alone = (
        Several(Ack(), None, Retry("busy"), DeadLetter("never"), None),
        Recorder(Ack(), Retry("x")),
    )
    before = count("ack")

    settlements = await handle_all(
        alone, POLICY, [arrival(one) for one in sent], queue=QUEUE, together=Together(several, most=9)
    )

    assert settlements == [Done(), Done(), Again(LATER, 2), Park("never", 1), Again(LATER, 2)]
    assert several.handed == [Delivery(one, QUEUE, 1) for one in sent]
    assert alone.ids == [sent[1].id, sent[4].id]
    assert count("ack") == before + 2


async def test_only_what_comes_for_the_first_time_and_can_be_read_is_handed_over() -> None:
    sent = [envelope() for _ in range(4)]
    several, alone = Several(Ack(), Ack()), Recorder()
    arrivals = [
        arrival(sent[0], before=True),
        arrival(sent[1]),
        Arrival(b"{", 1, None, before=False),
        arrival(sent[2], attempt=2),
        arrival(sent[3]),
    ]

    settlements = await handle_all(alone, POLICY, arrivals, queue=QUEUE, together=Together(several, most=9))

    assert [delivery.envelope.id for delivery in several.handed] == [sent[1].id, sent[3].id]
    assert [(delivery.envelope.id, delivery.attempt) for delivery in alone.deliveries] == [
        (sent[0].id, 1),
        (sent[2].id, 2),
    ]
    assert isinstance(settlements[2], Park)
    assert [settlements[place] for place in (0, 1, 3, 4)] == [Done()] * 4


async def test_one_that_breaks_all_is_found_by_handling_each_alone() -> None:
    sent = [envelope() for _ in range(3)]
    alone = Recorder(Ack(), ZeroDivisionError("by zero"), Ack())

    with capture_logs() as logs:
        settlements = await handle_all(
            alone,
            POLICY,
            [arrival(one) for one in sent],
            queue=QUEUE,
            together=Together(Several(ZeroDivisionError("by zero")), most=9),
        )

    assert settlements == [Done(), Again(LATER, 2), Done()]
    assert alone.ids == [one.id for one in sent]
    assert logs[0]["event"] == "deliveries can't be handled at once, so one by one"


@pytest.mark.parametrize("offered", [True, False])
async def test_one_is_alone_and_so_are_all_without_an_offer(offered: bool) -> None:  # noqa: FBT001 - pytest's
    several, alone = Several(Ack()), Recorder()
    sent = [envelope()] if offered else [envelope(), envelope()]

    settlements = await handle_all(
        alone,
        POLICY,
        [arrival(one) for one in sent],
        queue=QUEUE,
        together=Together(several, most=9) if offered else None,
    )

    assert settlements == [Done()] * len(sent)
    assert alone.ids == [one.id for one in sent]
    assert several.handed == []
