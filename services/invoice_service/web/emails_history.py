"""« Historique de courriels » : the e-mails of an invoice, with each recipient's state; one is sent again."""

import uuid
from dataclasses import dataclass
from urllib.parse import quote

from aiohttp import web

from services.invoice_service.api.answers import Json
from services.invoice_service.api.emails import HISTORY
from services.invoice_service.api.invoice_view import email_view
from services.invoice_service.api.invoices import ref_of
from services.invoice_service.api.lists import list_query, next_cursor
from services.invoice_service.api.requests import bad_parameter, path_id
from services.invoice_service.api.transact import committed, read
from services.invoice_service.application.context import Context
from services.invoice_service.application.listing import Page
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.invoicing import StoredEmail
from services.invoice_service.application.send_email import resend_email
from services.invoice_service.domain.errors import Conflict
from services.invoice_service.domain.invoice import Invoice
from services.invoice_service.web.errors import detail_of
from services.invoice_service.web.pages import see_other
from services.invoice_service.web.view import page, view_of


@dataclass(frozen=True, slots=True)
class _History:
    invoice: Invoice
    emails: Page[StoredEmail]
    chosen: StoredEmail | None
    zone: str


async def show(request: web.Request) -> web.Response:
    """The page: the list, and the e-mail that was chosen, else the latest."""
    return await _page(request)


async def resend(request: web.Request) -> web.Response:
    """Send one once more, as an e-mail of its own."""
    ref, email_id = ref_of(request), path_id(request)
    try:
        again = await committed(request, lambda uow, context: resend_email(uow, context, ref, email_id))
    except Conflict as refusal:
        alert = detail_of(refusal, view_of(request).language)
        return await _page(request, chosen=email_id, alert=alert, status=409)
    return see_other(f"/invoices/{quote(ref)}/emails?email={again.id}")


async def _page(
    request: web.Request, *, chosen: uuid.UUID | None = None, alert: str = "", status: int = 200
) -> web.Response:
    ref, asked = ref_of(request), list_query(request, HISTORY)
    chosen = chosen or _chosen(request)

    async def look(uow: UnitOfWork, context: Context) -> _History:
        invoice = (await uow.invoices.load(ref, context.actor.id)).invoice
        emails = await uow.emails.page(invoice.id, asked)
        latest = emails.items[0] if emails.items else None
        one = await uow.emails.get(chosen, invoice.id) if chosen else latest
        return _History(invoice, emails, one, (await uow.settings.get()).timezone)

    found = await read(request, look)
    language = view_of(request).language

    def shown(email: StoredEmail) -> Json:
        return email_view(email, language)

    return page(
        request,
        "emails.html",
        status=status,
        invoice=found.invoice,
        emails=[shown(email) for email in found.emails.items],
        chosen=shown(found.chosen) if found.chosen else None,
        zone=found.zone,
        alert=alert,
        next=next_cursor(request, HISTORY, found.emails),
    )


def _chosen(request: web.Request) -> uuid.UUID | None:
    text = request.query.get("email")
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        raise bad_parameter("email") from None
