"""What keeps a demonstration from being told, or from being completed."""

import datetime as dt
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any, cast

import pytest

from services.invoice_service.application.context import Context
from services.invoice_service.application.listing import ListQuery, Page
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.transactions import Transactions
from services.invoice_service.domain.actors import SYSTEM
from services.standalone.demo_data import filling
from services.standalone.demo_data.filling import NotAsPlanned, OtherPlan, fill
from services.standalone.demo_data.plan import Happening

BEGUN = dt.datetime(2026, 11, 24, 15, tzinfo=dt.UTC)


class Inbox:
    def __init__(self, answer: str) -> None:
        self.answer = answer
        self.claimed: list[str] = []

    async def claim(self, source: str, message_id: str, fingerprint: str, type_: str) -> str:
        self.claimed.append(message_id)
        return self.answer


class Listed:
    def __init__(self, *items: object) -> None:
        self.items = items

    async def page(self, query: ListQuery) -> Page[object]:
        return Page(self.items, None, len(self.items), count_exact=True)


class Shop:
    """Transactions on a shop that has these customers and jobs, and answers claims like this."""

    def __init__(self, answer: str, *, customers: Sequence[object] = (), jobs: Sequence[object] = ()) -> None:
        self.inbox = Inbox(answer)
        self.committed = 0
        self._parts = {"customers": Listed(*customers), "jobs": Listed(*jobs), "inbox": self.inbox}

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Any]:
        yield SimpleNamespace(**self._parts)
        self.committed += 1

    @property
    def transactions(self) -> Transactions[UnitOfWork]:
        return cast("Transactions[UnitOfWork]", self)


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> list[Context]:
    """A plan of two months, that only notes what is played."""
    contexts: list[Context] = []

    async def note(_: UnitOfWork, context: Context, __: object) -> tuple[str, ...]:
        contexts.append(context)
        return ("PF-0001",)

    plan = [Happening(40, SYSTEM, note, ("first",)), Happening(0, SYSTEM, note)]
    monkeypatch.setattr(filling, "happenings", lambda _: plan)
    return contexts


async def test_each_month_is_one_transaction(played: list[Context]) -> None:
    shop = Shop("new")

    assert await fill(shop.transactions, BEGUN)

    assert shop.inbox.claimed == ["2026-11-24 2026-10", "2026-11-24 2026-11"]
    assert shop.committed == 2
    assert [context.now.date() for context in played] == [dt.date(2026, 10, 15), dt.date(2026, 11, 24)]
    assert all(context.in_bulk for context in played)


async def test_what_was_told_is_not_told_again(played: list[Context]) -> None:
    assert await fill(Shop("duplicate").transactions, BEGUN)

    assert played == []


@pytest.mark.parametrize("there", [{"customers": ["C-1"]}, {"jobs": ["D-1"]}])
async def test_a_shop_with_data_of_its_own_is_left_alone(
    played: list[Context], there: dict[str, list[str]]
) -> None:
    assert not await fill(
        Shop("new", customers=there.get("customers", ()), jobs=there.get("jobs", ())).transactions, BEGUN
    )

    assert played == []


async def test_another_release_told_another_story(played: list[Context]) -> None:
    with pytest.raises(OtherPlan, match="another release"):
        await fill(Shop("conflict").transactions, BEGUN)

    assert played == []


async def test_somebody_else_takes_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    async def other_number(*_: object) -> tuple[str, ...]:
        return ("PF-0002",)

    monkeypatch.setattr(filling, "happenings", lambda _: [Happening(0, SYSTEM, other_number, ("first",))])
    shop = Shop("new")

    with pytest.raises(NotAsPlanned, match="planned PF-0001 and got \\('PF-0002',\\)") as caught:
        await fill(shop.transactions, BEGUN)

    assert caught.value.planned == ("PF-0001",)
    assert caught.value.made == ("PF-0002",)
    assert shop.committed == 0
