"""A list as a workbook, whole: the generic way, and its pieces for lists that have more than rows."""

import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from aiohttp import web

from services.invoice_service.api.lists import ListSpec, list_query
from services.invoice_service.api.workbooks.making import Desk, Fill, refuse_more, written
from services.invoice_service.api.workbooks.sheet import Cell, Column, Kind, Row, Sheet
from services.invoice_service.application.context import Context
from services.invoice_service.application.listing import ListQuery, Page, every
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.web.links import address_with
from services.invoice_service.web.words import Words, words_in

T = TypeVar("T")
_AT_ONCE = 1000
Told = tuple[str, Kind, int]
"""A column: the key of its heading, what its cells hold, its width in characters."""
Filler = Callable[[UnitOfWork, Context, Desk, ListQuery], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom a list is written: in whose words, in which time zone, on which day."""

    words: Words
    zone: ZoneInfo
    today: dt.date

    def day(self, at: dt.datetime | None) -> dt.date | None:
        """See `day_in`."""
        return day_in(at, self.zone)


async def reader_in(uow: UnitOfWork, context: Context, words: Words) -> Reader:
    """The reader of a request."""
    settings = await uow.settings.get()
    return Reader(words, ZoneInfo(settings.timezone), settings.today(context.now))


@dataclass(frozen=True)
class ListBook(Generic[T]):
    """A list that is a workbook as it stands: what its page is called and how it is read, its columns and its rows.

    `spec` is None where nobody can ask for a part.
    """

    title: str
    spec: ListSpec | None
    columns: Sequence[Told]
    find: Callable[[UnitOfWork, ListQuery], Awaitable[Page[T]]]
    row: Callable[[T, Reader], Sequence[Cell]]

    def asked(self, request: web.Request) -> Fill:
        """What the list finds."""
        spec = self.spec
        return (
            asked_for(request, spec, self._fill) if spec else partial(self._fill, asked=ListQuery(_AT_ONCE))
        )

    def address(self, request: web.Request, path: str) -> str:
        """Where the workbook is of what this request for the page `path` finds."""
        names = {"sort", *(one.name for one in self.spec.filters)} if self.spec else ()
        return address_with(
            f"{path}.xlsx", [one for one in request.query.items() if one[0] in names and one[1]]
        )

    async def _fill(self, uow: UnitOfWork, context: Context, desk: Desk, asked: ListQuery) -> str:
        words = words_in(desk.language)
        columns = [Column(words(heading), kind, width) for heading, kind, width in self.columns]
        title, sheet = await begun(uow, context, desk, words(self.title), columns)
        reader = await reader_in(uow, context, words)
        await fill(sheet, partial(self.find, uow), asked, lambda one: Row(self.row(one, reader)))
        sheet.filter()
        return title


def asked_for(request: web.Request, spec: ListSpec, filler: Filler) -> Fill:
    """The whole of what a request asks a list for."""
    asked = list_query(request, spec)
    whole = ListQuery(_AT_ONCE, asked.sort, filters=asked.filters)
    return lambda uow, context, desk: filler(uow, context, desk, whole)


async def begun(
    uow: UnitOfWork, context: Context, desk: Desk, title: str, columns: Sequence[Column]
) -> tuple[str, Sheet]:
    """The name of the file, and the sheet with its headings."""
    settings = await uow.settings.get()
    today = str(settings.today(context.now))
    return f"{title}_{today}", desk.begin(title, today, columns, settings.currency)


async def fill(
    sheet: Sheet,
    find: Callable[[ListQuery], Awaitable[Page[T]]],
    asked: ListQuery,
    row: Callable[[T], Row],
) -> None:
    """Every row of a list, a page at a time.

    Raises:
        Invalid: too_many_rows.
    """
    some = 0
    async for page in every(find, asked):
        some += len(page.items)
        refuse_more(some)
        await written(sheet, [row(one) for one in page.items])


def day_in(at: dt.datetime | None, zone: ZoneInfo) -> dt.date | None:
    """The day of an instant: a workbook's dates have no zone."""
    return at.astimezone(zone).date() if at else None
