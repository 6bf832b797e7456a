"""Replay a parked message: a person has mended what it was parked for. Safe to repeat."""

import uuid

from pydantic import ValidationError

from services.invoice_service.application.context import Context
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.receive_message import Received, receive
from services.invoice_service.domain.errors import Conflict
from shared.bus import topology
from shared.contracts.envelope import Envelope
from shared.contracts.registry import UnknownMessageType, parse
from shared.identifiers import new_id

_LANES = {"commands.email.send.v1": "email", "commands.accounting.transfer.v1": "transfer"}


async def replay(uow: UnitOfWork, context: Context, parked_id: uuid.UUID) -> Received:
    """Apply a production message again, or put any other one back on its way.

    A message that still can't be applied stays parked.

    Raises:
        NotFound: no such parked message.
        Conflict: not_replayable: its body is not a message, or none that we know.
    """
    row = await uow.parked.get(parked_id)
    try:
        envelope = Envelope.decode(row["body"].encode())
        parse(envelope.type, envelope.data)
    except (ValidationError, UnknownMessageType):
        raise Conflict("not_replayable") from None
    await uow.audit.append(context, "replayed", "parked_message", envelope.id)
    if row["queue"] != topology.PRODUCTION:
        await uow.parked.put_back(
            {
                "id": new_id(),
                "type": envelope.type,
                "lane": _LANES.get(envelope.type, "normal"),
                "body": row["body"],
            }
        )
        await uow.parked.discard(parked_id)
        return Received("applied")
    try:
        received = await receive(uow, context, envelope, queue=row["queue"])
    except UnknownMessageType:
        raise Conflict("not_replayable") from None
    if received.parked != parked_id:
        # Applied, or parked for another reason in an entry of its own.
        await uow.parked.discard(parked_id)
    return received
