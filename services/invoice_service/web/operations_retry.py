"""The ways out of what failed: asked for once more, one or several at once, each in a transaction of its own."""

import uuid
from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

from aiohttp import web

from services.invoice_service.api.transact import committed
from services.invoice_service.application.close_transfer import retry_transfer
from services.invoice_service.application.context import Context
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.request_document import retry_render
from services.invoice_service.application.send_email import resend_email
from services.invoice_service.domain.errors import FieldError, Invalid, Refusal
from services.invoice_service.web.errors import detail_of, faults_of
from services.invoice_service.web.forms import Form, form_of
from services.invoice_service.web.operations import MOST_SHOWN, PATH, STEPS, operations_page
from services.invoice_service.web.pages import see_other
from services.invoice_service.web.view import view_of

Retry = Callable[[UnitOfWork, Context], Awaitable[object]]


async def retry(request: web.Request) -> web.Response:
    """Try again what was chosen. What was refused is told with its reason; the rest is done."""
    items = _chosen(await form_of(request))
    language, refused = view_of(request).language, []
    for number, again in [_retry_of(item) for item in items]:
        try:
            await committed(request, again)
        except Refusal as refusal:
            said = [message for _, message in faults_of(refusal, language)] or [detail_of(refusal, language)]
            refused.append(f"{number}\N{NO-BREAK SPACE}: {' '.join(said)}")
    if refused:
        return await operations_page(request, status=409, refused=refused)
    return see_other(f"{PATH}?{urlencode({'done': 'retried', 'many': len(items)})}")


def _chosen(form: Form) -> list[str]:
    """One by its own button, else those that are ticked."""
    only = form.text("only")
    items = [only] if only else list(dict.fromkeys(form.all("item")))
    if len(items) > MOST_SHOWN * len(STEPS):
        raise _unknown()
    return items


def _retry_of(item: str) -> tuple[str, Retry]:
    step, email, number = ([*item.split(":", 2), "", ""])[:3]
    if not number:
        raise _unknown()
    match step:
        case "rendering":
            return number, lambda uow, context: retry_render(uow, context, number)
        case "transfer":
            return number, lambda uow, context: retry_transfer(uow, context, number)
        case "email":
            try:
                email_id = uuid.UUID(email)
            except ValueError:
                raise _unknown() from None
            return number, lambda uow, context: resend_email(uow, context, number, email_id)
        case _:
            raise _unknown()


def _unknown() -> Invalid:
    return Invalid("invalid", errors=(FieldError("item", "invalid"),))
