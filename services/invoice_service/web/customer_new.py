"""A new customer: its code, and what it can't be without. The rest is edited on its page."""

from urllib.parse import quote

from aiohttp import web

from services.invoice_service.api.bodies.customers import CustomerBody
from services.invoice_service.api.routing import BILLER
from services.invoice_service.api.services import ACTOR
from services.invoice_service.application.context import Context
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.put_customer import put_customer
from services.invoice_service.domain.errors import FieldError, Invalid
from services.invoice_service.web.attempts import (
    Attempt,
    attempted,
    coded,
    entries_of,
    first_fault,
    require_new,
)
from services.invoice_service.web.customer_form import PARTS
from services.invoice_service.web.forms import form_of
from services.invoice_service.web.inputs import body_of, defaults, typed_in
from services.invoice_service.web.pages import see_other
from services.invoice_service.web.view import page, view_of

_INPUTS = PARTS["customer"][:3]


async def show(request: web.Request) -> web.Response:
    """The form."""
    BILLER.check(request[ACTOR])
    return _page(request, "", None)


async def add(request: web.Request) -> web.Response:
    """Add it, and go to its page."""
    form, language = await form_of(request), view_of(request).language
    code = form.text("code")

    async def step(uow: UnitOfWork, context: Context) -> None:
        said = body_of(_INPUTS, typed_in(_INPUTS, form), language)["customer"]
        try:
            customer = coded(CustomerBody, code, said).customer(code, await uow.settings.get())
            require_new(code, await put_customer(uow, context, customer))
        except Invalid as refusal:
            faults = [
                FieldError(one.field if one.field == "code" else f"customer.{one.field}", one.code, one.data)
                for one in refusal.errors
            ]
            raise Invalid(refusal.code, errors=tuple(faults), **refusal.data) from None

    attempt = await attempted(request, _INPUTS, form, step)
    if attempt is None:
        return see_other(f"/customers/{quote(code, safe='')}?done=saved")
    return _page(request, code, attempt)


def _page(request: web.Request, code: str, attempt: Attempt | None) -> web.Response:
    faults = attempt.faults(view_of(request).language) if attempt else {}
    begun = attempt is not None and "code" not in faults
    return page(
        request,
        "customer_new.html",
        status=attempt.status if attempt else 200,
        code=code,
        entries=entries_of(_INPUTS, defaults(_INPUTS), attempt, faults),
        attempt=attempt,
        faults=faults,
        focus=first_fault(_INPUTS, faults) if begun else "code",
    )
