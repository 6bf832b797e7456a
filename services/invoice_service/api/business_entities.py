"""Business entities and their number series."""

from aiohttp import web

from services.invoice_service.api.answers import Answer, Json, found, no_content, ok, shown
from services.invoice_service.api.bodies.entities import (
    BusinessEntityBody,
    BusinessEntityShown,
    SeriesBody,
    SeriesShown,
)
from services.invoice_service.api.lists import ACTIVE, SEARCH, ListSpec, list_answer, list_query
from services.invoice_service.api.requests import json_body, path_code
from services.invoice_service.api.services import SERVICES
from services.invoice_service.api.transact import query, transact
from services.invoice_service.application import edit_series
from services.invoice_service.application.keep_logo import keep_logo
from services.invoice_service.application.outcome import Put
from services.invoice_service.application.put_business_entity import (
    KIND,
    delete_business_entity,
    put_business_entity,
)
from services.invoice_service.application.records import BusinessEntity, NumberSeries

LISTING = ListSpec(("code", "name"), "code", (SEARCH, ACTIVE))


def _show(entity: BusinessEntity) -> Json:
    return shown(BusinessEntityShown.model_validate(entity))


def _present(put: Put[BusinessEntity]) -> Answer:
    return Answer(201 if put.created else 200, _show(put.value))


async def get_list(request: web.Request) -> web.Response:
    """GET /business-entities."""
    asked = list_query(request, LISTING)
    return await query(
        request, lambda uow, _: uow.business_entities.page(asked), list_answer(request, LISTING, _show)
    )


async def get_one(request: web.Request) -> web.Response:
    """GET /business-entities/{code}."""
    code = path_code(request)
    return await query(
        request,
        lambda uow, _: uow.business_entities.get(code),
        lambda entity: Answer(200, _show(found(entity, KIND, code))),
    )


async def put(request: web.Request) -> web.Response:
    """PUT /business-entities/{code}."""
    code = path_code(request)
    declared = (await json_body(request, BusinessEntityBody)).entity(code)
    if declared.logo is not None:
        await keep_logo(request.app[SERVICES].documents, declared.logo)
    return await transact(request, lambda uow, context: put_business_entity(uow, context, declared), _present)


async def delete(request: web.Request) -> web.Response:
    """DELETE /business-entities/{code}."""
    code = path_code(request)
    return await transact(
        request, lambda uow, context: delete_business_entity(uow, context, code), lambda _: no_content()
    )


async def get_series(request: web.Request) -> web.Response:
    """GET /number-series/{entity}/{kind}."""
    entity, kind = path_code(request, "entity"), path_code(request, "kind")

    def present(series: NumberSeries | None) -> Answer:
        return _present_series(found(series, edit_series.KIND, f"{entity}/{kind}"))

    return await query(request, lambda uow, _: uow.series.get(entity, kind), present)


async def patch_series(request: web.Request) -> web.Response:
    """PATCH /number-series/{entity}/{kind}."""
    entity, kind = path_code(request, "entity"), path_code(request, "kind")
    edit = (await json_body(request, SeriesBody)).edit()
    return await transact(
        request,
        lambda uow, context: edit_series.edit_series(uow, context, entity, kind, edit),
        _present_series,
    )


def _present_series(series: NumberSeries) -> Answer:
    return ok(SeriesShown.model_validate(series))
