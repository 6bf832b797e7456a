"""The results that the service publishes. Pure.

The same command answered again with the same outcome is the same message: same id, same data.
"""

import datetime as dt
import uuid

from services.accounting_sync.transfers import Transfer
from shared.contracts.commands import TransferInvoice
from shared.contracts.envelope import Envelope, caused_by
from shared.contracts.results import InvoiceTransferFailed, InvoiceTransferred, InvoiceTransferUncertain
from shared.contracts.values import Reason

SOURCE = "urn:factures:accounting_sync"
TRANSFERRED = "results.accounting.transferred.v1"
FAILED = "results.accounting.transfer_failed.v1"
UNCERTAIN = "results.accounting.uncertain.v1"

_NAMESPACE = uuid.UUID("6f2b8f6e-6b0c-5c0e-9a53-5d1c6f1f7a10")


def command_id(envelope: Envelope) -> uuid.UUID:
    """The identity of a command, as one id."""
    return uuid.uuid5(_NAMESPACE, f"{envelope.source}\n{envelope.id}")


def answer(parent: Envelope, command: TransferInvoice, transfer: Transfer) -> Envelope:
    """The result that tells of a settled transfer."""
    if transfer.settled_at is None:
        raise ValueError(f"invoice {transfer.invoice_id} is not settled but {transfer.state}")
    if transfer.reason is not None:
        shape = InvoiceTransferUncertain if transfer.state == "uncertain" else InvoiceTransferFailed
        return _refusal(parent, command, shape, transfer.reason, transfer.settled_at)
    result = InvoiceTransferred(
        invoice_id=command.invoice_id,
        attempt=command.attempt,
        connector=transfer.connector,
        external_id=transfer.external_id or "",
        total=transfer.total,
        at=transfer.settled_at,
    )
    return _caused_by(parent, TRANSFERRED, result)


def conflict(parent: Envelope, command: TransferInvoice, transferred: Transfer) -> Envelope:
    """The result that tells that the invoice is transferred already, with other content."""
    message = (
        f"{transferred.number} was transferred as {transferred.external_id}, with other content than this"
    )
    reason = Reason(code="conflicting_repeat", message=message)
    return _refusal(parent, command, InvoiceTransferFailed, reason, transferred.settled_at or parent.time)


def log_lost(parent: Envelope, command: TransferInvoice) -> Envelope:
    """The result when even the log can't be asked; built from the command alone, so that a repeat is equal."""
    reason = Reason(code="transfer_log_unavailable", message="the transfer log could not be used")
    return _refusal(parent, command, InvoiceTransferUncertain, reason, parent.time)


def _refusal(
    parent: Envelope,
    command: TransferInvoice,
    shape: type[InvoiceTransferFailed | InvoiceTransferUncertain],
    reason: Reason,
    at: dt.datetime,
) -> Envelope:
    result = shape(
        invoice_id=command.invoice_id,
        attempt=command.attempt,
        connector=command.connector,
        reason=reason,
        at=at,
    )
    return _caused_by(parent, FAILED if shape is InvoiceTransferFailed else UNCERTAIN, result)


def _caused_by(
    parent: Envelope, type_: str, data: InvoiceTransferred | InvoiceTransferFailed | InvoiceTransferUncertain
) -> Envelope:
    message_id = str(uuid.uuid5(command_id(parent), type_))
    return caused_by(parent, message_id=message_id, source=SOURCE, type_=type_, data=data)
