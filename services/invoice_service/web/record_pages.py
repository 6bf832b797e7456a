"""Records that each have a page of their own: listed, added, edited, deleted, the same way for every kind.

Every step is a link or a form. What is refused is shown with what was typed; where two people changed one field, both
versions are.
"""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from aiohttp import web

from services.invoice_service.api.requests import path_code
from services.invoice_service.api.routing import JSON_LIMIT, VIEWER, Access
from services.invoice_service.api.services import ACTOR
from services.invoice_service.api.transact import read
from services.invoice_service.application.context import Context
from services.invoice_service.application.outcome import Put
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.domain.errors import NotFound
from services.invoice_service.domain.texts import Language
from services.invoice_service.web.attempts import Attempt, attempted, first_fault, require_new, settled
from services.invoice_service.web.forms import Form, form_of
from services.invoice_service.web.inputs import Input, defaults, typed_in
from services.invoice_service.web.pages import Page, see_other
from services.invoice_service.web.record_list import RecordList, record_list_page, without_empty
from services.invoice_service.web.view import page, view_of
from services.invoice_service.web.workbooks import workbook_page

R = TypeVar("R")
B = TypeVar("B")
Step = Callable[[UnitOfWork, Context], Awaitable[None]]


class RecordPages(ABC, Generic[R, B]):
    """The pages of one kind. `B` is what a form of it has beside the fields: a picture, so many rows."""

    kind: str
    list: RecordList[R]
    template: str
    write: Access
    body_limit = JSON_LIMIT

    def pages(self) -> tuple[Page, ...]:
        """Its lines in the table of contents of the pages."""
        one = f"{self.list.path}/{{code}}"
        return (
            Page("GET", self.list.path, self.show, VIEWER),
            Page("GET", f"{self.list.path}.xlsx", workbook_page(self.list.book.asked), VIEWER),
            Page("POST", self.list.path, self.add, self.write, self.body_limit),
            Page("GET", one, self.show_one, VIEWER),
            Page("POST", one, self.save, self.write, self.body_limit),
            Page("POST", f"{one}/delete", self.delete, self.write),
        )

    async def show(self, request: web.Request) -> web.Response:
        """The list, or (`add`) the form of a new one."""
        answer = without_empty(request, self.list.path)
        if answer is not None:
            return answer
        if "add" in request.query:
            return await self._page(request, None, "", self.beside(request, None, None))
        return await record_list_page(request, self.list, may_edit=self.may_edit(request))

    async def show_one(self, request: web.Request) -> web.Response:
        """The page of one."""
        code = path_code(request)
        record = await self._stored(request, code)
        if record is None:
            raise NotFound(self.kind, code)
        return await self._page(request, record, code, self.beside(request, record, None))

    async def add(self, request: web.Request) -> web.Response:
        """Add one."""
        form, language = await form_of(request), view_of(request).language
        code, beside = form.text("code"), self.beside(request, None, form)
        inputs = self.inputs(beside)

        async def step(uow: UnitOfWork, context: Context) -> None:
            texts = typed_in(inputs, form)
            require_new(code, await self.put(uow, context, code, None, texts, beside, language))

        attempt = await self.attempted(request, inputs, form, beside, step)
        if attempt is not None:
            return await self._page(request, None, code, beside, attempt)
        return see_other(f"{self._address(code)}?done=saved")

    async def save(self, request: web.Request) -> web.Response:
        """Save what was changed of one; what others changed meanwhile stays."""
        code, form, language = path_code(request), await form_of(request), view_of(request).language
        beside = self.beside(request, await self._stored(request, code), form)
        inputs = self.inputs(beside)

        async def step(uow: UnitOfWork, context: Context) -> None:
            current = await self.stored(uow, code, lock=True)
            if current is None:
                raise NotFound(self.kind, code)
            texts = settled(inputs, form, self.texts(current, inputs, language))
            await self.put(uow, context, code, current, texts, beside, language)

        attempt = await self.attempted(request, inputs, form, beside, step)
        if attempt is None:
            return see_other(f"{self._address(code)}?done=saved")
        return await self._page(request, await self._stored(request, code), code, beside, attempt)

    async def delete(self, request: web.Request) -> web.Response:
        """Delete one that nothing uses."""
        code, form, language = path_code(request), await form_of(request), view_of(request).language

        async def step(uow: UnitOfWork, context: Context) -> None:
            await self.remove(uow, context, code)

        attempt = await attempted(request, (), form, step)
        if attempt is None or attempt.gone:
            return see_other(f"{self.list.path}?deleted={quote(code)}")
        record = await self._stored(request, code)
        beside = self.beside(request, record, None)
        now = self._now(record, beside, language)
        return await self._page(request, record, code, beside, replace(attempt, values=now, was=now))

    # -- what each kind says itself

    @abstractmethod
    def beside(self, request: web.Request, record: R | None, form: Form | None) -> B:
        """What the form has beside its fields, by the record and by what was sent."""

    @abstractmethod
    def inputs(self, beside: B) -> tuple[Input, ...]:
        """All fields of the form."""

    @abstractmethod
    def texts(self, record: R, inputs: Sequence[Input], language: Language) -> dict[str, str]:
        """What a record says, field by field."""

    @abstractmethod
    async def stored(self, uow: UnitOfWork, code: str, *, lock: bool = False) -> R | None:
        """The record of a code."""

    @abstractmethod
    async def put(
        self,
        uow: UnitOfWork,
        context: Context,
        code: str,
        current: R | None,
        texts: Mapping[str, str],
        beside: B,
        language: Language,
    ) -> Put[R]:
        """Put what a form says.

        Raises:
            Invalid: everything that is wrong, by the names of the form's fields.
        """

    @abstractmethod
    async def remove(self, uow: UnitOfWork, context: Context, code: str) -> None:
        """Delete the record of a code."""

    @abstractmethod
    async def drawn(
        self,
        request: web.Request,
        record: R | None,
        now: Mapping[str, str],
        beside: B,
        attempt: Attempt | None,
        faults: Mapping[str, str],
    ) -> dict[str, Any]:
        """What its template shows besides what all of them do."""

    async def attempted(
        self, request: web.Request, inputs: Sequence[Input], form: Form, _beside: B, step: Step
    ) -> Attempt | None:
        """Do it; None when it is done, else what it came to."""
        return await attempted(request, inputs, form, step)

    # -- the same for all

    def may_edit(self, request: web.Request) -> bool:
        """Whether the reader may change it."""
        return request[ACTOR].at_least(self.write.role)

    def _address(self, code: str) -> str:
        return f"{self.list.path}/{quote(code, safe='')}"

    async def _stored(self, request: web.Request, code: str) -> R | None:
        return await read(request, lambda uow, _: self.stored(uow, code))

    def _now(self, record: R | None, beside: B, language: Language) -> dict[str, str]:
        inputs = self.inputs(beside)
        return self.texts(record, inputs, language) if record is not None else defaults(inputs)

    async def _page(
        self, request: web.Request, record: R | None, code: str, beside: B, attempt: Attempt | None = None
    ) -> web.Response:
        language = view_of(request).language
        faults = attempt.faults(language) if attempt else {}
        now = self._now(record, beside, language)
        begun = record is not None or (attempt is not None and "code" not in faults)
        return page(
            request,
            self.template,
            status=attempt.status if attempt else 200,
            stored=record,
            code=code,
            attempt=attempt,
            faults=faults,
            focus=first_fault(self.inputs(beside), faults) if begun else "code",
            done=request.query.get("done") == "saved",
            deleting="delete" in request.query,
            may_edit=self.may_edit(request),
            address=self._address(code),
            **await self.drawn(request, record, now, beside, attempt, faults),
        )
