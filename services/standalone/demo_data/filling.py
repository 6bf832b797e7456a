"""Fills an empty shop with three years of demonstration, once, whatever interrupts it.

A month of the shop's life is one transaction, which also claims that month's place in the inbox: after a crash
the next start does what is missing, and nothing twice. Workers find their commands in the outbox afterwards.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import groupby
from zoneinfo import ZoneInfo

import structlog

from services.invoice_service.application.context import Context
from services.invoice_service.application.listing import ListQuery
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.transactions import Transactions
from services.invoice_service.domain.actors import Actor
from services.invoice_service.domain.settings import ShopSettings
from services.standalone.demo_data.clerk import Numbers
from services.standalone.demo_data.people import Person, staff
from services.standalone.demo_data.plan import Happening, happenings, numbers_of
from services.standalone.demo_data.rows import business_day

SOURCE = "urn:factures:demonstration"
# Another plan is another story: the months of two can't be mixed.
_PLAN = "1"
_TYPE = "demonstration.month"
_OPENING_TIME = dt.time(8, 30)
_PAUSE = dt.timedelta(minutes=11)

log = structlog.get_logger(__name__)


class OtherPlan(Exception):
    """The demonstration was begun by another release, which told another story."""

    def __init__(self) -> None:
        super().__init__(
            "the demonstration in this data folder was begun by another release and can't be completed;"
            " start with an empty folder"
        )


class NotAsPlanned(Exception):
    """An invoice got another number than the plan says: somebody else works in the shop."""

    def __init__(self, planned: Sequence[str], made: object) -> None:
        super().__init__(f"the demonstration planned {', '.join(planned)} and got {made}")
        self.planned = planned
        self.made = made


async def fill(transactions: Transactions[UnitOfWork], begun: dt.datetime) -> bool:
    """Play the three years before `begun` (when the shop was first started), or what is missing of them.

    Returns False, with nothing done, when the shop has data of its own.

    Raises:
        OtherPlan, NotAsPlanned: it can't be completed; what was committed stays.
    """
    zone = ZoneInfo(ShopSettings().timezone)
    today = begun.astimezone(zone).date()
    every = happenings(today)
    numbers = numbers_of(every)
    known: dict[str, Actor] = {}
    months = groupby(dated(every, begun, zone), key=lambda one: f"{one[0]:%Y-%m}")
    for place, (month, of_month) in enumerate(months):
        async with transactions.writing() as uow:
            claimed = await uow.inbox.claim(SOURCE, f"{today} {month}", _PLAN, _TYPE)
            if claimed == "conflict":
                raise OtherPlan
            if claimed == "duplicate":
                continue
            if place == 0 and not await _is_empty(uow):
                log.warning("no demonstration: the shop has data of its own")
                return False
            for instant, happening in of_month:
                actor = await _actor(uow, happening.by, known)
                correlation = f"demonstration {instant:%Y-%m-%d}"
                context = Context(actor, instant, correlation, in_bulk=True)
                await _play(uow, context, happening, numbers)
    return True


def dated(
    every: Sequence[Happening], begun: dt.datetime, zone: ZoneInfo
) -> Iterator[tuple[dt.datetime, Happening]]:
    """Each happening with its time of day; those of the first day itself are now."""
    today = begun.astimezone(zone).date()
    for day, of_day in groupby(every, key=lambda one: business_day(today, one.day)):
        opening = dt.datetime.combine(day, _OPENING_TIME, zone)
        for place, happening in enumerate(of_day):
            instant = opening + place * _PAUSE
            yield min(instant.astimezone(dt.UTC), begun), happening


async def _is_empty(uow: UnitOfWork) -> bool:
    one = ListQuery(limit=1)
    return not ((await uow.customers.page(one)).items or (await uow.jobs.page(one)).items)


async def _actor(uow: UnitOfWork, by: Person | Actor, known: dict[str, Actor]) -> Actor:
    if isinstance(by, Actor):
        return by
    if by.email not in known:
        known.update(await staff(uow))
    return known[by.email]


async def _play(uow: UnitOfWork, context: Context, happening: Happening, numbers: Numbers) -> None:
    made = await happening.act(uow, context, numbers)
    planned = tuple(numbers[key] for key in happening.makes)
    if planned and made != planned:
        raise NotAsPlanned(planned, made)
