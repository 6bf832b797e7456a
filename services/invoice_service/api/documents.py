"""The PDF of an invoice: at once when it is there, else asked for and waited for."""

import asyncio

from aiohttp import web

from services.invoice_service.api.answers import Answer
from services.invoice_service.api.etag import none_match
from services.invoice_service.api.invoices import ref_of
from services.invoice_service.api.requests import bad_parameter, context_of
from services.invoice_service.api.routing import Parameter
from services.invoice_service.api.services import SERVICES
from services.invoice_service.api.transact import transact
from services.invoice_service.application.answers import Answer as AwaitedAnswer
from services.invoice_service.application.ports.invoicing import Loaded
from services.invoice_service.application.request_document import request_document, up_to_date
from services.invoice_service.domain.axes import Document
from services.invoice_service.domain.errors import Conflict
from services.invoice_service.domain.invoice import Invoice
from shared.contracts.values import DocumentRef

DEFAULT_WAIT = 10
MAX_WAIT = 30
WAIT = Parameter(
    "wait",
    "Seconds to wait for it",
    {"type": "integer", "minimum": 0, "maximum": MAX_WAIT, "default": DEFAULT_WAIT},
)
# How soon it is looked for unasked: a signal comes first, unless it was lost.
_FIRST_LOOK = 0.1
_LONGEST_PAUSE = 1.0


async def get_pdf(request: web.Request) -> web.StreamResponse:
    """GET of the PDF of the current version.

    Raises:
        Conflict: rendering_failed.
    """
    wait = wait_of(request)
    loaded, current = await _look_closely(request)
    if loaded.around.document is None or not current:
        with request.app[SERVICES].answers.about(str(loaded.invoice.id)) as answer:
            async with request.app[SERVICES].asking:
                await transact(
                    request,
                    lambda uow, context: request_document(uow, context, ref_of(request)),
                    lambda _: Answer(202),
                )
            loaded = await _wait_for_it(request, wait, answer)
    if loaded.around.document is not None:
        return await _pdf(request, loaded, loaded.around.document)
    return web.json_response(
        {"rendering": {"state": loaded.around.axes.rendering.state}}, status=202, headers={"Retry-After": "2"}
    )


def file_name(invoice: Invoice, ending: str) -> str:
    """What a document of an invoice is called once it is saved: its number."""
    return "".join(c if c.isalnum() or c in "-_." else "-" for c in invoice.number) + f".{ending}"


async def _wait_for_it(request: web.Request, seconds: float, answer: AwaitedAnswer) -> Loaded:
    loop = asyncio.get_running_loop()
    deadline, pause = loop.time() + seconds, _FIRST_LOOK
    while True:
        loaded = await _look(request)
        axes = loaded.around.axes
        if axes.rendering.state == "failed" and axes.rendering_version == loaded.invoice.version:
            raise Conflict("rendering_failed", number=loaded.invoice.number)
        left = deadline - loop.time()
        if loaded.around.document is not None or left <= 0:
            return loaded
        await answer.wait(min(pause, left))
        pause = min(pause * 2, _LONGEST_PAUSE)


async def _look(request: web.Request) -> Loaded:
    async with request.app[SERVICES].transactions.reading() as uow:
        return await uow.invoices.load(ref_of(request), context_of(request).actor.id)


async def _look_closely(request: web.Request) -> tuple[Loaded, bool]:
    """The invoice, and whether its document, if there is one, says what it would say now."""
    async with request.app[SERVICES].transactions.reading() as uow:
        loaded = await uow.invoices.load(ref_of(request), context_of(request).actor.id)
        return loaded, loaded.around.document is None or await up_to_date(uow, loaded)


async def _pdf(request: web.Request, loaded: Loaded, document: Document) -> web.StreamResponse:
    tag = f'"{document.sha256}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if none_match(request, tag):
        return web.Response(status=304, headers=headers)
    content = await request.app[SERVICES].documents.get(
        DocumentRef(key=document.key, sha256=document.sha256, size=document.size)
    )
    headers["Content-Disposition"] = f'inline; filename="{file_name(loaded.invoice, "pdf")}"'
    return web.Response(body=content, content_type="application/pdf", headers=headers)


def wait_of(request: web.Request) -> float:
    """How many seconds the caller waits for a document."""
    text = request.query.get("wait", str(DEFAULT_WAIT))
    if not (text.isascii() and text.isdigit() and int(text) <= MAX_WAIT):
        raise bad_parameter("wait")
    return int(text)
