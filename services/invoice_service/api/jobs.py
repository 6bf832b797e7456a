"""Jobs and their extra charges."""

from aiohttp import web

from services.invoice_service.api.answers import Answer, Json, found, no_content, shown
from services.invoice_service.api.bodies.jobs import JobBody, JobChargeBody, JobChargeShown, JobShown
from services.invoice_service.api.lists import (
    SEARCH,
    ListSpec,
    choice_filter,
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
from services.invoice_service.application.put_extra_charge import delete_extra_charge, put_extra_charge
from services.invoice_service.application.put_job import KIND, put_job
from services.invoice_service.application.records import JobView
from services.invoice_service.domain.job import ExtraCharge

STATUSES = (
    "pending_launch",
    "in_production",
    "production_complete",
    "shipped",
    "invoiced",
    "completed",
    "cancelled",
)
LISTING = ListSpec(
    ("number", "title", "customer", "status", "completed_at", "created_at", "updated_at"),
    "number",
    (
        SEARCH,
        text_filter("customer", "Those of a customer"),
        choice_filter("status", "Those in a status", STATUSES),
        flag_filter("billable", "Launched, not cancelled, of a billable customer, and not fully billed"),
    ),
)


def _show(view: JobView) -> Json:
    return shown(JobShown.of(view))


async def get_list(request: web.Request) -> web.Response:
    """GET /jobs."""
    asked = list_query(request, LISTING)
    return await query(request, lambda uow, _: uow.jobs.page(asked), list_answer(request, LISTING, _show))


async def get_one(request: web.Request) -> web.Response:
    """GET /jobs/{number}."""
    number = path_code(request, "number")
    return await query(
        request,
        lambda uow, _: uow.jobs.view(number),
        lambda view: Answer(200, _show(found(view, KIND, number))),
    )


async def put(request: web.Request) -> web.Response:
    """PUT /jobs/{number}."""
    number = path_code(request, "number")
    declared = (await json_body(request, JobBody)).job(number)

    async def use_case(uow: UnitOfWork, context: Context) -> Put[JobView]:
        done = await put_job(uow, context, declared)
        return Put(found(await uow.jobs.view(number), KIND, number), done.created)

    return await transact(
        request, use_case, lambda done: Answer(201 if done.created else 200, _show(done.value))
    )


async def put_charge(request: web.Request) -> web.Response:
    """PUT /jobs/{number}/extra-charges/{id}."""
    number, charge_id = path_code(request, "number"), path_code(request, "id")
    declared = (await json_body(request, JobChargeBody)).charge(charge_id)
    return await transact(
        request, lambda uow, context: put_extra_charge(uow, context, number, declared), _present_charge
    )


def _present_charge(put: Put[ExtraCharge]) -> Answer:
    return Answer(201 if put.created else 200, shown(JobChargeShown.model_validate(put.value)))


async def delete_charge(request: web.Request) -> web.Response:
    """DELETE /jobs/{number}/extra-charges/{id}."""
    number, charge_id = path_code(request, "number"), path_code(request, "id")
    return await transact(
        request,
        lambda uow, context: delete_extra_charge(uow, context, number, charge_id),
        lambda _: no_content(),
    )
