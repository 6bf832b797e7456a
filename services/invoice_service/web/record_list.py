"""A list of records that each have a page of their own: what is found, narrowed by what is searched."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic
from urllib.parse import quote, urlencode

from aiohttp import web

from services.invoice_service.api.lists import ListSpec, list_query, next_cursor
from services.invoice_service.api.transact import read
from services.invoice_service.api.workbooks.sheet import Cell
from services.invoice_service.application.context import Context
from services.invoice_service.application.listing import ListQuery, T
from services.invoice_service.application.listing import Page as Found
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.web.list_book import ListBook, Reader, Told, reader_in
from services.invoice_service.web.pages import see_other
from services.invoice_service.web.view import page, view_of

_KEPT = ("q", "active", "limit")


@dataclass(frozen=True, slots=True)
class ListRow:
    """One record: its code, what stands in its columns, and whether it is offered."""

    code: str
    cells: Sequence[str]
    active: bool = True


def without_empty(request: web.Request, path: str) -> web.Response | None:
    """The way to the same list without the fields that were left empty: they ask for nothing. None: there are none."""
    if all(request.query.values()):
        return None
    return see_other(_address(path, {name: text for name, text in request.query.items() if text}))


@dataclass(frozen=True, slots=True)
class RecordList(Generic[T]):
    """What a list of a kind shows: its columns, by their words, and how it is read. `searched`: there may be many."""

    name: str
    columns: Sequence[str]
    spec: ListSpec
    find: Callable[[UnitOfWork, ListQuery], Awaitable[Found[T]]]
    row: Callable[[T, Reader], ListRow]
    searched: bool = True

    @property
    def path(self) -> str:
        """Its page."""
        return f"/settings/{self.name.replace('_', '-')}"

    @property
    def book(self) -> ListBook[T]:
        """The list as a workbook."""
        columns: list[Told] = [(f"setting.{name}", "text", 26) for name in self.columns]
        return ListBook(
            f"settings.place.{self.name}",
            self.spec,
            (("setting.code", "text", 16), *columns, ("setting.active", "text", 10)),
            self.find,
            self._cells,
        )

    def _cells(self, one: T, reader: Reader) -> list[Cell]:
        row = self.row(one, reader)
        return [row.code, *row.cells, reader.words("sheet.yes" if row.active else "sheet.no")]


async def record_list_page(request: web.Request, of: RecordList[T], *, may_edit: bool) -> web.Response:
    """The page of a list. `may_edit`: the reader may add one."""
    asked = list_query(request, of.spec)

    async def look(uow: UnitOfWork, context: Context) -> tuple[Found[T], Reader]:
        return await of.find(uow, asked), await reader_in(uow, context, view_of(request).words)

    found, reader = await read(request, look)
    rows = [of.row(one, reader) for one in found.items]
    kept = {one: request.query[one] for one in _KEPT if request.query.get(one)}
    after = next_cursor(request, of.spec, found)
    return page(
        request,
        "record_list.html",
        of=of,
        rows=[(row, f"{of.path}/{quote(row.code, safe='')}") for row in rows],
        workbook=of.book.address(request, of.path),
        found=found,
        asked=request.query,
        deleted=request.query.get("deleted", ""),
        next=_address(of.path, {**kept, "after": after}) if after else None,
        may_edit=may_edit,
    )


def _address(path: str, pairs: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(pairs)}" if pairs else path
