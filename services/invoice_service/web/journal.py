"""« Journal » : the trail of an invoice in sentences, newest first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from services.invoice_service.api.invoices import TRAIL, ref_of
from services.invoice_service.api.lists import list_query, next_cursor
from services.invoice_service.api.transact import read
from services.invoice_service.application.context import Context
from services.invoice_service.application.journal import sentences
from services.invoice_service.application.listing import Page
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.domain.invoice import Invoice
from services.invoice_service.web.view import page, view_of
from services.invoice_service.web.words import Words


@dataclass(frozen=True, slots=True)
class _Journal:
    invoice: Invoice
    entries: Page[Mapping[str, Any]]
    zone: str


async def show(request: web.Request) -> web.Response:
    """The page."""
    ref, asked = ref_of(request), list_query(request, TRAIL)

    async def look(uow: UnitOfWork, context: Context) -> _Journal:
        invoice = (await uow.invoices.load(ref, context.actor.id)).invoice
        entries = await uow.invoices.trail(invoice.id, asked)
        return _Journal(invoice, entries, (await uow.settings.get()).timezone)

    found = await read(request, look)
    view, currency = view_of(request), found.invoice.currency
    words, language = view.words, view.language
    entries = [
        {
            "at": row["at"],
            "whose": _whose(row["actor"], words),
            "said": sentences(row, language, currency=currency),
        }
        for row in found.entries.items
    ]
    return page(
        request,
        "journal.html",
        invoice=found.invoice,
        entries=entries,
        count=found.entries.count,
        zone=found.zone,
        next=next_cursor(request, TRAIL, found.entries),
    )


def _whose(actor: Mapping[str, str], words: Words) -> str:
    """By whom, in words: a person or a key by its name, a message by what sent it."""
    if actor["kind"] != "message":
        return words(f"journal.by.{actor['kind']}", name=actor["name"])
    sender = ".".join(actor["name"].split(".")[:2])
    known = f"journal.by.{sender}"
    return words(known) if known in words else words("journal.by.message", name=actor["name"])
