"""Making a pro forma: from a job that is to be billed, or empty for a customer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web

from services.invoice_service.api.bodies.invoices import CreateBody
from services.invoice_service.api.transact import committed, read
from services.invoice_service.application.context import Context
from services.invoice_service.application.create_invoice import CreateInvoice, create_invoice
from services.invoice_service.application.listing import ListQuery, SortKey
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.records import JobChoice
from services.invoice_service.domain.errors import Refusal
from services.invoice_service.web.errors import detail_of
from services.invoice_service.web.forms import form_of, validated
from services.invoice_service.web.links import invoice_path
from services.invoice_service.web.pages import see_other
from services.invoice_service.web.view import page, view_of

_MOST = 30
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class _Found:
    """What can be chosen, one more than is shown, and the name of the customer who is chosen already."""

    jobs: Sequence[JobChoice]
    customers: Mapping[str, str]
    customer_name: str | None


async def show(request: web.Request) -> web.Response:
    """The page."""
    return await _page(request)


async def _page(request: web.Request, refusal: Refusal | None = None) -> web.Response:
    words = request.query.get("q", "").strip()[:_LONGEST].replace("\0", "")
    customer = request.query.get("customer", "").strip()[:_LONGEST].replace("\0", "")
    wanted = {"q": (words,)} if words else {}

    async def found(uow: UnitOfWork, _: Context) -> _Found:
        of_customer = {"customer": (customer,)} if customer else {}
        jobs = await uow.jobs.choices(
            ListQuery(
                limit=_MOST + 1,
                sort=(SortKey("number", descending=True),),
                filters={**wanted, **of_customer, "billable": (True,)},
            )
        )
        customers = await uow.customers.choices(
            ListQuery(limit=_MOST + 1, filters={**wanted, "active": (True,), "prospect": (False,)})
        )
        return _Found(jobs, customers, await uow.customers.name(customer) if customer else None)

    seen = await read(request, found)
    return page(
        request,
        "new_invoice.html",
        status=422 if refusal else 200,
        detail=detail_of(refusal, view_of(request).language) if refusal else "",
        jobs=seen.jobs[:_MOST],
        jobs_left=len(seen.jobs) > _MOST,
        customers=list(seen.customers.items())[:_MOST],
        customers_left=len(seen.customers) > _MOST,
        customer=customer if seen.customer_name else None,
        customer_name=seen.customer_name,
        q=words,
    )


async def create(request: web.Request) -> web.Response:
    """Make it, and show it."""
    form = await form_of(request)
    try:
        body = validated(
            CreateBody, {name: form.text(name) for name in ("job", "customer") if form.text(name)}
        )
        command = CreateInvoice(job=body.job, customer=body.customer, force=bool(form.text("force")))
        made = await committed(request, lambda uow, context: create_invoice(uow, context, command))
    except Refusal as refusal:
        return await _page(request, refusal)
    return see_other(invoice_path(made.invoice.number))
