"""The four calls that every simple kind of reference data has."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from aiohttp import web

from services.invoice_service.api.answers import Answer, Json, found, no_content, shown
from services.invoice_service.api.bodies.fields import Body, Shown
from services.invoice_service.api.lists import ListSpec, list_answer, list_query
from services.invoice_service.api.requests import json_body, path_code
from services.invoice_service.api.routing import (
    ACCOUNTANT,
    VIEWER,
    Access,
    Route,
    deleting,
    listing,
    putting,
    reading,
)
from services.invoice_service.api.transact import query, transact
from services.invoice_service.application.delete_reference import delete_reference
from services.invoice_service.application.outcome import Put
from services.invoice_service.application.put_reference import put_reference
from services.invoice_service.domain.reference import R

B = TypeVar("B", bound=Body)


@dataclass(frozen=True)
class Resource(Generic[R, B]):
    """A kind of reference data on the wire: its bodies, its list, and the codes (422) of what it refers to."""

    kind: type[R]
    body: type[B]
    record: Callable[[B, str], R]
    answer: type[Shown]
    listing: ListSpec
    variable: str = "code"
    refusals: tuple[str, ...] = ()

    def show(self, record: R) -> Json:
        """A record as it is answered."""
        return shown(self.answer.model_validate(record))

    def present(self, put: Put[R]) -> Answer:
        """What a PUT answers."""
        return Answer(201 if put.created else 200, self.show(put.value))

    async def get_list(self, request: web.Request) -> web.Response:
        """GET of the list."""
        asked = list_query(request, self.listing)
        return await query(
            request,
            lambda uow, _: uow.reference.page(self.kind, asked),
            list_answer(request, self.listing, self.show),
        )

    async def get_one(self, request: web.Request) -> web.Response:
        """GET of one."""
        code = path_code(request, self.variable)
        return await query(
            request,
            lambda uow, _: uow.reference.get(self.kind, code),
            lambda record: Answer(200, self.show(found(record, self.kind.kind, code))),
        )

    async def put(self, request: web.Request) -> web.Response:
        """PUT of one, as a whole."""
        code = path_code(request, self.variable)
        record = self.record(await json_body(request, self.body), code)
        return await transact(request, lambda uow, context: put_reference(uow, context, record), self.present)

    async def delete(self, request: web.Request) -> web.Response:
        """DELETE of one."""
        code = path_code(request, self.variable)
        return await transact(
            request,
            lambda uow, context: delete_reference(uow, context, self.kind, code),
            lambda _: no_content(),
        )

    def routes(self, path: str, *, read: Access = VIEWER, write: Access = ACCOUNTANT) -> tuple[Route, ...]:
        """Its four lines in the table of contents."""
        one = f"{path}/{{{self.variable}}}"
        name = self.kind.kind.replace("_", " ")
        return (
            listing(path, self.get_list, read, f"List: {name}", self.answer, self.listing.parameters),
            reading(one, self.get_one, read, f"One {name}", self.answer),
            putting(one, self.put, write, f"Declare or replace one {name}", self.body, self.answer).refusing(
                422, *self.refusals
            ),
            deleting(one, self.delete, write, f"Delete one {name} that nothing uses").refusing(409, "in_use"),
        )
