"""The UBL document of a final invoice: made of what was frozen, the same bytes each time."""

import asyncio
import hashlib
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from services.invoice_service.api.documents import file_name
from services.invoice_service.api.etag import none_match
from services.invoice_service.api.invoices import ref_of
from services.invoice_service.api.requests import context_of
from services.invoice_service.api.services import SERVICES
from services.invoice_service.domain.errors import Conflict
from shared.contracts.values import DocumentSnapshot
from shared.ubl.document import ubl_document


async def get_ubl(request: web.Request) -> web.StreamResponse:
    """GET of the document.

    Raises:
        NotFound: no such invoice.
        Conflict: not_final.
    """
    async with request.app[SERVICES].transactions.reading() as uow:
        invoice = (await uow.invoices.load(ref_of(request), context_of(request).actor.id)).invoice
        snapshot = await uow.invoices.snapshot(invoice.id)
    if snapshot is None:
        raise Conflict("not_final")
    # Two thousand lines take a quarter of a second: not on the loop that answers everybody.
    content = await asyncio.to_thread(_made_of, snapshot)
    tag = f'"{hashlib.sha256(content).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if none_match(request, tag):
        return web.Response(status=304, headers=headers)
    headers["Content-Disposition"] = f'attachment; filename="{file_name(invoice, "xml")}"'
    return web.Response(body=content, content_type="application/xml", headers=headers)


def _made_of(snapshot: Mapping[str, Any]) -> bytes:
    return ubl_document(DocumentSnapshot.model_validate(snapshot))
