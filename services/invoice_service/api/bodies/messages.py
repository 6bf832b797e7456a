"""The HTTP twin of `job.completed`. As on the bus, unknown fields are ignored."""

from typing import Literal

from pydantic import BaseModel

from shared.contracts.envelope import Envelope


class Completion(Envelope):
    """A CloudEvent `production.job.completed.v1`."""


class ReplayedShown(BaseModel):
    """What became of a message: the pro forma that was prepared, or where it is parked and why."""

    outcome: Literal["applied", "duplicate", "superseded", "parked"]
    invoice: str | None
    parked: str | None
    reason: str | None


class ReceivedShown(ReplayedShown):
    """The same, with the id of the message."""

    id: str
