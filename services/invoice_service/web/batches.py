"""Batches: asked for from the list, watched as they go on, with what became of each invoice."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web

from services.invoice_service.api.batch_pdf import get_pdf
from services.invoice_service.api.batches import LISTING
from services.invoice_service.api.bodies.batches import BatchBody
from services.invoice_service.api.lists import list_query, next_cursor
from services.invoice_service.api.requests import path_id
from services.invoice_service.api.services import ACTOR
from services.invoice_service.api.transact import committed, read
from services.invoice_service.application.context import Context
from services.invoice_service.application.listing import Page
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.batches import Batch, BatchInvoice, ListedBatch
from services.invoice_service.application.start_batch import read_batch, start_batch
from services.invoice_service.domain.batch import ACTIONS, OUTCOMES, BatchAction, OutcomeName, needs
from services.invoice_service.domain.errors import FieldError, Forbidden, Invalid
from services.invoice_service.web.forms import form_of, validated
from services.invoice_service.web.links import address_with
from services.invoice_service.web.pages import see_other
from services.invoice_service.web.record_list import without_empty
from services.invoice_service.web.view import page, view_of
from services.invoice_service.web.words import Words

PATH = "/batches"
_MOST_REASONS = 3
"""So many different reasons are told in a sentence; each stands with its invoice below."""


@dataclass(frozen=True, slots=True)
class _Seen:
    batch: Batch
    zone: str


async def start(request: web.Request) -> web.Response:
    """Begin one with the invoices that were chosen in the list; what can't be taken back is asked once more before."""
    form = await form_of(request)
    chosen = list(form.all("chosen"))
    if not chosen:
        raise Invalid("invalid", errors=(FieldError("", "nothing_chosen"),))
    body = validated(BatchBody, {"action": form.text("action"), "invoices": chosen})
    if not request[ACTOR].at_least(role := needs(body.action)):
        raise Forbidden(role)
    if body.action != "print" and not form.text("sure"):
        return page(request, "batch_question.html", action=body.action, chosen=chosen)
    batch = await committed(
        request, lambda uow, context: start_batch(uow, context, body.action, body.invoices)
    )
    return see_other(f"/batches/{batch.id}")


async def show(request: web.Request) -> web.Response:
    """The page of a batch, as far as it has come."""
    batch_id = path_id(request)

    async def look(uow: UnitOfWork, context: Context) -> _Seen:
        return _Seen(await read_batch(uow, context, batch_id), (await uow.settings.get()).timezone)

    seen = await read(request, look)
    good = [one for one in seen.batch.ended if one.state == "succeeded"]
    return page(
        request,
        "batch.html",
        batch=seen.batch,
        zone=seen.zone,
        good=good,
        amiss=[one for one in seen.batch.ended if one.state != "succeeded"],
        printed=sum(1 for one in good if one.document is not None),
        told=told(seen.batch, view_of(request).words),
    )


async def show_list(request: web.Request) -> web.Response:
    """All batches that are kept, the newest first."""
    if (tidy := without_empty(request, PATH)) is not None:
        return tidy
    asked = list_query(request, LISTING)

    async def look(uow: UnitOfWork, _: Context) -> tuple[Page[ListedBatch], str]:
        return await uow.batches.page(asked), (await uow.settings.get()).timezone

    found, zone = await read(request, look)
    words = view_of(request).words
    after = next_cursor(request, LISTING, found)
    kept = [(name, value) for name, value in request.query.items() if name != "after"]
    return page(
        request,
        "batches.html",
        found=found,
        rows=[(one, counted(one.action, one.outcomes, words, {})) for one in found.items],
        zone=zone,
        actions=ACTIONS,
        chosen={name: request.query.get(name, "") for name in ("action", "ended")},
        workbook=address_with(f"{PATH}.xlsx", [pair for pair in kept if pair[0] != "limit"]),
        next=address_with(PATH, [*kept, ("after", after)]) if after else None,
        begun="after" in request.query,
    )


async def show_pdf(request: web.Request) -> web.StreamResponse:
    """The documents in one PDF; while they are being made, the page that says so."""
    answer = await get_pdf(request)
    return see_other(f"/batches/{path_id(request)}") if answer.status == 202 else answer


def told(batch: Batch, words: Words) -> str:
    """What became of a batch, in a sentence: how many, and why not the others."""
    some = {state: [one for one in batch.ended if one.state == state] for state in OUTCOMES}
    return counted(
        batch.action,
        {state: len(ones) for state, ones in some.items()},
        words,
        {state: _why(some[state], words) for state in ("skipped", "failed")},
    )


def counted(
    action: BatchAction, outcomes: Mapping[OutcomeName, int], words: Words, why: Mapping[str, str]
) -> str:
    """How many came to what, with the reasons that are given; nothing while none has an outcome."""
    parts = [
        words(f"batch.told.{action if state == 'succeeded' else state}", count=count) + why.get(state, "")
        for state in OUTCOMES
        if (count := outcomes.get(state, 0))
    ]
    told = ", ".join(parts)
    return told if not told or told.endswith("…") else f"{told}."


def _why(some: Sequence[BatchInvoice], words: Words) -> str:
    """The reasons, those of most invoices first, each with how many it holds for when there are several."""
    reasons = Counter(_clause(one.reason.text(words.language)) for one in some if one.reason)
    if not reasons:
        return ""
    common = reasons.most_common(_MOST_REASONS)
    named = [reason if len(reasons) == 1 else f"{reason} ({count})" for reason, count in common]
    more = "…" if len(reasons) > len(common) else ""
    return (
        words("batch.told.why", reasons=" ; ".join(named) if words.language == "fr" else "; ".join(named))
        + more
    )


def _clause(sentence: str) -> str:
    """A sentence as a part of another one: without its full stop and, unless it is a name's, its capital letter."""
    begins = sentence[:1].lower() if sentence[1:2].islower() else sentence[:1]
    return f"{begins}{sentence[1:]}".rstrip(".")
