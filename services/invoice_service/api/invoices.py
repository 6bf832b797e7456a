"""Invoices: list, create, read, edit, delete, duplicate, and their trail."""

import re
from dataclasses import replace
from urllib.parse import quote

from aiohttp import web

from services.invoice_service.api.answers import Answer, Json, no_content
from services.invoice_service.api.bodies.invoices import CreateBody, InvoicePatch
from services.invoice_service.api.etag import etag, if_match
from services.invoice_service.api.invoice_view import audit_view, invoice_view
from services.invoice_service.api.lists import (
    SEARCH,
    ListSpec,
    choice_filter,
    date_filter,
    flag_filter,
    list_answer,
    list_query,
    text_filter,
)
from services.invoice_service.api.problems import language_of
from services.invoice_service.api.requests import bad_parameter, json_body
from services.invoice_service.api.routing import PREFIX
from services.invoice_service.api.services import ACTOR
from services.invoice_service.api.transact import Current, glance, query, transact
from services.invoice_service.application.context import Context
from services.invoice_service.application.create_invoice import CreateInvoice, create_invoice
from services.invoice_service.application.delete_invoice import delete_invoice
from services.invoice_service.application.duplicate_invoice import duplicate_invoice
from services.invoice_service.application.edit_invoice import edit_invoice
from services.invoice_service.application.listing import ListQuery, Page
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.invoicing import Loaded
from services.invoice_service.domain.errors import FieldError, Invalid
from services.invoice_service.domain.invoice import OPEN_STATUSES, Invoice, Status

STEPS = ("rendering", "delivery", "transfer")
_STATUSES = tuple(status.value for status in Status)
REF_PATTERN = r"^[A-Za-z0-9/.-]{1,100}$"
"""Ids, and whatever a number series can give."""
_REF = re.compile(REF_PATTERN)
_WITHOUT_VERSION = {"note", "hold", "favourite"}


LISTING = ListSpec(
    sorts=("date", "number", "customer", "status", "subtotal", "total", "created_at"),
    default="-date,-number",
    filters=(
        choice_filter("status", "Statuses; the three open ones when absent, or `all`", (*_STATUSES, "all")),
        text_filter("customer", "Sold to or billed to this customer"),
        text_filter("job", "With a line of this job"),
        text_filter("sales_rep", "Of this sales rep"),
        date_filter("from", "Dated on or after"),
        date_filter("to", "Dated on or before"),
        SEARCH,
        flag_filter("favourite", "Only the caller's favourites, or only the others"),
        choice_filter("kind", "Invoices or credit notes", ("invoice", "credit_note")),
        flag_filter("hold", "Only those on hold, or only the others"),
        choice_filter("failed", "With such a step that failed or is uncertain", STEPS),
    ),
)
TRAIL = ListSpec(sorts=("at",), default="-at")


def answered(request: web.Request, loaded: Loaded, status: int = 200) -> Answer:
    """An invoice with its entity tag."""
    return Answer(status, shown_to(request, loaded), {"ETag": etag(loaded.invoice.version)})


def shown_to(request: web.Request, loaded: Loaded) -> Json:
    """An invoice as its caller sees it."""
    return invoice_view(loaded, request[ACTOR], language_of(request))


def created(request: web.Request, loaded: Loaded) -> Answer:
    """201 with the invoice and where it is."""
    answer = answered(request, loaded, 201)
    return Answer(201, answer.body, {**answer.headers, "Location": location_of(loaded.invoice)})


def location_of(invoice: Invoice) -> str:
    """Where an invoice is: its number may hold a slash."""
    return f"{PREFIX}/invoices/{quote(invoice.number, safe='')}"


def current_state(request: web.Request) -> Current:
    """The invoice as it stands, for whoever based a change on an older version."""

    async def current(uow: UnitOfWork, context: Context) -> Json:
        return shown_to(request, await uow.invoices.load(ref_of(request), context.actor.id))

    return current


def ref_of(request: web.Request) -> str:
    """The id or number in the path."""
    ref = request.match_info["ref"]
    if _REF.fullmatch(ref) is None:
        raise bad_parameter("ref")
    return ref


def asked_of(request: web.Request) -> ListQuery:
    """What a request asks of the list: the open ones, unless it says which.

    Raises:
        Invalid: see `list_query`.
    """
    return of_statuses(list_query(request, LISTING))


def of_statuses(asked: ListQuery) -> ListQuery:
    """What is asked of the list, told by statuses: the open ones, unless it says which."""
    filters = dict(asked.filters)
    statuses = filters.get("status", tuple(status.value for status in OPEN_STATUSES))
    if "all" in statuses:
        filters.pop("status", None)
    else:
        filters["status"] = statuses
    return replace(asked, filters=filters)


async def get_list(request: web.Request) -> web.Response:
    """GET of the list."""
    wanted = asked_of(request)
    return await query(
        request,
        lambda uow, context: uow.invoices.page(wanted, context.actor.id),
        list_answer(request, LISTING, lambda loaded: shown_to(request, loaded)),
    )


async def get_one(request: web.Request) -> web.Response:
    """GET of one."""
    ref = ref_of(request)
    return await glance(
        request,
        lambda uow, context: uow.invoices.load(ref, context.actor.id),
        lambda loaded: answered(request, loaded),
    )


async def create(request: web.Request) -> web.Response:
    """POST of a new pro forma."""
    body = await json_body(request, CreateBody)
    command = CreateInvoice(job=body.job, customer=body.customer, force=body.force)
    return await transact(
        request,
        lambda uow, context: create_invoice(uow, context, command),
        lambda loaded: created(request, loaded),
    )


async def patch(request: web.Request) -> web.Response:
    """PATCH of fields."""
    body = await json_body(request, InvoicePatch)
    changes = body.changes()
    if "customer" in changes and changes["customer"] is None:
        raise Invalid("invalid", errors=(FieldError("customer", "required"),))
    based_on = if_match(request, required=not set(changes) <= _WITHOUT_VERSION)
    return await transact(
        request,
        lambda uow, context: edit_invoice(uow, context, ref_of(request), changes, based_on=based_on),
        lambda loaded: answered(request, loaded),
        current=current_state(request),
    )


async def delete(request: web.Request) -> web.Response:
    """DELETE of a pro forma."""
    based_on = if_match(request, required=True)
    return await transact(
        request,
        lambda uow, context: delete_invoice(uow, context, ref_of(request), based_on=based_on),
        lambda _: no_content(),
        current=current_state(request),
    )


async def duplicate(request: web.Request) -> web.Response:
    """POST of a duplicate."""
    based_on = if_match(request, required=False)
    return await transact(
        request,
        lambda uow, context: duplicate_invoice(uow, context, ref_of(request), based_on=based_on),
        lambda loaded: created(request, loaded),
        current=current_state(request),
    )


async def get_audit(request: web.Request) -> web.Response:
    """GET of the trail, newest first."""
    asked = list_query(request, TRAIL)

    async def read(uow: UnitOfWork, context: Context) -> Page[Json]:
        loaded = await uow.invoices.load(ref_of(request), context.actor.id)
        return await uow.invoices.trail(loaded.invoice.id, asked)

    return await query(request, read, list_answer(request, TRAIL, audit_view))
