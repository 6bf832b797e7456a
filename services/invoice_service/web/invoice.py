"""One invoice: « Facture (consultation) »; its fields are edited in place."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from services.invoice_service.api.bodies.invoices import InvoicePatch
from services.invoice_service.api.invoice_view import invoice_view
from services.invoice_service.api.invoices import ref_of
from services.invoice_service.api.services import ACTOR
from services.invoice_service.api.transact import committed, read
from services.invoice_service.application.context import Context
from services.invoice_service.application.edit_invoice import drafting_of, edit_invoice
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.invoicing import Loaded
from services.invoice_service.domain.actors import Role
from services.invoice_service.domain.completeness import missing
from services.invoice_service.domain.drafting import Drafting
from services.invoice_service.domain.errors import Conflict, Invalid, Refusal, StaleVersion
from services.invoice_service.web.errors import detail_of, faults_of
from services.invoice_service.web.fields import NAMES, Field, fields_of, sent_values, typed
from services.invoice_service.web.forms import Form, form_of, validated
from services.invoice_service.web.line_editor import KINDS
from services.invoice_service.web.links import invoice_path
from services.invoice_service.web.pages import see_other
from services.invoice_service.web.view import page, view_of


@dataclass(frozen=True, slots=True)
class Shown:
    """An invoice, and what its fields can say."""

    loaded: Loaded
    drafting: Drafting

    @property
    def absent(self) -> frozenset[str]:
        """What is missing before it can be final."""
        invoice = self.loaded.invoice
        if invoice.status.final:
            return frozenset()
        found = missing(invoice, self.drafting, day=invoice.date)
        return frozenset(error.field for error in found if error.code.endswith("_missing"))


async def look(uow: UnitOfWork, context: Context, ref: str) -> Shown:
    """The invoice of this id or number."""
    loaded = await uow.invoices.load(ref, context.actor.id)
    return Shown(loaded, (await drafting_of(uow, loaded.invoice)).drafting)


async def show(request: web.Request) -> web.Response:
    """The page."""
    ref = ref_of(request)
    return draw(request, await read(request, lambda uow, context: look(uow, context, ref)))


def draw(
    request: web.Request,
    shown: Shown,
    *,
    status: int = 200,
    faults: Mapping[str, str] | None = None,
    detail: str = "",
    form: Form | None = None,
) -> web.Response:
    """The page of an invoice; after a refusal with what was typed, and what is wrong with it."""
    view = view_of(request)
    invoice = invoice_view(shown.loaded, request[ACTOR], view.language)
    editable = not shown.loaded.invoice.status.final and request[ACTOR].at_least(Role.BILLER)
    fields: dict[str, Field] = fields_of(shown.loaded.invoice, shown.drafting, view.language)
    return page(
        request,
        "invoice.html",
        status=status,
        invoice=invoice,
        kinds=KINDS,
        here=invoice_path(shown.loaded.invoice.number),
        fields={name: typed(field, form) for name, field in fields.items()},
        editable=editable,
        absent=shown.absent,
        drafting=shown.drafting,
        faults=dict(faults or {}),
        detail=detail,
        beside="pdf" in request.query,
        done=request.query.get("done", ""),
    )


async def edit(request: web.Request) -> web.Response:
    """Save what was typed: only what differs from what the page showed."""
    ref, form = ref_of(request), await form_of(request)
    try:
        changes = validated(InvoicePatch, sent_values(form, view_of(request).language)).changes()
        based_on = _version(form)
        edited = await committed(
            request, lambda uow, context: edit_invoice(uow, context, ref, changes, based_on=based_on)
        )
    except StaleVersion as refusal:
        return await _both(request, ref, form, refusal)
    except (Invalid, Conflict) as refusal:
        return await _refused(request, ref, form, refusal)
    path = invoice_path(edited.invoice.number)
    return see_other(f"{path}?pdf" if form.text("beside") else path)


def _version(form: Form) -> int | None:
    """The version that the page showed; of no page of ours, one that never was."""
    text = form.text("version")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


async def _refused(request: web.Request, ref: str, form: Form, refusal: Refusal) -> web.Response:
    shown = await read(request, lambda uow, context: look(uow, context, ref))
    language = view_of(request).language
    faults = {name.partition(".")[0]: message for name, message in faults_of(refusal, language)}
    status = 409 if isinstance(refusal, Conflict) else 422
    detail = detail_of(refusal, language)
    return draw(request, shown, status=status, faults=faults, detail=detail, form=form)


async def _both(request: web.Request, ref: str, form: Form, refusal: StaleVersion) -> web.Response:
    """What was typed beside what a colleague saved meanwhile: the reader chooses, nothing is lost."""
    shown = await read(request, lambda uow, context: look(uow, context, ref))
    language = view_of(request).language
    fields = fields_of(shown.loaded.invoice, shown.drafting, language)
    mine = sent_values(form, language)
    return page(
        request,
        "stale.html",
        status=412,
        detail=detail_of(refusal, language),
        invoice=invoice_view(shown.loaded, request[ACTOR], language),
        here=invoice_path(shown.loaded.invoice.number),
        rows=[(fields[name], form.text(name), form.text(f"was.{name}")) for name in NAMES if name in mine],
    )
