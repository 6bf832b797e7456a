"""The e-mails of an invoice: proposed, sent, listed, sent again."""

from collections.abc import Callable
from functools import partial

from aiohttp import web

from services.invoice_service.api.answers import Answer, Json
from services.invoice_service.api.bodies.emails import EmailBody, MailboxBody
from services.invoice_service.api.etag import if_match
from services.invoice_service.api.invoice_view import draft_view, email_view, preview_view
from services.invoice_service.api.invoices import current_state, ref_of
from services.invoice_service.api.lists import ListSpec, list_answer, list_query
from services.invoice_service.api.problems import language_of
from services.invoice_service.api.requests import json_body, path_id
from services.invoice_service.api.services import SERVICES
from services.invoice_service.api.transact import query, transact
from services.invoice_service.application.compose_email import Address, draft_email
from services.invoice_service.application.context import Context
from services.invoice_service.application.listing import Page
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.invoicing import StoredEmail
from services.invoice_service.application.preview_email import preview_email
from services.invoice_service.application.send_email import resend_email, send_email
from services.invoice_service.application.write_email import EmailToSend

HISTORY = ListSpec(sorts=("created_at",), default="-created_at")


async def get_draft(request: web.Request) -> web.Response:
    """GET of the e-mail that is proposed."""
    return await query(
        request,
        lambda uow, context: draft_email(uow, context, ref_of(request)),
        lambda draft: Answer(200, draft_view(draft)),
    )


async def preview(request: web.Request) -> web.Response:
    """POST of an e-mail that is not sent yet."""
    command = written_of(await json_body(request, EmailBody))
    limit = most_bytes(request)
    return await transact(
        request,
        lambda uow, context: preview_email(uow, context, ref_of(request), command, most_bytes=limit),
        lambda shown: Answer(200, preview_view(shown)),
    )


async def send(request: web.Request) -> web.Response:
    """POST of an e-mail."""
    based_on = if_match(request, required=False)
    command = written_of(await json_body(request, EmailBody))
    limit = most_bytes(request)
    return await transact(
        request,
        lambda uow, context: send_email(
            uow, context, ref_of(request), command, most_bytes=limit, based_on=based_on
        ),
        _accepted(request),
        current=current_state(request),
    )


async def resend(request: web.Request) -> web.Response:
    """POST of `resend`."""
    based_on = if_match(request, required=False)
    email_id = path_id(request)
    return await transact(
        request,
        lambda uow, context: resend_email(uow, context, ref_of(request), email_id, based_on=based_on),
        _accepted(request),
        current=current_state(request),
    )


async def get_history(request: web.Request) -> web.Response:
    """GET of the e-mails sent so far, newest first."""
    asked = list_query(request, HISTORY)

    async def read(uow: UnitOfWork, context: Context) -> Page[StoredEmail]:
        loaded = await uow.invoices.load(ref_of(request), context.actor.id)
        return await uow.emails.page(loaded.invoice.id, asked)

    return await query(request, read, list_answer(request, HISTORY, _show(request)))


def _show(request: web.Request) -> Callable[[StoredEmail], Json]:
    return partial(email_view, language=language_of(request))


def _accepted(request: web.Request) -> Callable[[StoredEmail], Answer]:
    return lambda email: Answer(202, _show(request)(email))


def written_of(body: EmailBody) -> EmailToSend:
    """A body as the use cases take it."""
    return EmailToSend(
        sender=_address(body.from_) if body.from_ else None,
        to=[_address(mailbox) for mailbox in body.to],
        cc=[_address(mailbox) for mailbox in body.cc],
        bcc=[_address(mailbox) for mailbox in body.bcc],
        subject=body.subject,
        body=body.body,
        attachments=body.attachments,
        with_pdf=body.pdf,
    )


def most_bytes(request: web.Request) -> int:
    """The largest mail that may leave."""
    return request.app[SERVICES].settings.email_size_limit_mb * 2**20


def _address(mailbox: MailboxBody) -> Address:
    return Address(mailbox.email, mailbox.name)
