"""What can be done with an invoice: each action asks first, then does it; grey ones say why."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from services.invoice_service.api.bodies.invoices import CreditBody, ReasonBody
from services.invoice_service.api.invoice_view import invoice_view
from services.invoice_service.api.invoices import ref_of
from services.invoice_service.api.services import ACTOR
from services.invoice_service.api.transact import committed, read
from services.invoice_service.application.close_transfer import mark_transferred, retry_transfer
from services.invoice_service.application.context import Context
from services.invoice_service.application.credit_invoice import CreditInvoice, credit_invoice
from services.invoice_service.application.delete_invoice import delete_invoice
from services.invoice_service.application.duplicate_invoice import duplicate_invoice
from services.invoice_service.application.finalize import finalize
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.request_document import retry_render
from services.invoice_service.domain.actors import Role
from services.invoice_service.domain.credit import CreditRequest
from services.invoice_service.domain.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Refusal,
    StaleVersion,
)
from services.invoice_service.domain.texts import Language
from services.invoice_service.web.errors import detail_of, faults_of
from services.invoice_service.web.forms import Form, form_of, validated
from services.invoice_service.web.line_form import plain_number
from services.invoice_service.web.links import invoice_path
from services.invoice_service.web.pages import see_other
from services.invoice_service.web.view import page, view_of

_QUANTITY = "quantity."
"""Before the id of the line in the name of the field that says how much of it is credited."""

Do = Callable[[UnitOfWork, Context, str, Form, int | None], Awaitable[str | None]]


@dataclass(frozen=True, slots=True)
class Doing:
    """An action: who may, and what it does. It returns the number of what to look at next, None: the list."""

    role: Role
    do: Do


async def _finalize(uow: UnitOfWork, context: Context, ref: str, _: Form, version: int | None) -> str | None:
    return (await finalize(uow, context, ref, based_on=version)).invoice.number


async def _delete(uow: UnitOfWork, context: Context, ref: str, _: Form, version: int | None) -> str | None:
    await delete_invoice(uow, context, ref, based_on=version)
    return None


async def _duplicate(uow: UnitOfWork, context: Context, ref: str, _: Form, version: int | None) -> str | None:
    return (await duplicate_invoice(uow, context, ref, based_on=version)).invoice.number


async def _credit(uow: UnitOfWork, context: Context, ref: str, form: Form, version: int | None) -> str | None:
    body = validated(CreditBody, _credit_values(form))
    lines = None
    if body.lines is not None:
        lines = tuple(
            CreditRequest(line.line, line.quantity, line.amount, line.release_quantity) for line in body.lines
        )
    command = CreditInvoice(body.reason, lines, body.rebill)
    return (await credit_invoice(uow, context, ref, command, based_on=version)).credit.invoice.number


def _credit_values(form: Form) -> dict[str, object]:
    values: dict[str, object] = {"reason": form.text("reason"), "rebill": bool(form.text("rebill"))}
    if form.text("extent") == "some":
        values["lines"] = [
            {"line": line, "quantity": quantity}
            for line in form.all("line")
            if (quantity := form.text(f"{_QUANTITY}{line}"))
        ]
    return values


def _with_plain_quantities(form: Form, language: Language) -> Form:
    """The form with its quantities as the API takes them, however people type thousands: « 1 200 », "1,200"."""
    plain = {
        name: [plain_number(text, language) for text in texts] if name.startswith(_QUANTITY) else texts
        for name, texts in form.fields.items()
    }
    return Form(plain)


async def _retry_render(
    uow: UnitOfWork, context: Context, ref: str, _: Form, version: int | None
) -> str | None:
    return (await retry_render(uow, context, ref, based_on=version)).invoice.number


async def _retry_transfer(
    uow: UnitOfWork, context: Context, ref: str, _: Form, version: int | None
) -> str | None:
    return (await retry_transfer(uow, context, ref, based_on=version)).invoice.number


async def _mark(uow: UnitOfWork, context: Context, ref: str, form: Form, version: int | None) -> str | None:
    reason = validated(ReasonBody, {"reason": form.text("reason")}).reason
    return (await mark_transferred(uow, context, ref, reason, based_on=version)).invoice.number


DOINGS = {
    "finalize": Doing(Role.ACCOUNTANT, _finalize),
    "credit": Doing(Role.ACCOUNTANT, _credit),
    "duplicate": Doing(Role.BILLER, _duplicate),
    "delete": Doing(Role.BILLER, _delete),
    "retry_render": Doing(Role.BILLER, _retry_render),
    "retry_transfer": Doing(Role.ACCOUNTANT, _retry_transfer),
    "mark_transferred": Doing(Role.ACCOUNTANT, _mark),
}


async def show(request: web.Request) -> web.Response:
    """The question."""
    _doing(request)
    return await _page(request)


async def do(request: web.Request) -> web.Response:
    """Do it, and show what came of it."""
    name, doing = _doing(request)
    if not request[ACTOR].at_least(doing.role):
        raise Forbidden(doing.role)
    ref, form = ref_of(request), await form_of(request)
    plain = _with_plain_quantities(form, view_of(request).language)
    text = form.text("version")
    version = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    try:
        number = await committed(request, lambda uow, context: doing.do(uow, context, ref, plain, version))
    except (Invalid, Conflict, StaleVersion) as refusal:
        return await _page(request, refusal, form)
    return see_other(f"{invoice_path(number)}?done={name}" if number else "/invoices")


def _doing(request: web.Request) -> tuple[str, Doing]:
    name = request.match_info["action"]
    if name not in DOINGS:
        raise NotFound("action", name)
    return name, DOINGS[name]


async def _page(
    request: web.Request, refusal: Refusal | None = None, form: Form | None = None
) -> web.Response:
    ref, name = ref_of(request), request.match_info["action"]
    loaded = await read(request, lambda uow, context: uow.invoices.load(ref, context.actor.id))
    language = view_of(request).language
    return page(
        request,
        "doing.html",
        status=409 if refusal else 200,
        action=name,
        invoice=invoice_view(loaded, request[ACTOR], language),
        here=invoice_path(loaded.invoice.number),
        detail=detail_of(refusal, language) if refusal else "",
        faults=faults_of(refusal, language) if refusal else [],
        form=form or Form({}),
    )
