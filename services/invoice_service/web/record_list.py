"""A list of records that each have a page of their own: what is found, narrowed by what is searched."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from aiohttp import web

from services.invoice_service.api.lists import ListSpec, next_cursor
from services.invoice_service.application.listing import Page as Found
from services.invoice_service.application.listing import T
from services.invoice_service.web.pages import see_other
from services.invoice_service.web.view import page

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
class RecordList:
    """What a list of a kind shows: its columns, by their words, and how it is read. `searched`: there may be many."""

    name: str
    columns: Sequence[str]
    spec: ListSpec
    searched: bool = True

    @property
    def path(self) -> str:
        """Its page."""
        return f"/settings/{self.name.replace('_', '-')}"


def record_list_page(
    request: web.Request, of: RecordList, found: Found[T], rows: Sequence[ListRow], *, may_edit: bool
) -> web.Response:
    """The page of a list. `may_edit`: the reader may add one."""
    kept = {one: request.query[one] for one in _KEPT if request.query.get(one)}
    after = next_cursor(request, of.spec, found)
    return page(
        request,
        "record_list.html",
        of=of,
        rows=[(row, f"{of.path}/{quote(row.code, safe='')}") for row in rows],
        found=found,
        asked=request.query,
        deleted=request.query.get("deleted", ""),
        next=_address(of.path, {**kept, "after": after}) if after else None,
        may_edit=may_edit,
    )


def _address(path: str, pairs: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(pairs)}" if pairs else path
