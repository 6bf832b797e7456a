"""The e-mails of an invoice: proposed, sent, listed, sent again."""

from aiohttp import web

from services.invoice_service.api.answers import Answer, Json
from services.invoice_service.api.bodies.emails import EmailBody, MailboxBody
from services.invoice_service.api.etag import if_match
from services.invoice_service.api.invoice_view import draft_view, email_view
from services.invoice_service.api.invoices import current_state, ref_of
from services.invoice_service.api.requests import json_body, path_id
from services.invoice_service.api.transact import query, transact
from services.invoice_service.application.compose_email import Address, draft_email
from services.invoice_service.application.context import Context
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.invoicing import StoredEmail
from services.invoice_service.application.send_email import EmailToSend, resend_email, send_email


async def get_draft(request: web.Request) -> web.Response:
    """GET of the e-mail that is proposed."""
    return await query(
        request,
        lambda uow, context: draft_email(uow, context, ref_of(request)),
        lambda draft: Answer(200, draft_view(draft)),
    )


async def send(request: web.Request) -> web.Response:
    """POST of an e-mail."""
    based_on = if_match(request, required=False)
    body = await json_body(request, EmailBody)
    command = EmailToSend(
        sender=_address(body.from_) if body.from_ else None,
        to=[_address(mailbox) for mailbox in body.to],
        cc=[_address(mailbox) for mailbox in body.cc],
        bcc=[_address(mailbox) for mailbox in body.bcc],
        subject=body.subject,
        body=body.body,
        attachments=body.attachments,
        with_pdf=body.pdf,
    )
    return await transact(
        request,
        lambda uow, context: send_email(uow, context, ref_of(request), command, based_on=based_on),
        _accepted,
        current=current_state(request),
    )


async def resend(request: web.Request) -> web.Response:
    """POST of `resend`."""
    based_on = if_match(request, required=False)
    email_id = path_id(request)
    return await transact(
        request,
        lambda uow, context: resend_email(uow, context, ref_of(request), email_id, based_on=based_on),
        _accepted,
        current=current_state(request),
    )


async def get_history(request: web.Request) -> web.Response:
    """GET of the e-mails sent so far, newest first."""

    async def read(uow: UnitOfWork, context: Context) -> list[Json]:
        loaded = await uow.invoices.load(ref_of(request), context.actor.id)
        return [email_view(email) for email in await uow.emails.of_invoice(loaded.invoice.id)]

    return await query(
        request,
        read,
        lambda emails: Answer(200, {"data": emails, "next": None, "count": len(emails), "count_exact": True}),
    )


def _accepted(email: StoredEmail) -> Answer:
    return Answer(202, email_view(email))


def _address(mailbox: MailboxBody) -> Address:
    return Address(mailbox.email, mailbox.name)
