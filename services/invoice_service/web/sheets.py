"""A sheet: the table of one simple kind of reference data, in which one row at a time turns into its fields.

Every step is a link or a form. What is refused is shown with what was typed; where two people changed one field, both
versions are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, urlencode

from aiohttp import web

from services.invoice_service.api.lists import list_query, next_cursor
from services.invoice_service.api.problems import status_of
from services.invoice_service.api.reference import Resource
from services.invoice_service.api.requests import path_code
from services.invoice_service.api.routes import ROUTES
from services.invoice_service.api.routing import VIEWER, Access
from services.invoice_service.api.services import ACTOR
from services.invoice_service.api.transact import committed, read
from services.invoice_service.api.workbooks.sheet import Cell
from services.invoice_service.application.context import Context
from services.invoice_service.application.delete_reference import delete_reference
from services.invoice_service.application.listing import ListQuery
from services.invoice_service.application.listing import Page as Found
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.put_reference import put_reference
from services.invoice_service.domain.errors import Conflict, Invalid, NotFound, Refusal
from services.invoice_service.domain.texts import Language
from services.invoice_service.web import cells
from services.invoice_service.web.attempts import (
    Overtaken,
    Theirs,
    coded,
    first_fault,
    require_new,
    settled,
)
from services.invoice_service.web.errors import detail_of, faults_of
from services.invoice_service.web.forms import form_of, own_path
from services.invoice_service.web.inputs import (
    Entry,
    Input,
    body_of,
    defaults,
    entries,
    shown_before,
    texts_of,
    typed_in,
)
from services.invoice_service.web.list_book import ListBook, Reader, Told
from services.invoice_service.web.pages import Page, see_other
from services.invoice_service.web.suggestions import Suggestions, suggestions_for
from services.invoice_service.web.view import page, view_of
from services.invoice_service.web.workbooks import workbook_page

_KEPT = ("q", "active", "sort", "limit", "after")


@dataclass(frozen=True, slots=True)
class Row:
    """One record, as text; `fields` are there while it is edited, and the cursor begins in the field `focus`.

    `standard`: what it says as long as the shop says nothing else.
    """

    code: str
    texts: Mapping[str, str]
    standard: Mapping[str, str] = field(default_factory=dict)
    fields: list[Entry] = field(default_factory=list)
    focus: str = ""

    @property
    def is_own(self) -> bool:
        """Whether the shop says something else than the house."""
        return any(self.texts[name] != text for name, text in self.standard.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the page shows besides the list: a row that is edited, asked about, or was saved; what was refused.

    `edit` is None when nothing is edited, and empty for a new row, whose code is `code`.
    """

    edit: str | None = None
    code: str = ""
    values: Mapping[str, str] | None = None
    was: Mapping[str, str] | None = None
    refusal: Refusal | None = None
    theirs: tuple[Theirs, ...] = ()
    gone: bool = False
    delete: str = ""
    saved: str = ""
    deleted: str = ""


@dataclass(frozen=True, slots=True)
class _Read:
    page: Found[Any]
    extra: Any
    suggestions: Suggestions


