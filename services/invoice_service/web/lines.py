"""« Édition des lignes »: the lines of an invoice at the left, the editor of one at the right.

Each step is a form; it ends on the page that shows what became of it. What is refused is shown with what was typed.
"""

import uuid
from collections.abc import Awaitable, Callable
from urllib.parse import quote, urlencode

from aiohttp import web

from services.invoice_service.api.bodies.invoices import LinePatch, OrderBody
from services.invoice_service.api.invoices import ref_of
from services.invoice_service.api.problems import status_of
from services.invoice_service.api.requests import path_id
from services.invoice_service.api.transact import committed, read
from services.invoice_service.application.context import Context
from services.invoice_service.application.duplicate_line import duplicate_line
from services.invoice_service.application.edit_lines import (
    AddLine,
    EditLine,
    add_line,
    edit_line,
    order_lines,
    remove_line,
)
from services.invoice_service.application.move_line import move_line
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.preview_line import LinePreview, preview_line
from services.invoice_service.application.restore_line import restore_line
from services.invoice_service.domain.errors import Conflict, Forbidden, Invalid, NotFound, StaleVersion
from services.invoice_service.domain.line import KINDS, TEXT, Line
from services.invoice_service.web.forms import Form, form_of, validated
from services.invoice_service.web.line_form import typed_in
from services.invoice_service.web.line_page import Shown, draw_editor
from services.invoice_service.web.pages import see_other
from services.invoice_service.web.view import view_of

_REFUSED = (Conflict, Forbidden, Invalid, NotFound, StaleVersion)
Step = Callable[[UnitOfWork, Context], Awaitable[Line | None]]


async def show(request: web.Request) -> web.Response:
    """The page: of the line `line`, or what a line of the kind `add` can be made from."""
    asked = request.query
    return await draw_editor(
        request,
        Shown(
            line=_id(asked.get("line", "")),
            add=_kind(asked.get("add", "")),
            sought=asked.get("q", ""),
            removed=_id(asked.get("removed", "")),
            fresh="fresh" in asked,
        ),
    )


async def add(request: web.Request) -> web.Response:
    """Add a line, from its source or with what was typed."""
    form = await form_of(request)

    async def step(uow: UnitOfWork, context: Context) -> Line:
        _, line = await add_line(uow, context, ref_of(request), _new(request, form), based_on=_version(form))
        return line

    return await _done(request, form, step, fresh=True)


async def save(request: web.Request) -> web.Response:
    """Save what was typed into a line."""
    form = await form_of(request)

    async def step(uow: UnitOfWork, context: Context) -> Line:
        command = _edit(request, form, path_id(request))
        _, line = await edit_line(uow, context, ref_of(request), command, based_on=_version(form))
        return line

    return await _done(request, form, step)


async def duplicate(request: web.Request) -> web.Response:
    """Save a line, and duplicate it."""
    form = await form_of(request)

    async def step(uow: UnitOfWork, context: Context) -> Line:
        command = _edit(request, form, path_id(request))
        await edit_line(uow, context, ref_of(request), command, based_on=_version(form))
        _, copy = await duplicate_line(uow, context, ref_of(request), command.line, based_on=None)
        return copy

    return await _done(request, form, step)


async def remove(request: web.Request) -> web.Response:
    """Remove a line; the page that follows offers to take that back."""
    form = await form_of(request)

    async def step(uow: UnitOfWork, context: Context) -> None:
        await remove_line(uow, context, ref_of(request), path_id(request), based_on=_version(form))

    return await _done(request, form, step, removed=path_id(request))


async def restore(request: web.Request) -> web.Response:
    """Put a removed line back; with what was typed, when somebody else had removed it meanwhile."""
    form = await form_of(request)

    async def step(uow: UnitOfWork, context: Context) -> Line:
        ref, command = ref_of(request), _edit(request, form, path_id(request))
        _, line = await restore_line(
            uow,
            context,
            ref,
            command.line,
            based_on=_version(form),
            allow_over_invoicing=command.allow_over_invoicing,
        )
        if command.typed:
            _, line = await edit_line(uow, context, ref, command, based_on=None)
        return line

    return await _done(request, form, step)


