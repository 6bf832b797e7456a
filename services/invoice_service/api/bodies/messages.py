"""The HTTP twin of `job.completed`. As on the bus, unknown fields are ignored."""

from pydantic import BaseModel

from shared.contracts.envelope import Envelope


class Completion(Envelope):
    """A CloudEvent `production.job.completed.v1`."""


class ReceivedShown(BaseModel):
    """What became of it."""

    id: str
    outcome: str
    invoice: str | None
    parked: str | None
    reason: str | None