@dataclass(frozen=True)
class Sheet:
    """One kind of reference data, and the fields of its rows.

    `fixed`: there is one record of each code by itself; deleting what the shop says brings the house's back.
    """

    name: str
    resource: Resource[Any, Any]
    inputs: tuple[Input, ...]
    fixed: bool = False

    @property
    def path(self) -> str:
        """Its page."""
        return f"/settings/{self.name.replace('_', '-')}"

    @property
    def write(self) -> Access:
        """Who may change it: the people who may by the API."""
        api = f"/{self.name.replace('_', '-')}/{{{self.resource.variable}}}"
        route = next(route for route in ROUTES if (route.method, route.path) == ("PUT", api))
        return Access(route.access.role)

    def pages(self) -> tuple[Page, ...]:
        """Its lines in the table of contents of the pages."""
        one = f"{self.path}/{{code}}"
        return (
            Page("GET", self.path, self.show, VIEWER),
            Page("GET", f"{self.path}.xlsx", workbook_page(self.book.asked), VIEWER),
            *(() if self.fixed else (Page("POST", self.path, self.add, self.write),)),
            Page("POST", one, self.save, self.write),
            Page("POST", f"{one}/delete", self.delete, self.write),
        )

    async def stored(self, uow: UnitOfWork, code: str, *, lock: bool = False) -> Any:  # noqa: ANN401 - of this kind
        """The record of a code."""
        return await uow.reference.get(self.resource.kind, code, lock=lock)

    async def found(self, uow: UnitOfWork, asked: ListQuery) -> Found[Any]:
        """One page of the records."""
        return await uow.reference.page(self.resource.kind, asked)

    @property
    def book(self) -> ListBook[Any]:
        """The list as a workbook: each field a column."""
        code: Told = (f"setting.{self.resource.variable}", "text", 16)
        fields: list[Told] = [
            (f"setting.{one.name}", cells.KINDS.get(one.control, "text"), 26) for one in self.inputs
        ]
        return ListBook(
            f"settings.place.{self.name}", self.resource.listing, (code, *fields), self.found, self._cells
        )

    def _cells(self, record: Any, reader: Reader) -> list[Cell]:  # noqa: ANN401 - of this kind
        texts = texts_of(self.inputs, self.resource.show(record), reader.words.language)
        return [record.key, *(cells.cell(one, texts[one.name], reader.words) for one in self.inputs)]

    def standard(self, _code: str) -> Mapping[str, str]:
        """What a record says as long as the shop says nothing else; nothing where it makes all records itself."""
        return {}

    async def show(self, request: web.Request) -> web.Response:
        """The page; `edit`, `add` or `delete` say which row is which. Fields that were left empty ask for nothing."""
        asked = request.query
        if not all(asked.values()):
            return see_other(_address(self.path, [(name, text) for name, text in asked.items() if text]))
        shown = Shown(
            edit=asked.get("edit", "" if "add" in asked else None),
            delete=asked.get("delete", ""),
            saved=asked.get("saved", ""),
            deleted=asked.get("deleted", ""),
        )
        return await self._draw(request, shown)

    async def add(self, request: web.Request) -> web.Response:
        """Add what was typed into the new row."""
        form = await form_of(request)
        typed = typed_in(self.inputs, form)

        async def step(uow: UnitOfWork, context: Context) -> str:
            record = self._record(form.text("code"), typed, view_of(request).language)
            require_new(record.key, await put_reference(uow, context, record))
            return str(record.key)

        try:
            code = await committed(request, step)
        except Invalid as refusal:
            return await self._draw(
                request, Shown(edit="", code=form.text("code"), values=typed, refusal=refusal)
            )
        return see_other(own_path(form.text("then"), self._here(request, saved=code)))

    async def save(self, request: web.Request) -> web.Response:
        """Save what was typed into a row; of the fields that nobody touched, what is there now."""
        code, form, language = path_code(request), await form_of(request), view_of(request).language
        typed, was = typed_in(self.inputs, form), shown_before(self.inputs, form)

        async def step(uow: UnitOfWork, context: Context) -> None:
            record = await self.stored(uow, code, lock=True)
            if record is None:
                raise NotFound(self.resource.kind.kind, code)
            now = texts_of(self.inputs, self.resource.show(record), language)
            texts = settled(self.inputs, form, now)
            await put_reference(uow, context, self._record(code, texts, language))

        shown = Shown(edit=code, values=typed, was=was)
        try:
            await committed(request, step)
        except Invalid as refusal:
            return await self._draw(request, replace(shown, refusal=refusal))
        except NotFound:
            # Somebody has deleted it: what was typed can be put back.
            return await self._draw(request, Shown(edit="", code=code, values=typed, gone=True), 409)
        except Overtaken as overtaken:
            shown = replace(shown, values=overtaken.texts, was=overtaken.now, theirs=overtaken.theirs)
            return await self._draw(request, shown, 409)
        return see_other(own_path(form.text("then"), self._here(request, saved=code)))

    async def delete(self, request: web.Request) -> web.Response:
        """Delete a record that nothing uses."""
        code = path_code(request)
        try:
            await committed(
                request, lambda uow, context: delete_reference(uow, context, self.resource.kind, code)
            )
        except NotFound:
            pass  # somebody was faster
        except Conflict as refusal:
            return await self._draw(request, Shown(edit=code, refusal=refusal))
        return see_other(self._here(request, deleted=code))

    def _record(self, code: str, texts: Mapping[str, str], language: Language) -> Any:  # noqa: ANN401 - of this kind
        """The record that these texts describe.

        Raises:
            Invalid: everything that is wrong, by field.
        """
        body = coded(self.resource.body, code, body_of(self.inputs, texts, language))
        return self.resource.record(body, code)

    async def _draw(self, request: web.Request, shown: Shown, status: int = 0) -> web.Response:
        view = view_of(request)
        asked = list_query(request, self.resource.listing)
        wanted = shown.edit or shown.delete or shown.saved

        async def look(uow: UnitOfWork, _: Context) -> _Read:
            found = await self.found(uow, asked)
            extra = None
            if wanted and wanted not in {record.key for record in found.items}:
                extra = await self.stored(uow, wanted)
            offered = {} if shown.edit is None else await suggestions_for(uow, self.inputs, view.language)
            return _Read(found, extra, offered)

        seen = await read(request, look)
        records = [*([seen.extra] if seen.extra else []), *seen.page.items]
        faults = dict(faults_of(shown.refusal, view.language)) if shown.refusal else {}
        rows = [self._row(record, shown, faults, view.language) for record in records]
        after = next_cursor(request, self.resource.listing, seen.page)
        known = {"code", *(one.name for one in self.inputs)}
        return page(
            request,
            "sheet.html",
            status=status or (status_of(shown.refusal) if shown.refusal else 200),
            sheet=self,
            shown=shown,
            rows=rows,
            fresh=self._fresh(shown, faults) if shown.edit == "" else None,
            found=seen.page,
            suggestions=seen.suggestions,
            told=""
            if shown.refusal is None or faults.keys() & known
            else detail_of(shown.refusal, view.language),
            faults=faults,
            others=[text for name, text in faults.items() if name not in known],
            may_edit=request[ACTOR].at_least(self.write.role),
            asked=request.query,
            workbook=self.book.address(request, self.path),
            here=self._here(request),
            step=lambda **more: self._here(request, **more),
            query=self._here(request).removeprefix(self.path),
            next=self._here(request, after=after) if after else None,
            quote=lambda text: quote(text, safe=""),
        )

    def _row(self, record: Any, shown: Shown, faults: Mapping[str, str], language: Language) -> Row:  # noqa: ANN401 - of this kind
        texts = texts_of(self.inputs, self.resource.show(record), language)
        standard = self.standard(record.key)
        if record.key != shown.edit:
            return Row(record.key, texts, standard)
        values, was = shown.values or texts, shown.was or texts
        in_use = shown.refusal is not None and shown.refusal.code == "in_use"
        focus = "active" if in_use else first_fault(self.inputs, faults) or self.inputs[0].name
        return Row(record.key, texts, standard, entries(self.inputs, values, was, faults), focus)

    def _fresh(self, shown: Shown, faults: Mapping[str, str]) -> Row:
        values = shown.values or defaults(self.inputs)
        fields = entries(self.inputs, values, defaults(self.inputs), faults)
        focus = "code" if not shown.code or "code" in faults else first_fault(self.inputs, faults)
        return Row(shown.code, values, {}, fields, focus or self.inputs[0].name)

    def _here(self, request: web.Request, **more: str) -> str:
        """This list, as it is asked for, with something more."""
        kept = [(name, request.query[name]) for name in _KEPT if request.query.get(name)]
        return _address(self.path, [*(pair for pair in kept if pair[0] not in more), *more.items()])


def _address(path: str, pairs: list[tuple[str, str]]) -> str:
    return f"{path}?{urlencode(pairs)}" if pairs else path
