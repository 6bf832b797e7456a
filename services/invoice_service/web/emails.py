"""« Courriel » : an invoice is sent by e-mail, with all of it to be seen and changed before."""

import dataclasses
import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from aiohttp import web

from services.invoice_service.api.answers import Json
from services.invoice_service.api.attachments import uploaded
from services.invoice_service.api.bodies.emails import EmailBody
from services.invoice_service.api.emails import most_bytes, written_of
from services.invoice_service.api.invoice_view import draft_view
from services.invoice_service.api.invoices import ref_of
from services.invoice_service.api.transact import committed, read
from services.invoice_service.application.compose_email import draft_email
from services.invoice_service.application.context import Context
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.preview_email import preview_email
from services.invoice_service.application.records import KeptAnswer
from services.invoice_service.application.send_email import send_email
from services.invoice_service.domain.errors import Invalid, StaleVersion
from services.invoice_service.domain.invoice import Invoice
from services.invoice_service.web.emails_form import EmailForm, body_of, faults_by_field, proposed, sent
from services.invoice_service.web.errors import detail_of, faults_of
from services.invoice_service.web.forms import FILES, form_of, validated
from services.invoice_service.web.pages import see_other
from services.invoice_service.web.view import SESSION, page, view_of
from shared.identifiers import new_id

_FRAME_POLICY = (
    # The mail's page brings its styles along and loads nothing; whatever it holds, no script of it runs.
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'self'"
)


@dataclasses.dataclass(frozen=True, slots=True)
class _Around:
    """What stands around the form: the invoice, what is proposed, who may be the sender, the files by id."""

    invoice: Invoice
    draft: Json
    senders: list[Json]
    files: Sequence[Mapping[str, Any]]


async def show(request: web.Request) -> web.Response:
    """The form, filled in."""
    around = await _around(request, ())
    form = proposed(around.draft, around.invoice.version, str(new_id()))
    return _page(request, around, form, {})


async def post(request: web.Request) -> web.Response:
    """Send it, attach or take away a file: by the button that was pressed."""
    fields = await form_of(request)
    form = sent(fields)
    try:
        form = dataclasses.replace(form, attachments=(*form.attachments, *await _attached(request)))
        if fields.text("do") != "send":
            return _page(request, await _around(request, form.attachments), form, {})
        return see_other(await _sent(request, form))
    except Invalid as refusal:
        faults = faults_by_field(faults_of(refusal, view_of(request).language))
        return _page(request, await _around(request, form.attachments), form, faults, status=422)
    except StaleVersion as refusal:
        around = await _around(request, form.attachments)
        changed = dataclasses.replace(form, version=around.invoice.version)
        stale = {"stale": detail_of(refusal, view_of(request).language)}
        return _page(request, around, changed, stale, status=409)


async def preview(request: web.Request) -> web.Response:
    """The HTML side alone, for the frame of the page: of what is proposed (GET), or of what was typed (POST)."""
    ref, language = ref_of(request), view_of(request).language
    form = sent(await form_of(request)) if request.method == "POST" else None
    try:
        around = await _around(request, form.attachments if form else ())
        form = form or proposed(around.draft, around.invoice.version, "")
        command = written_of(validated(EmailBody, body_of(form, around.senders)))
        shown = await read(
            request,
            lambda uow, context: preview_email(uow, context, ref, command, most_bytes=most_bytes(request)),
        )
    except Invalid as refusal:
        texts = [text for _, text in faults_of(refusal, language)] or [detail_of(refusal, language)]
        return framed(page(request, "email_not_previewed.html", status=422, texts=texts))
    return framed(web.Response(text=shown.html, content_type="text/html", charset="utf-8"))


def framed(response: web.Response) -> web.Response:
    """A page for a frame: a mail, in which nothing runs and nothing is loaded."""
    response.headers["Content-Security-Policy"] = _FRAME_POLICY
    return response


async def _attached(request: web.Request) -> list[str]:
    """The files that came with the form, kept; their ids."""
    attachments = [await uploaded(request, file.name, file.content) for file in request.get(FILES, ())]

    async def keep(uow: UnitOfWork, _: Context) -> None:
        for attachment in attachments:
            await uow.emails.add_attachment(attachment)

    if attachments:
        await committed(request, keep)
    return [str(attachment["id"]) for attachment in attachments]


async def _sent(request: web.Request, form: EmailForm) -> str:
    """Where the e-mail that was sent is seen; the same form sent again is the same e-mail."""
    ref = ref_of(request)
    command = written_of(validated(EmailBody, body_of(form, (await _around(request, ())).senders)))
    key = hashlib.sha256(json.dumps(dataclasses.asdict(form)).encode()).hexdigest()
    caller = f"user:{request[SESSION].user.id}"

    async def once(uow: UnitOfWork, context: Context) -> str:
        kept = await uow.idempotency.claim(caller, key, key)
        if kept is not None:
            return kept.body
        email = await send_email(
            uow, context, ref, command, most_bytes=most_bytes(request), based_on=form.version
        )
        await uow.idempotency.keep(caller, key, key, KeptAnswer(status=303, body=str(email.id), headers={}))
        return str(email.id)

    return f"/invoices/{quote(ref)}/emails?email={await committed(request, once)}"


async def _around(request: web.Request, attachments: tuple[str, ...]) -> _Around:
    ref, user = ref_of(request), request[SESSION].user

    async def look(uow: UnitOfWork, context: Context) -> _Around:
        loaded = await uow.invoices.load(ref, context.actor.id)
        draft = draft_view(await draft_email(uow, context, ref))
        senders = {one["email"].lower(): one for one in ({"name": user.name, "email": user.email},)}
        if draft["from"]:
            senders = {draft["from"]["email"].lower(): draft["from"], **senders}
        ids = [uuid.UUID(one) for one in attachments if _is_id(one)]
        return _Around(loaded.invoice, draft, list(senders.values()), await uow.emails.attachments(ids))

    return await read(request, look)


def _is_id(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def _page(
    request: web.Request, around: _Around, form: EmailForm, faults: Mapping[str, str], status: int = 200
) -> web.Response:
    return page(
        request,
        "email_new.html",
        status=status,
        invoice=around.invoice,
        form=form,
        senders=around.senders,
        files=around.files,
        pdf_name=around.draft["attachment_name"],
        faults=faults,
    )
