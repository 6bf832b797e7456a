"""The documents of a batch in one PDF, made anew from the documents themselves each time: nothing more is kept."""

import asyncio
import hashlib
import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog
from aiohttp import web

from services.invoice_service.api.answers import Answer, respond
from services.invoice_service.api.batches import batch_view
from services.invoice_service.api.documents import wait_of
from services.invoice_service.api.etag import none_match
from services.invoice_service.api.problems import language_of
from services.invoice_service.api.requests import path_id
from services.invoice_service.api.services import SERVICES
from services.invoice_service.api.transact import read
from services.invoice_service.application.ports.batches import Batch, BatchInvoice
from services.invoice_service.application.start_batch import read_batch
from services.invoice_service.domain.errors import Conflict, NotFound
from shared.contracts.values import DocumentRef
from shared.documents.store import DocumentChanged, DocumentMissing, DocumentStore

log = structlog.get_logger(__name__)

_PAUSE_SECONDS = 0.3
_MERGE_SECONDS = 120
_AT_ONCE = 16
_CHUNK = 256 * 1024


async def get_pdf(request: web.Request) -> web.StreamResponse:
    """GET of the PDF.

    Raises:
        NotFound: no such batch, or it does not print.
        Conflict: nothing_printed, document_missing.
    """
    wait = wait_of(request)
    batch = await _when_done(request, wait)
    if not batch.is_done:
        return respond(Answer(202, batch_view(batch, language_of(request)), {"Retry-After": "2"}))
    printed = [one for one in batch.invoices if one.document is not None]
    if not printed:
        raise Conflict("nothing_printed")
    digests = "\n".join(one.document.sha256 for one in printed if one.document)
    tag = f'"{hashlib.sha256(digests.encode()).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if none_match(request, tag):
        return web.Response(status=304, headers=headers)
    name = f"factures-{batch.created_at:%Y%m%d-%H%M%S}.pdf"
    headers["Content-Disposition"] = f'inline; filename="{name}"'
    async with merged(request.app[SERVICES].documents, printed) as file:
        return await _streamed(request, file, headers)


async def _when_done(request: web.Request, seconds: float) -> Batch:
    batch_id = path_id(request)
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while True:
        batch = await read(request, lambda uow, context: read_batch(uow, context, batch_id))
        if batch.action != "print":
            raise NotFound("batch", str(batch_id))
        left = deadline - loop.time()
        if batch.is_done or left <= 0:
            return batch
        await asyncio.sleep(min(_PAUSE_SECONDS, left))


@asynccontextmanager
async def merged(store: DocumentStore, invoices: Sequence[BatchInvoice]) -> AsyncIterator[Path]:
    """A file with their documents, each in the outline by its number; gone on leaving.

    Raises:
        Conflict: document_missing.
        StoreUnavailable: the documents can't be read now.
    """
    # Not on the loop that answers everybody: a thousand documents are gone through here.
    folder = await asyncio.to_thread(TemporaryDirectory, prefix="factures-batch-")
    try:
        path = Path(folder.name)
        await _fetch(store, invoices, path)
        await _merge(path)
        yield path / "merged.pdf"
    finally:
        await asyncio.to_thread(folder.cleanup)


async def _fetch(store: DocumentStore, invoices: Sequence[BatchInvoice], folder: Path) -> None:
    names = json.dumps([one.number for one in invoices])
    await asyncio.to_thread((folder / "names.json").write_text, names, encoding="utf-8")

    async def one(number: int, invoice: BatchInvoice) -> None:
        document = invoice.document
        if document is None:
            raise DocumentMissing(invoice.number)
        content = await store.get(DocumentRef(key=document.key, sha256=document.sha256, size=document.size))
        await asyncio.to_thread((folder / f"{number}.pdf").write_bytes, content)

    try:
        for first in range(0, len(invoices), _AT_ONCE):
            some = invoices[first : first + _AT_ONCE]
            await asyncio.gather(*(one(first + place, invoice) for place, invoice in enumerate(some)))
    except (DocumentMissing, DocumentChanged) as error:
        log.warning("a document of a batch is gone", error=str(error))
        raise Conflict("document_missing") from error


async def _merge(folder: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.invoice_service.api.merge_pdfs",
        str(folder),
        stdin=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(_MERGE_SECONDS):
            _, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        last = errors.decode(errors="replace").strip().splitlines()[-1:]
        raise RuntimeError(f"merging ended with {process.returncode}: {''.join(last)}")


async def _streamed(request: web.Request, file: Path, headers: dict[str, str]) -> web.StreamResponse:
    opened = await asyncio.to_thread(file.open, "rb")
    with opened:
        response = web.StreamResponse(headers=headers)
        response.content_type = "application/pdf"
        response.content_length = (await asyncio.to_thread(file.stat)).st_size
        await response.prepare(request)
        while chunk := await asyncio.to_thread(opened.read, _CHUNK):
            await response.write(chunk)
        await response.write_eof()
    return response
