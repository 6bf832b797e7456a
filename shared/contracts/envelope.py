"""The envelope of every message: CloudEvents 1.0, structured JSON.

`(source, id)` is a message's identity. A repeat is the same identity with the same `fingerprint`; another
body under a known identity is a conflict, and is never applied.
"""

import datetime as dt
import hashlib
import json
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field
from pydantic_core import PydanticKnownError

from shared.contracts.values import Wire

CONTENT_TYPE = "application/cloudevents+json"

# CloudEvents forbids control characters in attributes; no database text could hold the first of them either.
_Attribute = Annotated[str, Field(max_length=255, pattern="^[^\\u0000-\\u001f\\u007f-\\u009f]*$")]
_Identity = Annotated[_Attribute, Field(min_length=1)]


def _in_utc(time: dt.datetime) -> dt.datetime:
    try:
        return time.astimezone(dt.UTC)
    except OverflowError:
        raise PydanticKnownError("datetime_parsing", {"error": "its year is out of range"}) from None


class Envelope(Wire):
    """One message on the wire. Times are UTC."""

    # Written as it was read: NaN is no JSON, but a message that holds it where nobody looks keeps its fingerprint.
    model_config = ConfigDict(ser_json_inf_nan="constants")

    specversion: Literal["1.0"] = Field(default="1.0", description="version of CloudEvents")
    id: _Identity = Field(
        description="with `source` the identity of the message: the same in every repeat, and of no other"
    )
    source: _Identity = Field(description="URI of who says it, such as urn:mis:plant-1")
    type: _Identity = Field(description="what is said: exchange, routing key and version")
    subject: _Attribute | None = Field(default=None, description="what it is about, such as a job's number")
    time: Annotated[AwareDatetime, Field(strict=True), AfterValidator(_in_utc)] = Field(
        description="when it happened: RFC 3339 with a zone"
    )
    data: dict[str, Any] = Field(description="the message itself, by `type`")
    correlationid: _Attribute | None = Field(
        default=None, description="id that all messages of one story share; absent: the story begins here"
    )
    causationid: _Attribute | None = Field(
        default=None, description="id of the message that this one follows from"
    )
    traceparent: _Attribute | None = Field(default=None, description="W3C trace context; passed on as it is")

    def fingerprint(self) -> str:
        """SHA-256 (hex) of what makes two deliveries the same message: type, subject and data."""
        canonical = json.dumps(
            [self.type, self.subject, self.data], sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        return hashlib.sha256(canonical.encode()).hexdigest()

    def encode(self) -> bytes:
        """The JSON text, UTF-8; absent attributes are left out."""
        return self.model_dump_json(exclude_none=True).encode()

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """The envelope in `body`.

        Raises:
            pydantic.ValidationError: it is not JSON, or not a CloudEvent of version 1.0.
        """
        return cls.model_validate_json(body)


def caused_by(parent: Envelope, *, message_id: str, source: str, type_: str, data: Wire) -> Envelope:
    """A message that answers `parent`: same correlation, parent as cause, same subject."""
    return Envelope(
        id=message_id,
        source=source,
        type=type_,
        subject=parent.subject,
        time=dt.datetime.now(dt.UTC),
        data=data.model_dump(mode="json"),
        correlationid=parent.correlationid or parent.id,
        causationid=parent.id,
        traceparent=parent.traceparent,
    )
