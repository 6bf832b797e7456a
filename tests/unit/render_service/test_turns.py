"""Who renders next, and which previews leave unmade."""

import asyncio

import pytest

from services.render_service import turns as turns_module
from services.render_service.turns import Turns
from shared.contracts.commands import RenderDocument
from tests.unit.render_service.snapshots import plain


def asked(version: int, *, invoice: str = "i-1", preview: bool = True) -> RenderDocument:
    return RenderDocument(invoice_id=invoice, version=version, preview=preview, document=plain())


class Work:
    """Commands that take a turn each, and hold it until they are told to end."""

    def __init__(self, size: int) -> None:
        self.turns = Turns(size)
        self.at_work: list[int] = []
        self.left: list[int] = []
        self._ends: dict[int, asyncio.Event] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}

    async def hand(self, *commands: RenderDocument) -> None:
        for command in commands:
            self._ends[command.version] = asyncio.Event()
            self._tasks[command.version] = asyncio.create_task(self._do(command))
            await self.settle()

    async def end(self, version: int) -> None:
        self._ends[version].set()
        await self._tasks[version]
        await self.settle()

    async def cancel(self, version: int) -> None:
        self._tasks[version].cancel()
        await asyncio.wait({self._tasks[version]})
        await self.settle()

    async def settle(self) -> None:
        for _ in range(5):
            await asyncio.sleep(0)

    async def _do(self, command: RenderDocument) -> None:
        async with self.turns.turn(command) as wanted:
            if not wanted:
                self.left.append(command.version)
                return
            self.at_work.append(command.version)
            try:
                await self._ends[command.version].wait()
            finally:
                self.at_work.remove(command.version)


async def test_of_the_previews_that_wait_only_the_newest_stays() -> None:
    work = Work(1)

    await work.hand(*(asked(version) for version in range(1, 21)))

    assert (work.at_work, work.left) == ([1], list(range(2, 20)))
    await work.end(1)
    assert work.at_work == [20]


async def test_what_comes_late_and_is_older_leaves_at_once() -> None:
    work = Work(2)

    await work.hand(asked(5), asked(4))

    assert (work.at_work, work.left) == ([5], [4])


async def test_the_same_revision_again_is_wanted() -> None:
    work = Turns(1)
    for _ in range(2):
        async with work.turn(asked(5)) as wanted:
            assert wanted


async def test_what_is_no_preview_is_made_whatever_came_since() -> None:
    work = Work(1)

    await work.hand(asked(1), asked(2, preview=False), asked(3, preview=False), asked(4))

    assert work.left == []
    for version in (1, 2, 3, 4):
        assert work.at_work == [version]
        await work.end(version)


async def test_invoices_overtake_nobody_but_themselves_and_keep_their_order() -> None:
    work = Work(2)

    await work.hand(asked(1), asked(2, invoice="i-2"), asked(3, invoice="i-3"), asked(9, invoice="i-4"))

    assert (work.at_work, work.left) == ([1, 2], [])
    await work.end(2)
    assert work.at_work == [1, 3]


async def test_one_that_is_cancelled_is_in_nobodys_way() -> None:
    work = Work(1)
    await work.hand(asked(1), asked(2, invoice="i-2"), asked(3, invoice="i-3"), asked(4, invoice="i-4"))

    await work.cancel(2)
    await work.cancel(1)
    assert work.at_work == [3]

    await work.end(3)
    assert work.at_work == [4]


async def test_a_forgotten_invoice_costs_a_rendering_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(turns_module, "_REMEMBERED", 1)
    work = Turns(1)
    for command in (asked(5), asked(1, invoice="i-2"), asked(4)):
        async with work.turn(command) as wanted:
            assert wanted
