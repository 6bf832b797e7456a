"""Number series: prefix, padding, next value. Once used, a series only moves forward, with a reason."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from aiohttp import web

from services.invoice_service.api.bodies.entities import SeriesBody
from services.invoice_service.api.problems import status_of
from services.invoice_service.api.requests import path_code
from services.invoice_service.api.transact import committed, read
from services.invoice_service.api.workbooks.sheet import Cell
from services.invoice_service.application.context import Context
from services.invoice_service.application.edit_series import KIND, edit_series
from services.invoice_service.application.listing import ListQuery, Page
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.records import SERIES_KINDS, NumberSeries
from services.invoice_service.domain.errors import Conflict, Invalid, NotFound, Refusal
from services.invoice_service.domain.numbering import formatted
from services.invoice_service.web.errors import detail_of, faults_of
from services.invoice_service.web.forms import Form, form_of, validated
from services.invoice_service.web.list_book import ListBook, Reader
from services.invoice_service.web.pages import see_other
from services.invoice_service.web.view import page, view_of

PATH = "/settings/series"
_ALL = ListQuery()
_FIELDS = ("prefix", "padding", "next_value")


@dataclass(frozen=True, slots=True)
class Shown:
    """A series, the number that it gives next, and where it is set."""

    series: NumberSeries
    address: str

    @property
    def next_number(self) -> str:
        """As it will be printed."""
        return formatted(self.series.prefix, self.series.padding, self.series.next_value)


async def _found(uow: UnitOfWork, _asked: ListQuery = _ALL) -> Page[NumberSeries]:
    everyone = await uow.series.all()
    ordered = sorted(everyone, key=lambda one: (one.business_entity, _place(one.kind)))
    return Page(tuple(ordered), None, len(ordered), count_exact=True)


def _cells(series: NumberSeries, reader: Reader) -> tuple[Cell, ...]:
    words = reader.words
    used = words("series.used" if series.used else "series.unused")
    kind, number = words(f"series.kind.{series.kind}"), _shown(series).next_number
    return series.business_entity, kind, series.prefix, series.padding, number, used


BOOK = ListBook[NumberSeries](
    "series.title",
    None,
    (
        ("field.business_entity", "text", 22),
        ("series.column.kind", "text", 20),
        ("series.prefix", "text", 12),
        ("series.padding", "count", 12),
        ("series.column.next", "text", 18),
        ("column.status", "text", 20),
    ),
    _found,
    _cells,
)


async def show(request: web.Request) -> web.Response:
    """All of them, by business entity."""
    found = await read(request, lambda uow, _: _found(uow))
    return page(
        request,
        "series.html",
        everyone=[_shown(series) for series in found.items],
        workbook=BOOK.address(request, PATH),
        done=request.query.get("done", ""),
    )


async def show_one(request: web.Request) -> web.Response:
    """One of them."""
    return _form(request, await _series(request))


async def save(request: web.Request) -> web.Response:
    """Change what was typed otherwise than the page showed it."""
    form = await form_of(request)
    entity, kind = path_code(request, "entity"), path_code(request, "kind")
    values: dict[str, Any] = {name: _number(name, text) for name, text in form.changed(*_FIELDS).items()}
    values["reason"] = form.text("reason") or None
    try:
        edit = validated(SeriesBody, values).edit()
        await committed(request, lambda uow, context: edit_series(uow, context, entity, kind, edit))
    except (Invalid, Conflict) as refusal:
        return _form(request, await _series(request), form, refusal)
    return see_other(f"{PATH}?done=saved")


def _number(name: str, text: str) -> str | int:
    """A whole number as such; what is none is for the API to refuse."""
    whole = name != "prefix" and text.isascii() and text.isdigit() and len(text) < 19
    return int(text) if whole else text


def _place(kind: str) -> int:
    return SERIES_KINDS.index(kind) if kind in SERIES_KINDS else len(SERIES_KINDS)


def _shown(series: NumberSeries) -> Shown:
    return Shown(series, f"{PATH}/{quote(series.business_entity, safe='')}/{quote(series.kind, safe='')}")


async def _series(request: web.Request) -> NumberSeries:
    entity, kind = path_code(request, "entity"), path_code(request, "kind")

    async def look(uow: UnitOfWork, _: Context) -> NumberSeries:
        series = await uow.series.get(entity, kind)
        if series is None:
            raise NotFound(KIND, f"{entity}/{kind}")
        return series

    return await read(request, look)


def _form(
    request: web.Request, series: NumberSeries, form: Form | None = None, refusal: Refusal | None = None
) -> web.Response:
    language = view_of(request).language
    kept = {
        "prefix": series.prefix,
        "padding": str(series.padding),
        "next_value": str(series.next_value),
        "reason": "",
    }
    return page(
        request,
        "series_one.html",
        status=status_of(refusal) if refusal else 200,
        shown=_shown(series),
        kept=kept,
        typed={name: form.text(name) if form else text for name, text in kept.items()},
        faults=dict(faults_of(refusal, language)) if refusal else {},
        alert=detail_of(refusal, language) if refusal and not refusal.errors else "",
    )
