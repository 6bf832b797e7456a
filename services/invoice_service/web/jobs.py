"""A job: what was ordered and produced, what invoices bill of it, and what is left to bill."""

from dataclasses import dataclass

from aiohttp import web

from services.invoice_service.api.bodies.jobs import JobShown
from services.invoice_service.api.requests import path_code
from services.invoice_service.api.transact import read
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.invoicing import Needs
from services.invoice_service.application.ports.work_list import WaitingJob
from services.invoice_service.domain.drafting import Drafting, why_not_billable
from services.invoice_service.domain.errors import NotFound
from services.invoice_service.web.errors import detail_of
from services.invoice_service.web.view import page, view_of


@dataclass(frozen=True, slots=True)
class _Found:
    job: WaitingJob
    drafting: Drafting


async def show(request: web.Request) -> web.Response:
    """The page."""
    number = path_code(request, "number")
    found = await read(request, lambda uow, _: _find(uow, number))
    language = view_of(request).language
    drafting = found.drafting
    refusal = why_not_billable(drafting.jobs[number], drafting)
    return page(
        request,
        "job.html",
        job=JobShown.of(found.job.view).model_dump(mode="json"),
        of=found.job,
        ship_to=drafting.customer.address(found.job.view.job.ship_to or ""),
        products={code: one.description.text(language) for code, one in drafting.products.items()},
        accounts={number: one.description for number, one in drafting.accounts.items()},
        zone=drafting.settings.timezone,
        refused=detail_of(refusal, language) if refusal else "",
        # What is billed in full can be billed once more from here, with a quantity to fill in.
        forced=refusal is not None and refusal.code == "job_fully_billed",
    )


async def _find(uow: UnitOfWork, number: str) -> _Found:
    found = (await uow.work_list.jobs([number])).get(number)
    if found is None:
        raise NotFound("job", number)
    job = found.view.job
    on_lines = (job.gl_account, *(charge.gl_account for charge in job.extra_charges))
    accounts = tuple(account for account in on_lines if account)
    read = await uow.drafting.drafting(
        customer=None, payer=None, needs=Needs(jobs=(number,), accounts=accounts)
    )
    return _Found(found, read.drafting)