async def move(request: web.Request) -> web.Response:
    """Move a line up or down."""
    form = await form_of(request)
    by = -1 if form.text("way") == "up" else 1

    async def step(uow: UnitOfWork, context: Context) -> Line | None:
        loaded = await move_line(uow, context, ref_of(request), path_id(request), by, based_on=_version(form))
        return loaded.invoice.line(path_id(request))

    return await _done(request, form, step)


async def order(request: web.Request) -> web.Response:
    """Put the lines in another order."""
    form = await form_of(request)

    async def step(uow: UnitOfWork, context: Context) -> Line | None:
        body = validated(OrderBody, {"lines": form.text("order").split()})
        loaded = await order_lines(uow, context, ref_of(request), body.lines, based_on=_version(form))
        return loaded.invoice.line(_id(form.text("line")) or uuid.UUID(int=0))

    return await _done(request, form, step)


async def preview(request: web.Request) -> web.Response:
    """The page as it would be with what is typed, nothing written: totals while one types."""
    form = await form_of(request)
    line = _id(form.text("line"))
    shown = Shown(line=line, add=_kind(form.text("kind")) if line is None else "", form=form)
    try:
        command = _new(request, form) if line is None else _edit(request, form, line)

        async def look(uow: UnitOfWork, context: Context) -> LinePreview:
            return await preview_line(uow, context, ref_of(request), command)

        seen = await read(request, look)
    except (Conflict, Invalid, NotFound) as refusal:
        # It is an answer to a question: nothing has failed.
        return await draw_editor(request, shown, refusal=refusal)
    return await draw_editor(request, shown, preview=seen, refusal=seen.refusal)


def _new(request: web.Request, form: Form) -> AddLine:
    body = validated(LinePatch, typed_in(form, view_of(request).language))
    typed = {name: value for name, value in body.typed().items() if value is not None}
    kind = _kind(form.text("kind")) or TEXT
    if kind in ("product", "gl"):
        typed.pop("product" if kind == "product" else "gl_account", None)
    return AddLine(
        kind,
        job=form.text("job") or None,
        extra_charge=form.text("extra_charge") or None,
        product=form.text("product") or None,
        gl_account=form.text("gl_account") or None,
        typed=typed,
        allow_over_invoicing=bool(form.text("allow")),
    )


def _edit(request: web.Request, form: Form, line: uuid.UUID) -> EditLine:
    body = validated(LinePatch, typed_in(form, view_of(request).language))
    return EditLine(line, body.typed(), allow_over_invoicing=bool(form.text("allow")))


async def _done(
    request: web.Request,
    form: Form,
    step: Step,
    *,
    fresh: bool = False,
    removed: uuid.UUID | None = None,
) -> web.Response:
    """Do it, and go where the form says; or show why not, nothing that was typed lost."""
    try:
        line = await committed(request, step)
    except _REFUSED as refusal:
        line_id = _id(request.match_info.get("id", ""))
        shown = Shown(
            line=line_id,
            add=_kind(form.text("kind")) if line_id is None else "",
            form=form,
            stale=isinstance(refusal, StaleVersion | NotFound),
        )
        return await draw_editor(request, shown, refusal=refusal, status=status_of(refusal))
    return see_other(_next(request, form, line, fresh=fresh, removed=removed))


def _next(
    request: web.Request, form: Form, line: Line | None, *, fresh: bool, removed: uuid.UUID | None
) -> str:
    """Where a form leads: to another line, to a new one, back to the invoice, or on with this line."""
    ref = quote(ref_of(request), safe="")
    what, _, which = (form.text("leave") or form.text("then")).partition(":")
    if what == "invoice":
        return f"/invoices/{ref}"
    wanted: dict[str, str] = {}
    if removed is not None:
        wanted = {"removed": str(removed)}
    elif what in ("line", "add"):
        wanted = {what: which}
    elif line is not None:
        wanted = {"line": str(line.id), **({"fresh": "1"} if fresh else {})}
    query = f"?{urlencode(wanted)}" if wanted else ""
    return f"/invoices/{ref}/lines{query}"


def _version(form: Form) -> int:
    text = form.text("version")
    # What is no version was never current.
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _kind(text: str) -> str:
    return text if text in KINDS else ""


def _id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
