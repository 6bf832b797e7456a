"""Customers."""

from aiohttp import web

from services.invoice_service.api.answers import Answer, Json, found, shown
from services.invoice_service.api.bodies.customers import CustomerBody, CustomerShown
from services.invoice_service.api.lists import (
    ACTIVE,
    SEARCH,
    ListSpec,
    flag_filter,
    list_answer,
    list_query,
    text_filter,
)
from services.invoice_service.api.requests import json_body, path_code
from services.invoice_service.api.transact import query, transact
from services.invoice_service.application.context import Context
from services.invoice_service.application.outcome import Put
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.put_customer import KIND, put_customer
from services.invoice_service.domain.parties import Customer

LISTING = ListSpec(
    ("code", "name", "created_at", "updated_at"),
    "name",
    (
        SEARCH,
        ACTIVE,
        flag_filter("prospect", "Only prospects, or none of them"),
        text_filter("sales_rep", "Those of a sales rep"),
    ),
)


def _show(customer: Customer) -> Json:
    return shown(CustomerShown.model_validate(customer))


def _present(put: Put[Customer]) -> Answer:
    return Answer(201 if put.created else 200, _show(put.value))


async def get_list(request: web.Request) -> web.Response:
    """GET /customers."""
    asked = list_query(request, LISTING)
    return await query(
        request, lambda uow, _: uow.customers.page(asked), list_answer(request, LISTING, _show)
    )


async def get_one(request: web.Request) -> web.Response:
    """GET /customers/{code}."""
    code = path_code(request)
    return await query(
        request,
        lambda uow, _: uow.customers.get(code),
        lambda customer: Answer(200, _show(found(customer, KIND, code))),
    )


async def put(request: web.Request) -> web.Response:
    """PUT /customers/{code}."""
    code = path_code(request)
    body = await json_body(request, CustomerBody)

    async def use_case(uow: UnitOfWork, context: Context) -> Put[Customer]:
        return await put_customer(uow, context, body.customer(code, await uow.settings.get()))

    return await transact(request, use_case, _present)
