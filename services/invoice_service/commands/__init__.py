"""`factures`: what an operator does from the command line."""

import argparse
import asyncio
import sys

from services.invoice_service.application.api_keys import create_api_key
from services.invoice_service.application.ports.transactions import StorageUnavailable
from services.invoice_service.commands.backup import add_backup
from services.invoice_service.commands.books import NobodyToAsk, add_books
from services.invoice_service.commands.operator import operator_context
from services.invoice_service.commands.parked import add_parked
from services.invoice_service.commands.users import add_users
from services.invoice_service.composition import database, transactions_on
from services.invoice_service.domain.actors import Role
from services.invoice_service.domain.errors import FieldError, Refusal
from services.invoice_service.domain.sentences import sentence
from services.invoice_service.settings import InvoiceSettings
from services.invoice_service.upkeep import collect, migrate_or_exit
from shared.bus.rabbitmq import declare_topology, repair_topology
from shared.observability.logging import configure_logging
from shared.observability.start import CannotStart
from shared.settings import exit_when_refused, load_or_exit


async def _migrate(settings: InvoiceSettings, _arguments: argparse.Namespace) -> int:
    applied = await migrate_or_exit(settings)
    sys.stdout.write("".join(f"applied {name}\n" for name in applied) or "nothing to apply\n")
    return 0


async def _topology(settings: InvoiceSettings, arguments: argparse.Namespace) -> int:
    url, policy = settings.amqp_url.get_secret_value(), settings.retry_policy()
    if arguments.repair:
        repaired = await repair_topology(url, policy)
        sys.stdout.write("".join(f"repaired {name}\n" for name in repaired))
    await declare_topology(url, policy)
    sys.stdout.write("topology declared\n")
    return 0


async def _keys(settings: InvoiceSettings, arguments: argparse.Namespace) -> int:
    async with database(settings, "command") as pool, transactions_on(pool).writing() as uow:
        made = await create_api_key(
            uow, operator_context(), name=arguments.name, role=Role(arguments.role), expires=None
        )
    sys.stdout.write(f"{made.secret}\n")
    return 0


async def _collect(settings: InvoiceSettings, _arguments: argparse.Namespace) -> int:
    done = await collect(settings)
    sys.stdout.write(
        f"older than {settings.drafts_kept_days} days: removed {done.outdated} documents of pro formas that changed "
        f"since, {done.discarded} of deleted ones\n"
    )
    return 0


def parser() -> argparse.ArgumentParser:
    """What can be typed; `run` of what it parses is the command."""
    told = argparse.ArgumentParser(prog="factures", description="Operate the invoice service.")
    commands = told.add_subparsers(required=True, metavar="command")
    commands.add_parser("migrate", help="bring the database up to date").set_defaults(run=_migrate)
    topology = commands.add_parser("topology", help="declare exchanges and queues")
    topology.add_argument("--repair", action="store_true", help="declare anew empty queues without a leader")
    topology.set_defaults(run=_topology)
    keys = commands.add_parser("keys", help="create an API key; its secret is printed once")
    keys.add_argument("name")
    keys.add_argument("role", choices=[role.value for role in Role])
    keys.set_defaults(run=_keys)
    add_books(commands)
    add_backup(commands)
    commands.add_parser(
        "collect", help="remove old PDFs of pro formas that nobody refers to any more (daily, from a timer)"
    ).set_defaults(run=_collect)
    add_parked(commands)
    add_users(commands)
    return told


def main(arguments: list[str] | None = None) -> None:
    """Run one command; its exit code is the process's."""
    parsed = parser().parse_args(arguments)
    settings = load_or_exit(InvoiceSettings)
    configure_logging("factures", level="WARNING", form="text")
    try:
        with exit_when_refused():
            sys.exit(asyncio.run(parsed.run(settings, parsed)))
    except (NobodyToAsk, CannotStart, StorageUnavailable, OSError) as error:
        sys.exit(f"factures: {error}")
    except Refusal as refusal:
        told = refusal.errors or (FieldError("", refusal.code, refusal.data),)
        sys.exit("\n".join(f"factures: {sentence(one.code, one.data).en}" for one in told))
