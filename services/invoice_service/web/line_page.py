"""The page of the lines, put together: what is read for it, and what is shown of a change that was refused."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from services.invoice_service.api.invoice_view import invoice_view
from services.invoice_service.api.invoices import ref_of
from services.invoice_service.api.problems import message_of
from services.invoice_service.api.services import ACTOR
from services.invoice_service.api.transact import read
from services.invoice_service.application.context import Context
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.invoicing import Loaded
from services.invoice_service.application.preview_line import LinePreview
from services.invoice_service.domain.errors import Refusal
from services.invoice_service.domain.invoice import Invoice
from services.invoice_service.domain.line import TEXT, Line
from services.invoice_service.domain.reference import GlAccount, Product
from services.invoice_service.domain.tax import TaxCode
from services.invoice_service.domain.texts import Language
from services.invoice_service.web.errors import detail_of
from services.invoice_service.web.forms import Form
from services.invoice_service.web.line_editor import KINDS, Editor, blank, fields_of, first_field, prices_of
from services.invoice_service.web.line_pickers import POSTED_TO, Choice, active, choices, searchable
from services.invoice_service.web.view import page, view_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a page of lines is asked to show. `form`: what was typed, and is not saved."""

    line: uuid.UUID | None = None
    add: str = ""
    sought: str = ""
    removed: uuid.UUID | None = None
    fresh: bool = False
    form: Form | None = None
    stale: bool = False


@dataclass(frozen=True, slots=True)
class _Read:
    """What is read for a page, in one transaction."""

    loaded: Loaded
    removed: Line | None
    lost: Line | None
    choices: tuple[Choice, ...]
    tax_codes: tuple[TaxCode, ...]
    products: Mapping[str, str]
    accounts: Mapping[str, str]


async def draw_editor(
    request: web.Request,
    shown: Shown,
    *,
    preview: LinePreview | None = None,
    refusal: Refusal | None = None,
    status: int = 200,
) -> web.Response:
    """The page."""
    language = view_of(request).language

    async def gather(uow: UnitOfWork, context: Context) -> _Read:
        return await _gather(uow, context, ref_of(request), shown, language)

    found = await read(request, gather)
    editor = _editor(found, shown, language, preview, refusal)
    return page(
        request,
        "lines.html",
        status=status,
        editor=editor,
        invoice=invoice_view(found.loaded, request[ACTOR], language),
        refused=detail_of(refusal, language) if refusal else "",
        tax_codes=found.tax_codes,
        products=found.products,
        accounts=found.accounts,
        kinds=KINDS,
    )


async def _gather(uow: UnitOfWork, context: Context, ref: str, shown: Shown, language: Language) -> _Read:
    loaded = await uow.invoices.load(ref, context.actor.id)
    invoice = loaded.invoice

    async def removed(line_id: uuid.UUID | None) -> Line | None:
        kept = await uow.invoices.removed(line_id) if line_id and invoice.line(line_id) is None else None
        return kept.line if kept and kept.invoice_id == invoice.id else None

    line = _edited(invoice, shown)

    def sought(name: str) -> str:
        typed = shown.form.text(name) if shown.form else getattr(line, name, None) or ""
        return searchable(typed)

    return _Read(
        loaded,
        await removed(shown.removed),
        await removed(shown.line),
        await choices(uow, invoice, shown.add, shown.sought, language),
        tuple(code for code in await uow.tax_codes.all() if code.active),
        {
            one.code: one.description.text(language)
            for one in await uow.reference.first(Product, active(sought("product")))
        },
        {
            one.number: one.description
            for one in await uow.reference.first(GlAccount, active(sought("gl_account"), category=POSTED_TO))
        },
    )


def _edited(invoice: Invoice, shown: Shown) -> Line | None:
    """The line that is edited, unless it is new or gone: the first, when none is named and none is added."""
    if shown.line:
        return invoice.line(shown.line)
    return invoice.lines[0] if invoice.lines and not shown.add else None


def _editor(
    found: _Read, shown: Shown, language: Language, preview: LinePreview | None, refusal: Refusal | None
) -> Editor:
    invoice, form = found.loaded.invoice, shown.form
    line = _edited(invoice, shown)
    gone = form is not None and line is None and found.lost is not None
    if gone:
        line = found.lost
    elif shown.add == TEXT and invoice.kind == "invoice":
        line = blank(TEXT)
    by_field = {error.field: message_of(error, language) for error in refusal.errors} if refusal else {}
    credit = invoice.kind == "credit_note"
    fields = fields_of(line, language, credit=credit, form=form, faults=by_field) if line else {}
    looked = preview.line if preview else line
    return Editor(
        loaded=found.loaded,
        line=looked,
        fields=fields,
        totals=preview.invoice.totals if preview else invoice.totals,
        add=shown.add,
        sought=shown.sought,
        choices=found.choices,
        removed=found.removed,
        refusal=refusal,
        faults=tuple(text for name, text in by_field.items() if name not in fields),
        stale=shown.stale,
        gone=gone,
        focus=first_field(line) if line and (shown.fresh or shown.add) else "",
        prices=prices_of(looked, language) if looked else {},
    )
