"""The HTTP twin of `job.completed`. As on the bus, unknown fields are ignored."""

import datetime as dt
import uuid
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from services.invoice_service.api.bodies.fields import Shown, example
from shared.contracts.envelope import Envelope
from shared.contracts.production import JobCompleted
from shared.contracts.values import Reason

COMPLETED = "production.job.completed.v1"


class _Told:
    """What stands in a message of this type: told here, validated by its own contract."""

    @classmethod
    def __get_pydantic_json_schema__(
        cls, _schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return handler(JobCompleted.__pydantic_core_schema__)


class Completion(Envelope):
    """A CloudEvent `production.job.completed.v1`."""

    model_config = example(
        {
            "specversion": "1.0",
            "id": "mis-88213",
            "source": "urn:mis:plant-1",
            "type": COMPLETED,
            "subject": "D-0024",
            "time": "2025-07-18T14:03:11Z",
            "data": {
                "job": {
                    "number": "D-0024",
                    "customer": "C-0153",
                    "title": "Encarts 8,5 x 11, quatre couleurs",
                    "ordered_quantity": "1000",
                    "produced_quantity": "1000",
                    "total_price": "15812.65",
                    "currency": "CAD",
                    "po_number": "BC-7781",
                    "gl_account": "4444",
                    "status": "production_complete",
                }
            },
        }
    )

    type: Annotated[str, Field(min_length=1, max_length=255, json_schema_extra={"const": COMPLETED})]
    data: Annotated[dict[str, Any], _Told]


class ReplayedShown(BaseModel):
    """What became of a message: the pro forma that was prepared, or where it is parked and why."""

    outcome: Literal["applied", "duplicate", "superseded", "parked"]
    invoice: str | None = Field(description="number of the pro forma that was prepared")
    parked: str | None = Field(description="id in /parked-messages")
    reason: str | None = Field(description="why it is parked: a code")


class ReceivedShown(ReplayedShown):
    """The same, with the id of the message."""

    id: str


class MessageShown(Shown):
    """What a parked message says of itself, as far as it could be read."""

    source: str | None
    id: str | None
    type: str | None
    subject: str | None
    time: dt.datetime | None


class ParkedShown(Shown):
    """A message that waits for a person."""

    id: uuid.UUID
    kind: Literal["unknown_reference", "quarantined", "dead"]
    reason: Reason
    message: MessageShown
    body: str = Field(description="as it came")
    queue: str
    attempts: int
    received_at: dt.datetime
