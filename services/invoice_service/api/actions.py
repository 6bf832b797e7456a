"""Actions on an invoice: finalize, credit, and the ways out of a rendering or a transfer that failed."""

from aiohttp import web

from services.invoice_service.api.answers import Answer
from services.invoice_service.api.bodies.invoices import CreditBody, ReasonBody
from services.invoice_service.api.etag import if_match
from services.invoice_service.api.invoices import answered, created, current_state, ref_of
from services.invoice_service.api.requests import json_body
from services.invoice_service.api.transact import transact
from services.invoice_service.application.close_transfer import mark_transferred, retry_transfer
from services.invoice_service.application.credit_invoice import CreditInvoice, CreditMade, credit_invoice
from services.invoice_service.application.finalize import finalize
from services.invoice_service.application.request_document import retry_render
from services.invoice_service.domain.credit import CreditRequest


async def post_finalize(request: web.Request) -> web.Response:
    """POST of `finalize`."""
    based_on = if_match(request, required=False)
    return await transact(
        request,
        lambda uow, context: finalize(uow, context, ref_of(request), based_on=based_on),
        lambda loaded: answered(request, loaded),
        current=current_state(request),
    )


async def post_credit(request: web.Request) -> web.Response:
    """POST of `credit`."""
    based_on = if_match(request, required=False)
    body = await json_body(request, CreditBody)
    lines = None
    if body.lines is not None:
        lines = tuple(
            CreditRequest(line.line, line.quantity, line.amount, line.release_quantity) for line in body.lines
        )
    command = CreditInvoice(body.reason, lines, body.rebill)

    def present(made: CreditMade) -> Answer:
        answer = created(request, made.credit)
        return Answer(201, {**(answer.body or {}), "rebill": made.rebill}, answer.headers)

    return await transact(
        request,
        lambda uow, context: credit_invoice(uow, context, ref_of(request), command, based_on=based_on),
        present,
        current=current_state(request),
    )


async def post_retry_transfer(request: web.Request) -> web.Response:
    """POST of `transfer/retry`."""
    based_on = if_match(request, required=False)
    return await transact(
        request,
        lambda uow, context: retry_transfer(uow, context, ref_of(request), based_on=based_on),
        lambda loaded: answered(request, loaded, 202),
        current=current_state(request),
    )


async def post_mark_transferred(request: web.Request) -> web.Response:
    """POST of `transfer/mark`."""
    based_on = if_match(request, required=False)
    body = await json_body(request, ReasonBody)
    return await transact(
        request,
        lambda uow, context: mark_transferred(uow, context, ref_of(request), body.reason, based_on=based_on),
        lambda loaded: answered(request, loaded),
        current=current_state(request),
    )


async def post_retry_render(request: web.Request) -> web.Response:
    """POST of `render/retry`."""
    based_on = if_match(request, required=False)
    return await transact(
        request,
        lambda uow, context: retry_render(uow, context, ref_of(request), based_on=based_on),
        lambda loaded: answered(request, loaded, 202),
        current=current_state(request),
    )
