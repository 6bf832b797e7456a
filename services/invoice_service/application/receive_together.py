"""Receive several messages of production systems at once: each as if alone, in one transaction."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from services.invoice_service.application.context import Context
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.together import Expected, Unforeseen
from services.invoice_service.application.receive_message import apply_message
from shared.contracts.envelope import Envelope
from shared.contracts.production import ExtraChargeData, JobCompleted, JobData, JobUpdated


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message of production about a job, read."""

    context: Context
    envelope: Envelope
    message: JobCompleted | JobUpdated


async def receive_together(uow: UnitOfWork, arrived: Sequence[Arrived], *, queue: str) -> list[bool]:
    """Apply what goes without saying; says of each whether it was.

    The others did nothing, and are to be received alone: those that are known already, are to be parked, speak of a
    job that one before them speaks of, or ask for something rare.

    Raises:
        Exception: whatever one of them stumbles on as it is written; then nothing was done.
    """
    foreseen = await uow.together.foresee(_expected(arrived))
    applied, left = [], set[str]()
    for one in arrived:
        number = one.message.job.number
        # What speaks of a job comes after what spoke of it before.
        applied.append(number not in left and await _applied(foreseen.attempt, one, queue))
        if not applied[-1]:
            left.add(number)
    if any(applied):
        await foreseen.write()
    return applied


async def _applied(
    attempt: Callable[[], AbstractContextManager[UnitOfWork]], one: Arrived, queue: str
) -> bool:
    try:
        with attempt() as uow:
            await apply_message(uow, one.context, one.envelope, one.message, queue=queue)
    except Unforeseen:
        return False
    return True


def _expected(arrived: Iterable[Arrived]) -> Expected:
    jobs = [one.message.job for one in arrived]
    charges = [charge for job in jobs for charge in job.extra_charges or ()]
    named: tuple[JobData | ExtraChargeData, ...] = (*jobs, *charges)
    return Expected(
        identities=[(one.envelope.source, one.envelope.id) for one in arrived],
        jobs=sorted({job.number for job in jobs}),
        customers={job.customer for job in jobs},
        products={one.product for one in named if one.product},
        accounts={one.gl_account for one in named if one.gl_account},
        extra_charges={charge.code for charge in charges if charge.code},
    )
