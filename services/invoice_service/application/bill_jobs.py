"""Bill jobs of the work list: one pro forma for those that belong together, and of each job what came of it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from services.invoice_service.application.context import Context
from services.invoice_service.application.create_invoice import billed_lines, keep_new
from services.invoice_service.application.edit_me import caller_of
from services.invoice_service.application.outgoing import new_token
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.invoicing import DraftingRead, Needs
from services.invoice_service.application.ports.work_list import WaitingJob
from services.invoice_service.application.records import KeptAnswer
from services.invoice_service.domain.batch import BatchReason, reason_of
from services.invoice_service.domain.drafting import check_customer, check_job
from services.invoice_service.domain.editing import new_proforma, with_lines
from services.invoice_service.domain.errors import Refusal
from services.invoice_service.domain.job import Job
from shared.identifiers import new_id


@dataclass(frozen=True, slots=True)
class Billed:
    """What came of a job: the pro forma that it is on (`made`: for this), or why it is on none."""

    job: str
    invoice: str | None = None
    made: bool = False
    reason: BatchReason | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What came of all that was asked for at once. `left`: so many jobs were too many, and wait."""

    outcomes: tuple[Billed, ...]
    left: int


def together(jobs: Iterable[WaitingJob]) -> list[list[str]]:
    """Which of these jobs may stand on one pro forma: those of one customer, shipped to one place, in one currency.

    Not all of one payer: whom an invoice is sold to, and where it is shipped, decide its taxes.
    """
    groups: dict[tuple[str, str | None, str], list[str]] = {}
    for one in jobs:
        job = one.view.job
        groups.setdefault((job.customer, job.ship_to, one.currency), []).append(job.number)
    return list(groups.values())


def refused(job: str, refusal: Refusal) -> Billed:
    """That a job is on no pro forma, and why."""
    return Billed(job, reason=reason_of(refusal))


async def keep_told(uow: UnitOfWork, context: Context, key: str, told: Told) -> None:
    """Keep for a day what came of what was asked under this key; asked again, what came of it last."""
    body = json.dumps(asdict(told))
    await uow.idempotency.keep(caller_of(context), _told(key), key, KeptAnswer(200, body))


async def kept_told(uow: UnitOfWork, context: Context, key: str) -> Told | None:
    """What is kept of it; None when nothing was asked under this key, or too long ago."""
    kept = await uow.idempotency.kept(caller_of(context), [_told(key)])
    if not kept:
        return None
    plain = json.loads(kept[_told(key)].body)
    outcomes = tuple(
        Billed(
            one["job"], one["invoice"], one["made"], BatchReason.of(one["reason"]) if one["reason"] else None
        )
        for one in plain["outcomes"]
    )
    return Told(outcomes, plain["left"])


def _told(key: str) -> str:
    return f"work-list-told {key}"


async def bill_jobs(uow: UnitOfWork, context: Context, numbers: Sequence[str], key: str) -> list[Billed]:
    """Make one pro forma of what remains of these jobs, which belong together; a job that can't be billed is left out.

    Nothing is made of a job that stands on an open pro forma already: that one is told. Under the same `key` a job
    has the same answer again for a day, whatever became of its pro forma meanwhile.

    Raises:
        Invalid: unknown_reference: no such job.
        Conflict: customer_not_billable.
    """
    # Whoever asks the same at the same moment waits here until we have committed, and finds what we made.
    await uow.drafting.lock_jobs(numbers)
    keys = _Keys(uow, context, key)
    found = await keys.kept(numbers)
    proformas = await uow.work_list.proformas([number for number in numbers if number not in found])
    found |= {number: Billed(number, invoices[0]) for number, invoices in proformas.items()}
    rest = tuple(number for number in numbers if number not in found)
    if rest:
        found |= await _bill(uow, context, rest, keys)
    return [found[number] for number in numbers]


async def _bill(
    uow: UnitOfWork, context: Context, numbers: tuple[str, ...], keys: "_Keys"
) -> dict[str, Billed]:
    read = await uow.drafting.drafting(customer=None, payer=None, needs=Needs(jobs=numbers))
    check_customer(read.drafting.customer)
    check_customer(read.drafting.payer)
    found: dict[str, Billed] = {}
    jobs: list[Job] = []
    for number in numbers:
        try:
            check_job(read.drafting.jobs[number], read.drafting, force=False)
        except Refusal as refusal:
            found[number] = refused(number, refusal)
        else:
            jobs.append(read.drafting.jobs[number])
    if jobs:
        invoice = await _proforma(uow, context, jobs, read)
        for job in jobs:
            found[job.number] = Billed(job.number, invoice, made=True)
            await keys.keep(job.number, invoice)
    return found


async def _proforma(uow: UnitOfWork, context: Context, jobs: Sequence[Job], read: DraftingRead) -> str:
    empty = new_proforma(new_id(), new_token(), read.drafting, job=jobs[0], now=context.now)
    lines = tuple(line for job in jobs for line in billed_lines(job, read, empty, force=False))
    made = await keep_new(uow, context, with_lines(empty, lines, read.drafting), read)
    return made.invoice.number


class _Keys:
    """What was answered under a key, by job."""

    def __init__(self, uow: UnitOfWork, context: Context, key: str) -> None:
        self._idempotency = uow.idempotency
        self._caller = caller_of(context)
        self._key = key

    async def kept(self, jobs: Sequence[str]) -> dict[str, Billed]:
        kept = await self._idempotency.kept(self._caller, [self._of(job) for job in jobs])
        return {job: Billed(job, kept[key].body, made=True) for job in jobs if (key := self._of(job)) in kept}

    async def keep(self, job: str, invoice: str) -> None:
        await self._idempotency.keep(self._caller, self._of(job), job, KeptAnswer(201, invoice))

    def _of(self, job: str) -> str:
        return f"work-list {self._key} {job}"
