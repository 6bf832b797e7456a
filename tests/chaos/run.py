"""One run: a deployment, a load, a fire, quiet, and the books."""

import asyncio
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.chaos.closing import quiet, read_books
from tests.chaos.fire import Fire, flammable
from tests.chaos.journal import CountingClient, Journal
from tests.chaos.load import Clerk, counting_client
from tests.chaos.plan import Fault, planned
from tests.chaos.pulse import Beat, pulse, recovery
from tests.chaos.verdict import Verdict, findings
from tests.support.deployment import Deployment
from tests.support.postgres import running_postgres
from tests.support.rabbitmq import running_broker

_SLOWEST = 8

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Run:
    """`seconds` of faults under load. `patience`: for so long anything may take to come back afterwards."""

    seed: int
    seconds: float
    gap: float = 2.5
    clients: int = 16
    patience: float = 60


async def run(wanted: Run, folder: Path, say: Say) -> Verdict:
    """Do it. `folder` is empty, and holds logs, mails, ledger and documents afterwards."""
    plan = planned(wanted.seed, wanted.seconds, gap=wanted.gap)
    say(f"seed {wanted.seed}: {len(plan)} faults in {wanted.seconds:g} s")
    for fault in plan:
        say(str(fault))
    with running_broker() as broker:
        async with running_postgres() as postgres:
            try:
                async with flammable(folder, postgres, broker) as (factures, proxies):
                    verdict = await _judged(wanted, plan, factures, Fire(factures, proxies), say)
            finally:
                _keep_logs_of(broker.logs, folder)
    for finding in verdict.findings:
        say(finding)
    return verdict


async def _judged(wanted: Run, plan: Sequence[Fault], factures: Deployment, fire: Fire, say: Say) -> Verdict:
    journal = Journal()
    # A request may meet one fault after the other: its client outlasts them all.
    endurance = wanted.seconds + wanted.patience
    async with (
        counting_client(fire.address, factures.admin_key, journal, patience=endurance) as shop,
        pulse(lambda: factures.postgres.admin_dsn("invoice")) as beats,
        fire.keeping_up(),
    ):
        await shop.open_shop()
        say("on fire")
        over = await _under_load(wanted, plan, shop, factures, fire, say)
        requests = journal.requests.copy()
        left = await quiet(factures, shop, until=over + wanted.patience)
        quiet_seconds = time.monotonic() - over
        say(f"quiet after {quiet_seconds:.1f} s")
        if quiet_seconds > wanted.patience:
            journal.complaints.append(f"not quiet within {wanted.patience:g} s of the last fault")
        books = await read_books(factures, shop, left)
    recoveries = _recoveries(fire, beats)
    for fault, seconds in recoveries[:_SLOWEST]:
        say(f"{fault}: work of every kind got done again after {seconds:.1f} s")
    emails = [email for history in books.emails.values() for email in history]
    return Verdict(
        seed=wanted.seed,
        seconds=wanted.seconds,
        faults=plan,
        findings=findings(books, journal),
        requests=requests,
        recoveries=[seconds for _, seconds in recoveries],
        quiet_seconds=quiet_seconds,
        finals=sum(bool(invoice["final_number"]) for invoice in books.invoices),
        mails=len(emails),
        duplicates=sum(books.mails[email["message_id"]] > 1 for email in emails),
        exits=fire.exits,
        cuts=fire.cuts,
    )


def _recoveries(fire: Fire, beats: Sequence[Beat]) -> list[tuple[Fault, float]]:
    """After how many seconds each fault was recovered from, of those of which that can be said; slowest first."""
    all_ = [(fault, recovery(beats, moment)) for fault, moment in fire.over]
    known = [(fault, seconds) for fault, seconds in all_ if seconds is not None]
    return sorted(known, key=lambda one: one[1], reverse=True)


async def _under_load(
    wanted: Run, plan: Sequence[Fault], shop: CountingClient, factures: Deployment, fire: Fire, say: Say
) -> float:
    """All clients work while the plan is carried out, and end what they began. When the fire was out."""
    stopping = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for number in range(1, wanted.clients + 1):
            group.create_task(Clerk(number, wanted.seed, shop, factures, stopping).work())
        await fire.burn(plan, say)
        stopping.set()
        over = time.monotonic()
        say("the fire is out")
    say(f"the clients ended after {time.monotonic() - over:.1f} s")
    return over


def _keep_logs_of(logs: Path, folder: Path) -> None:
    shutil.copytree(logs, folder / "rabbitmq-log", dirs_exist_ok=True)
