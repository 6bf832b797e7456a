"""« Modèles de courriel » : what an e-mail of each kind says in each language, with a preview on a real invoice."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web

from services.invoice_service.api.catalogue import EMAIL_TEMPLATES
from services.invoice_service.api.invoices import REF_PATTERN
from services.invoice_service.api.requests import path_code
from services.invoice_service.api.services import ACTOR
from services.invoice_service.api.transact import read
from services.invoice_service.application.context import Context
from services.invoice_service.application.listing import ListQuery, Page, SortKey
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.preview_template import TemplatePreview, preview_template
from services.invoice_service.application.put_reference import put_reference
from services.invoice_service.domain.actors import Role
from services.invoice_service.domain.email_variables import KNOWN
from services.invoice_service.domain.errors import Invalid, NotFound
from services.invoice_service.domain.invoice import Status
from services.invoice_service.domain.reference import EMAIL_KINDS, EmailTemplate
from services.invoice_service.domain.texts import Language
from services.invoice_service.web.attempts import (
    Attempt,
    attempted,
    entries_of,
    first_fault,
    settled,
)
from services.invoice_service.web.emails import framed
from services.invoice_service.web.errors import detail_of, faults_of
from services.invoice_service.web.forms import Form, form_of, validated
from services.invoice_service.web.inputs import Input, body_of, texts_of, typed_in
from services.invoice_service.web.list_book import Reader
from services.invoice_service.web.pages import see_other
from services.invoice_service.web.record_list import ListRow, RecordList, record_list_page
from services.invoice_service.web.view import page, view_of

PATH = "/settings/email-templates"
_RECIPIENTS = (Input("cc", "emails"), Input("bcc", "emails"), Input("bcc_sender", "flag"))
_TEXTS: Mapping[Language, tuple[Input, ...]] = {
    "fr": (Input("fr.subject"), Input("fr.attachment_name"), Input("fr.body", "lines")),
    "en": (Input("en.subject"), Input("en.attachment_name"), Input("en.body", "lines")),
}
_INPUTS = (*_RECIPIENTS, *_TEXTS["fr"], *_TEXTS["en"])


async def _found(uow: UnitOfWork, _asked: ListQuery) -> Page[EmailTemplate]:
    known = {one.of: one for one in await uow.reference.all(EmailTemplate)}
    found = tuple(known[kind] for kind in EMAIL_KINDS if kind in known)
    return Page(found, None, len(found), count_exact=True)


def _row(one: EmailTemplate, reader: Reader) -> ListRow:
    subject = getattr(one, reader.words.language).subject
    return ListRow(one.of, (reader.words(f"template.kind.{one.of}"), subject))


LIST = RecordList(
    "email_templates", ("kind", "subject"), EMAIL_TEMPLATES.listing, _found, _row, searched=False
)
_MOST_INVOICES = 20


@dataclass(frozen=True, slots=True)
class _Seen:
    template: EmailTemplate
    invoices: list[tuple[str, str]]
    """Those that a preview can be of: number and customer, newest first."""


async def show(request: web.Request) -> web.Response:
    """The list of kinds."""
    return await record_list_page(request, LIST, may_edit=False)


async def show_one(request: web.Request) -> web.Response:
    """The page of one kind."""
    return await _page(request, _kind(request))


async def save(request: web.Request) -> web.Response:
    """Save what was changed; what others changed meanwhile stays."""
    kind, form, language = _kind(request), await form_of(request), view_of(request).language

    async def step(uow: UnitOfWork, context: Context) -> None:
        current = await uow.reference.get(EmailTemplate, kind, lock=True)
        if current is None:
            raise NotFound(EmailTemplate.kind, kind)
        texts = settled(_INPUTS, form, _texts(current, language))
        await put_reference(uow, context, _declared(kind, texts, language))

    attempt = await attempted(request, _INPUTS, form, step)
    return see_other(f"{PATH}/{kind}?done=saved") if attempt is None else await _page(request, kind, attempt)


async def preview(request: web.Request) -> web.Response:
    """What is typed makes of an invoice, for the frame of the page: in the language of the button."""
    kind, form, language = _kind(request), await form_of(request), view_of(request).language
    wanted: Language = "en" if form.text("preview") == "en" else "fr"

    async def look(uow: UnitOfWork, context: Context) -> TemplatePreview:
        template = _declared(kind, typed_in(_INPUTS, form), language)
        return await preview_template(uow, context, _ref(form), template, wanted)

    try:
        seen = await read(request, look)
    except (Invalid, NotFound) as refusal:
        words = view_of(request).words
        told = [
            f"{words(f'setting.{name}')}{words('lines.colon')}{text}"
            for name, text in _told(refusal, language)
        ]
        texts = told or [detail_of(refusal, language)]
        return framed(page(request, "email_not_previewed.html", status=422, texts=texts))
    return framed(page(request, "template_preview.html", draft=seen.draft, html=seen.html, language=wanted))


def _told(refusal: Invalid | NotFound, language: Language) -> list[tuple[str, str]]:
    names = {one.name for one in _INPUTS}
    return [(name, text) for name, text in faults_of(refusal, language) if name in names]


def _ref(form: Form) -> str:
    """The invoice that the preview is of.

    Raises:
        NotFound: no number looks like that.
    """
    ref = form.text("invoice")
    if re.fullmatch(REF_PATTERN, ref) is None:
        raise NotFound("invoice", ref or "?")
    return ref


def _kind(request: web.Request) -> str:
    kind = path_code(request)
    if kind not in EMAIL_KINDS:
        raise NotFound(EmailTemplate.kind, kind)
    return kind


def _texts(template: EmailTemplate, language: Language) -> dict[str, str]:
    return texts_of(_INPUTS, EMAIL_TEMPLATES.show(template), language)


def _declared(kind: str, texts: Mapping[str, str], language: Language) -> EmailTemplate:
    body: Any = validated(EMAIL_TEMPLATES.body, body_of(_INPUTS, texts, language))
    return EMAIL_TEMPLATES.record(body, kind)


async def _seen(uow: UnitOfWork, context: Context, kind: str) -> _Seen:
    template = await uow.reference.get(EmailTemplate, kind)
    if template is None:
        raise NotFound(EmailTemplate.kind, kind)
    final = tuple(status.value for status in Status if status.final is (kind == "final"))
    filters = {"kind": ("credit_note",)} if kind == "credit_note" else {"kind": ("invoice",), "status": final}
    asked = ListQuery(_MOST_INVOICES, (SortKey("date", descending=True), SortKey("number", descending=True)))
    found = await uow.invoices.page(replace(asked, filters=filters), context.actor.id)
    return _Seen(template, [(one.invoice.number, one.invoice.sold_to.name) for one in found.items])


async def _page(request: web.Request, kind: str, attempt: Attempt | None = None) -> web.Response:
    language = view_of(request).language
    seen = await read(request, lambda uow, context: _seen(uow, context, kind))
    faults = _by_input(attempt.faults(language) if attempt else {})
    now = _texts(seen.template, language)
    return page(
        request,
        "email_template.html",
        status=attempt.status if attempt else 200,
        kind=kind,
        recipients=entries_of(_RECIPIENTS, now, attempt, faults),
        languages=[(name, entries_of(inputs, now, attempt, faults)) for name, inputs in _TEXTS.items()],
        variables=sorted(KNOWN),
        invoices=seen.invoices,
        attempt=attempt,
        faults=faults,
        focus=first_fault(_INPUTS, faults),
        done=request.query.get("done") == "saved",
        may_edit=request[ACTOR].at_least(Role.ADMIN),
        address=f"{PATH}/{kind}",
    )


def _by_input(faults: Mapping[str, str]) -> dict[str, str]:
    """What is wrong, by field: of the addresses of a field, under that field."""
    return {re.sub(r"\[\d+\]$", "", name): text for name, text in faults.items()}
