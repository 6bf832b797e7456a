"""The lines of an invoice. They share its version: every change needs it, and answers the new one."""

from aiohttp import web

from services.invoice_service.api.answers import Answer
from services.invoice_service.api.bodies.invoices import LineBody, LinePatch, OrderBody
from services.invoice_service.api.etag import etag, if_match
from services.invoice_service.api.invoice_view import line_in
from services.invoice_service.api.invoices import answered, current_state, location_of, ref_of
from services.invoice_service.api.requests import json_body, path_id
from services.invoice_service.api.transact import transact
from services.invoice_service.application.duplicate_line import duplicate_line
from services.invoice_service.application.edit_lines import (
    AddLine,
    EditLine,
    add_line,
    edit_line,
    order_lines,
    remove_line,
)
from services.invoice_service.application.ports.invoicing import Loaded
from services.invoice_service.application.restore_line import restore_line
from services.invoice_service.domain.line import Line


def _line_answer(status: int, loaded: Loaded, line: Line) -> Answer:
    headers = {"ETag": etag(loaded.invoice.version)}
    if status == 201:
        headers["Location"] = f"{location_of(loaded.invoice)}/lines/{line.id}"
    return Answer(status, line_in(loaded.invoice, line, loaded.around), headers)


async def add(request: web.Request) -> web.Response:
    """POST of a line."""
    based_on = if_match(request, required=True)
    body = await json_body(request, LineBody)
    command = AddLine(
        kind=body.kind,
        job=body.job,
        extra_charge=body.extra_charge,
        product=body.product,
        gl_account=body.gl_account,
        typed=body.typed(),
        after=body.after,
        force=body.force,
        allow_over_invoicing=body.allow_over_invoicing,
    )
    return await transact(
        request,
        lambda uow, context: add_line(uow, context, ref_of(request), command, based_on=based_on),
        lambda result: _line_answer(201, *result),
        current=current_state(request),
    )


async def patch(request: web.Request) -> web.Response:
    """PATCH of a line."""
    based_on = if_match(request, required=True)
    line_id = path_id(request)
    body = await json_body(request, LinePatch)
    command = EditLine(
        line_id,
        body.typed(),
        moved="after" in body.model_fields_set,
        after=body.after,
        allow_over_invoicing=body.allow_over_invoicing,
    )
    return await transact(
        request,
        lambda uow, context: edit_line(uow, context, ref_of(request), command, based_on=based_on),
        lambda result: _line_answer(200, *result),
        current=current_state(request),
    )


async def remove(request: web.Request) -> web.Response:
    """DELETE of a line."""
    based_on = if_match(request, required=True)
    line_id = path_id(request)
    return await transact(
        request,
        lambda uow, context: remove_line(uow, context, ref_of(request), line_id, based_on=based_on),
        lambda loaded: Answer(204, None, {"ETag": etag(loaded.invoice.version)}),
        current=current_state(request),
    )


async def order(request: web.Request) -> web.Response:
    """PUT of the order of the lines."""
    based_on = if_match(request, required=True)
    body = await json_body(request, OrderBody)
    return await transact(
        request,
        lambda uow, context: order_lines(uow, context, ref_of(request), body.lines, based_on=based_on),
        lambda loaded: answered(request, loaded),
        current=current_state(request),
    )


async def duplicate(request: web.Request) -> web.Response:
    """POST of a duplicate of a line."""
    based_on = if_match(request, required=True)
    line_id = path_id(request)
    return await transact(
        request,
        lambda uow, context: duplicate_line(uow, context, ref_of(request), line_id, based_on=based_on),
        lambda result: _line_answer(201, *result),
        current=current_state(request),
    )


async def restore(request: web.Request) -> web.Response:
    """POST of a line that was removed: it comes back."""
    based_on = if_match(request, required=True)
    line_id = path_id(request)
    return await transact(
        request,
        lambda uow, context: restore_line(uow, context, ref_of(request), line_id, based_on=based_on),
        lambda result: _line_answer(200, *result),
        current=current_state(request),
    )
