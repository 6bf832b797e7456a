"""Tax codes."""

from aiohttp import web

from services.invoice_service.api.answers import Answer, Json, found, no_content, shown
from services.invoice_service.api.bodies.taxes import TaxCodeBody, TaxCodeShown
from services.invoice_service.api.lists import (
    ACTIVE,
    SEARCH,
    ListSpec,
    list_answer,
    list_query,
    text_filter,
)
from services.invoice_service.api.requests import json_body, path_code
from services.invoice_service.api.transact import query, transact
from services.invoice_service.application.outcome import Put
from services.invoice_service.application.put_tax_code import KIND, delete_tax_code, put_tax_code
from services.invoice_service.domain.tax import TaxCode

LISTING = ListSpec(
    ("code", "description", "province"),
    "code",
    (SEARCH, ACTIVE, text_filter("province", "Those of a province")),
)


def _show(tax_code: TaxCode) -> Json:
    return shown(TaxCodeShown.model_validate(tax_code))


def _present(put: Put[TaxCode]) -> Answer:
    return Answer(201 if put.created else 200, _show(put.value))


async def get_list(request: web.Request) -> web.Response:
    """GET /tax-codes."""
    asked = list_query(request, LISTING)
    return await query(
        request, lambda uow, _: uow.tax_codes.page(asked), list_answer(request, LISTING, _show)
    )


async def get_one(request: web.Request) -> web.Response:
    """GET /tax-codes/{code}."""
    code = path_code(request)
    return await query(
        request,
        lambda uow, _: uow.tax_codes.get(code),
        lambda tax_code: Answer(200, _show(found(tax_code, KIND, code))),
    )


async def put(request: web.Request) -> web.Response:
    """PUT /tax-codes/{code}."""
    code = path_code(request)
    declared = (await json_body(request, TaxCodeBody)).tax_code(code)
    return await transact(request, lambda uow, context: put_tax_code(uow, context, declared), _present)


async def delete(request: web.Request) -> web.Response:
    """DELETE /tax-codes/{code}."""
    code = path_code(request)
    return await transact(
        request, lambda uow, context: delete_tax_code(uow, context, code), lambda _: no_content()
    )
