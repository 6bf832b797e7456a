"""`factures parked`: the messages that wait for a person, through the same use cases as the API."""

import argparse
import json
import sys
import uuid
from collections.abc import AsyncIterator, Mapping
from typing import Any

from services.invoice_service.application.discard_message import discard
from services.invoice_service.application.listing import ListQuery
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.transactions import Transactions
from services.invoice_service.application.replay_message import replay
from services.invoice_service.commands.operator import operator_context
from services.invoice_service.composition import database, transactions_on
from services.invoice_service.domain.errors import NotFound, Refusal
from services.invoice_service.domain.sentences import sentence
from services.invoice_service.settings import InvoiceSettings

_PAGE = 100


async def list_parked(settings: InvoiceSettings, arguments: argparse.Namespace) -> int:
    """One line each, newest first: id, when, kind, type, what it is about, why it waits."""
    async with database(settings, "command") as pool:
        shown = [_line(row) async for row in _every(transactions_on(pool), arguments.kind)]
    sys.stdout.write("".join(shown) or "nothing is parked\n")
    return 0


async def show_parked(settings: InvoiceSettings, arguments: argparse.Namespace) -> int:
    """One whole, as JSON; exit code 1 when there is none."""
    async with database(settings, "command") as pool, transactions_on(pool).reading() as uow:
        try:
            row = await uow.parked.find(arguments.id)
        except NotFound as refusal:
            return _refused(arguments.id, refusal)
    told = {name: value for name, value in row.items() if name != "identity"}
    # As the API tells it, in French: what it was said from is ours.
    told["reason"] = {name: value for name, value in row["reason"].items() if name != "said"}
    sys.stdout.write(json.dumps(told, default=str, ensure_ascii=False, indent=2) + "\n")
    return 0


async def replay_parked(settings: InvoiceSettings, arguments: argparse.Namespace) -> int:
    """Each in a transaction of its own; exit code 1 when one of them still waits, or is not there."""
    waiting = 0
    async with database(settings, "command") as pool:
        transactions = transactions_on(pool)
        for parked_id in arguments.ids or [row["id"] async for row in _every(transactions, arguments.kind)]:
            try:
                async with transactions.writing() as uow:
                    received = await replay(uow, operator_context(), parked_id)
            except Refusal as refusal:
                waiting += _refused(parked_id, refusal)
                continue
            waiting += received.outcome == "parked"
            more = " ".join(text for text in (received.invoice, received.reason) if text)
            sys.stdout.write(f"{parked_id}: {received.outcome}{f' ({more})' if more else ''}\n")
    return 1 if waiting else 0


async def discard_parked(settings: InvoiceSettings, arguments: argparse.Namespace) -> int:
    """Forget them. One that is gone already is what was asked for."""
    async with database(settings, "command") as pool:
        for parked_id in arguments.ids:
            try:
                async with transactions_on(pool).writing() as uow:
                    await discard(uow, operator_context(), parked_id)
            except NotFound:
                sys.stdout.write(f"{parked_id}: not parked\n")
                continue
            sys.stdout.write(f"{parked_id}: discarded\n")
    return 0


async def _every(
    transactions: Transactions[UnitOfWork], kind: str | None
) -> AsyncIterator[Mapping[str, Any]]:
    after: tuple[str, ...] | None = None
    filters = {"kind": (kind,)} if kind else {}
    while True:
        async with transactions.reading() as uow:
            page = await uow.parked.page(ListQuery(limit=_PAGE, filters=filters, after=after))
        for row in page.items:
            yield row
        after = page.next_after
        if after is None:
            return


def _line(row: Mapping[str, Any]) -> str:
    what = " ".join(row[name] for name in ("type", "subject") if row[name]) or "not a message"
    why = row["reason"].get("message") or row["reason"]["code"]
    return f"{row['id']}  {row['received_at']:%Y-%m-%d %H:%M}  {row['kind']}  {what}: {why}\n"


def _refused(parked_id: uuid.UUID, refusal: Refusal) -> int:
    sys.stderr.write(f"{parked_id}: {sentence(refusal.code, refusal.data).en}\n")
    return 1


def add_parked(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `parked` to the commands."""
    parked = commands.add_parser("parked", help="messages that wait for a person")
    verbs = parked.add_subparsers(required=True, metavar="list | show | replay | discard")
    kinds = ("unknown_reference", "quarantined", "dead")

    listing = verbs.add_parser("list", help="all of them, newest first")
    listing.add_argument("--kind", choices=kinds)
    listing.set_defaults(run=list_parked)

    show = verbs.add_parser("show", help="one of them, whole, as JSON")
    show.add_argument("id", type=uuid.UUID)
    show.set_defaults(run=show_parked)

    again = verbs.add_parser("replay", help="apply them again, or put them back into their queue")
    which = again.add_mutually_exclusive_group(required=True)
    which.add_argument("ids", type=uuid.UUID, nargs="*", default=[])
    which.add_argument("--kind", choices=kinds, help="all of this kind")
    again.set_defaults(run=replay_parked)

    away = verbs.add_parser("discard", help="forget them")
    away.add_argument("ids", type=uuid.UUID, nargs="+")
    away.set_defaults(run=discard_parked)
