"""One reader for all who listen, on a record that the test writes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from services.invoice_service.application.ports.live import Happening, NoMore, Passage
from services.invoice_service.application.ports.transactions import StorageUnavailable
from services.invoice_service.messaging import live
from services.invoice_service.messaging.live import MOST_WAITING, LiveFeed
from shared.runtime import background
from tests.support.waiting import until


class Record:
    """Happenings in memory; a position is how many there were."""

    def __init__(self) -> None:
        self.written: list[Happening] = []
        self.reads = 0
        self.forgotten = 0
        self.broken: Exception | None = None

    def write(self, name: str) -> None:
        self.written.append(Happening("batch", {"id": name}))

    async def since(self, position: str | None, *, until: str | None = None) -> Passage:
        self.reads += 1
        if self.broken is not None:
            raise self.broken
        end = len(self.written) if until is None else int(until)
        begin = end if position is None else int(position)
        return Passage(tuple(self.written[begin:end]), str(end))

    async def forget(self) -> None:
        self.forgotten += 1


@asynccontextmanager
async def feeding(record: Record) -> AsyncIterator[LiveFeed]:
    feed = LiveFeed(record, poll_seconds=0.005)
    async with background("live", feed.run):
        yield feed


def names(passage: Passage | None) -> list[str]:
    assert passage is not None
    return [str(happening.told["id"]) for happening in passage.happenings]


async def test_nobody_listens_and_nothing_is_read() -> None:
    record = Record()
    async with feeding(record):
        await until(lambda: record.forgotten == 1)

    assert record.reads == 0


async def test_any_number_of_listeners_cost_one_reader() -> None:
    record = Record()
    async with feeding(record) as feed:
        listening = [feed.listen(None) for _ in range(50)]
        listeners = [await one.__aenter__() for one in listening]
        before = record.reads
        record.write("a")
        heard = await asyncio.gather(*(listener.next(10) for listener in listeners))
        reads = record.reads - before
        for one in listening:
            await one.__aexit__(None, None, None)

    assert [names(passage) for passage in heard] == [["a"]] * 50
    assert reads < 50


async def test_what_was_missed_comes_first_and_nothing_twice() -> None:
    record = Record()
    record.write("before")
    record.write("missed")
    async with feeding(record) as feed, feed.listen("1") as listener:
        record.write("new")
        assert names(await listener.next(10)) == ["missed"]
        assert names(await listener.next(10)) == ["new"]
        assert listener.position == "3"


async def test_silence_moves_the_position_of_who_has_heard_all() -> None:
    record = Record()
    async with feeding(record) as feed, feed.listen(None) as listener:
        assert await listener.next(0) is None
        record.write("a")
        assert names(await listener.next(10)) == ["a"]
        listener.give(Passage((), "7"))
        assert listener.position == "7"
        listener.give(Passage((Happening("batch", {"id": "b"}),), "8"))
        listener.give(Passage((), "9"))
        assert listener.position == "7"


async def test_who_does_not_keep_up_is_sent_away_and_the_others_are_not() -> None:
    record = Record()
    async with feeding(record) as feed, feed.listen(None) as slow, feed.listen(None) as quick:
        for n in range(MOST_WAITING + 1):
            record.write(str(n))
            assert names(await quick.next(10)) == [str(n)]
        with pytest.raises(NoMore) as refusal:
            await slow.next(10)
        assert refusal.value.behind


async def test_at_the_end_everybody_is_sent_away_and_nobody_comes_in() -> None:
    async with feeding(Record()) as feed, feed.listen(None) as listener:
        waiting = asyncio.create_task(listener.next(10))
        feed.close()
        with pytest.raises(NoMore) as refusal:
            await waiting
        assert not refusal.value.behind
        with pytest.raises(NoMore):
            await feed.listen(None).__aenter__()


@pytest.mark.parametrize("fault", [StorageUnavailable("restart"), OSError("gone"), RuntimeError("a defect")])
async def test_a_fault_of_the_database_costs_nobody_anything(fault: Exception) -> None:
    record = Record()
    async with feeding(record) as feed, feed.listen(None) as listener:
        record.broken = fault
        reads = record.reads
        await until(lambda: record.reads > reads + 2)
        record.write("meanwhile")
        record.broken = None
        assert names(await listener.next(10)) == ["meanwhile"]


async def test_who_can_not_be_told_where_it_begins_is_refused() -> None:
    record = Record()
    record.broken = StorageUnavailable("restart")
    async with feeding(record) as feed:
        with pytest.raises(StorageUnavailable):
            await feed.listen(None).__aenter__()


async def test_what_is_old_is_forgotten_once_in_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "FORGET_SECONDS", 0.01)
    record = Record()
    async with feeding(record) as feed, feed.listen(None):
        await until(lambda: record.forgotten > 2)
