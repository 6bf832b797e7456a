"""Books an invoice when it is told to: once, whatever is delivered, repeated or interrupted.

The order is what makes it safe: `sending` is committed, then the software is asked, then the outcome is
committed, then it is published, then the command is acknowledged. A crash anywhere leads back to a look-up.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal

import structlog

from services.accounting_sync import answers
from services.accounting_sync.booking import Booking, Later
from services.accounting_sync.connectors.base import Connector
from services.accounting_sync.decision import Conflict, Repeat, Superseded, Try, decide
from services.accounting_sync.fingerprint import fingerprint_of
from services.accounting_sync.transfers import (
    LockedTransfer,
    LogUnavailable,
    NotRecordable,
    Transfer,
    TransferLog,
)
from shared.bus.outcome import Ack, DeadLetter, Outcome, Retry
from shared.bus.port import Bus, Delivery, PublishError
from shared.contracts.commands import TransferInvoice
from shared.contracts.envelope import Envelope
from shared.contracts.reading import Unreadable, read
from shared.observability.logging import log_context

log = structlog.get_logger(__name__)

_CENT = Decimal("0.01")


def utc_now() -> dt.datetime:
    """The time of the machine's clock."""
    return dt.datetime.now(dt.UTC)


class TransferHandler:
    """Handles `commands.accounting.transfer`. `attempts`: the delivery on which it gives up, and says so."""

    def __init__(
        self,
        transfers: TransferLog,
        connectors: Mapping[str, Connector],
        bus: Bus,
        *,
        attempts: int,
        clock: Callable[[], dt.datetime] = utc_now,
    ) -> None:
        self._transfers = transfers
        self._connectors = connectors
        self._bus = bus
        self._attempts = attempts
        self._clock = clock

    async def __call__(self, delivery: Delivery) -> Outcome:
        """Have the invoice of the command booked, and publish what became of it."""
        envelope = delivery.envelope
        try:
            command = read(envelope, TransferInvoice)
        except Unreadable as error:
            return DeadLetter(str(error))
        with log_context(
            message_id=envelope.id, correlation_id=envelope.correlationid, invoice_id=command.invoice_id
        ):
            return await self._handle(delivery, command)

    async def _handle(self, delivery: Delivery, command: TransferInvoice) -> Outcome:
        try:
            async with self._transfers.locked(command.invoice_id) as row:
                outcome = await self._act(delivery, command, row)
        except NotRecordable as error:
            return DeadLetter(str(error))
        except LogUnavailable as error:
            log.warning("transfer log unavailable", why=str(error))
            if delivery.attempt < self._attempts:
                return Retry(str(error))
            outcome = answers.log_lost(delivery.envelope, command)
        return await self._published(outcome) if isinstance(outcome, Envelope) else outcome

    async def _act(
        self, delivery: Delivery, command: TransferInvoice, row: LockedTransfer
    ) -> Outcome | Envelope:
        """Do what the command asks for: the result to publish, or the outcome when there is none."""
        known = await row.read()
        wanted = _wanted(delivery.envelope, command, known)
        decision = decide(known, wanted, delivery_attempt=delivery.attempt)
        match decision:
            case Repeat(transfer):
                return answers.answer(delivery.envelope, command, transfer)
            case Conflict(transfer):
                return answers.conflict(delivery.envelope, command, transfer)
            case Superseded(by_attempt):
                log.info("superseded by a newer command", by_attempt=by_attempt)
                return Ack()
            case Try():
                booking = Booking(row, known=known, wanted=wanted, plan=decision, clock=self._clock)
                ended = await booking.run(self._connectors.get(command.connector), command)
                if isinstance(ended, Later):
                    if delivery.attempt < self._attempts:
                        return Retry(ended.reason.message)
                    ended = await booking.give_up(ended)
                log.info("transfer settled", state=ended.state, reason=ended.reason and ended.reason.code)
                return answers.answer(delivery.envelope, command, ended)

    async def _published(self, result: Envelope) -> Outcome:
        try:
            await self._bus.publish(result)
        except PublishError as error:
            return Retry(f"the outcome is kept, and its result was not published: {error}")
        return Ack()


def _wanted(envelope: Envelope, command: TransferInvoice, known: Transfer | None) -> Transfer:
    return Transfer(
        invoice_id=command.invoice_id,
        number=command.number,
        connector=command.connector,
        state="none",
        command_id=answers.command_id(envelope),
        fingerprint=fingerprint_of(command),
        attempt=command.attempt,
        attempts=known.attempts if known else 0,
        total=command.total.quantize(_CENT),
    )
