"""One try to have one invoice booked, on its locked row: look up, book, compare, and keep what became of it."""

import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

import structlog

from services.accounting_sync.connectors.base import Booked, Connector, Rejected, Unavailable, Unknown
from services.accounting_sync.decision import Try
from services.accounting_sync.transfers import LockedTransfer, Transfer
from shared.contracts.commands import TransferInvoice
from shared.contracts.values import Reason

log = structlog.get_logger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Later:
    """Not settled: to be tried again; whoever gives up instead settles it as `state`."""

    state: Literal["failed", "uncertain"]
    reason: Reason


class Booking:
    """One try. `known` is the row as it was found, `wanted` the row as the command would have it."""

    def __init__(
        self,
        row: LockedTransfer,
        *,
        known: Transfer | None,
        wanted: Transfer,
        plan: Try,
        clock: Callable[[], dt.datetime],
    ) -> None:
        self._row = row
        self._known = known
        self._transfer = wanted
        self._plan = plan
        self._clock = clock

    async def run(self, connector: Connector | None, command: TransferInvoice) -> Transfer | Later:
        """The settled row, or why it has to wait.

        Raises:
            LogUnavailable, NotRecordable: the row could not be written.
        """
        if connector is None:
            message = f"no connector named {command.connector!r} is set up here"
            return await self._fail("unknown_connector", message)
        try:
            booked = await self._look_up(connector, command)
        except Rejected as error:
            return await self._fail(error.code, error.message)
        except Unavailable as error:
            return Later("uncertain" if self._plan.in_doubt else "failed", _reason("unavailable", error.why))
        if booked is not None:
            # The fingerprint of what may have been taken earlier is the row's, unless the software kept it.
            earlier = self._known.fingerprint if self._known and self._plan.in_doubt else None
            return await self._compare(booked, booked.fingerprint or earlier)
        return await self._book(connector, command)

    async def give_up(self, later: Later) -> Transfer:
        """Settle what can't wait any longer. Raises LogUnavailable."""
        return await self._settle(later.state, later.reason)

    async def _look_up(self, connector: Connector, command: TransferInvoice) -> Booked | None:
        if not self._plan.look_up:
            return None
        return await _ask(connector, connector.find(command.number, command.invoice_id), Unavailable)

    async def _book(self, connector: Connector, command: TransferInvoice) -> Transfer | Later:
        self._transfer = replace(self._transfer, state="sending", attempts=self._transfer.attempts + 1)
        await self._row.save(self._transfer)
        try:
            booked = await _ask(connector, connector.book(command), Unknown)
        except Rejected as error:
            return await self._fail(error.code, error.message)
        except Unavailable as error:
            # Certainly not taken, and nothing was there before: the next look-up is a precaution only.
            reason = _reason("unavailable", error.why)
            self._transfer = replace(self._transfer, state="none", reason=reason)
            await self._row.save(self._transfer)
            return Later("failed", reason)
        except Unknown as error:
            return Later("uncertain", _reason("no_answer", error.why))
        return await self._compare(booked, booked.fingerprint)

    async def _compare(self, booked: Booked, fingerprint: str | None) -> Transfer:
        ours = self._transfer
        if booked.total != ours.total:
            message = (
                f"{ours.number} was booked as {booked.external_id} with a total of {booked.total:.2f}"
                f" where ours is {ours.total:.2f}"
            )
            return await self._fail("total_differs", message, booked.external_id)
        if fingerprint not in (None, ours.fingerprint):
            message = f"{ours.number} was booked as {booked.external_id} with other content than this"
            return await self._fail("conflicting_repeat", message, booked.external_id)
        return await self._settle("transferred", None, booked.external_id)

    async def _fail(self, code: str, message: str, external_id: str | None = None) -> Transfer:
        return await self._settle("failed", _reason(code, message), external_id)

    async def _settle(
        self,
        state: Literal["transferred", "failed", "uncertain"],
        reason: Reason | None,
        external_id: str | None = None,
    ) -> Transfer:
        self._transfer = replace(
            self._transfer, state=state, reason=reason, external_id=external_id, settled_at=self._clock()
        )
        await self._row.save(self._transfer)
        return self._transfer


async def _ask(connector: Connector, call: Awaitable[T], otherwise: type[Unavailable | Unknown]) -> T:
    """Ask the software; an error that its connector did not foresee is raised as `otherwise`."""
    try:
        return await call
    except (Rejected, Unavailable, Unknown):
        raise
    except Exception as error:
        log.exception("connector failed", connector=connector.name)
        raise otherwise(f"{connector.name} failed: {type(error).__name__}") from error


def _reason(code: str, message: str) -> Reason:
    """A reason that can be kept: PostgreSQL has no NUL in its texts."""
    return Reason(code=code, message=message.replace("\0", " "))
