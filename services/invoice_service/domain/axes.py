"""Rendering, delivery and transfer: axes of their own, apart from what the document says."""

import dataclasses
import datetime as dt
from dataclasses import dataclass, field
from typing import Literal

AxisState = Literal["none", "pending", "succeeded", "failed", "uncertain"]


@dataclass(frozen=True, slots=True)
class AxisReason:
    """Why an axis stands where it stands: a stable code, and what the other side said."""

    code: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class Axis:
    """Where one axis stands, why, and since when (UTC)."""

    state: AxisState = "none"
    reason: AxisReason | None = None
    at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A rendered document: its key in the store, SHA-256 (hex), size in bytes."""

    key: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Axes:
    """The three axes of an invoice.

    `rendering_version` is the version asked for, `rendering_source` what it was to say (`snapshot.digest_of`);
    `transfer_attempt` counts the commands sent.
    """

    rendering: Axis = field(default_factory=Axis)
    rendering_version: int | None = None
    rendering_source: str | None = None
    delivery: Axis = field(default_factory=Axis)
    transfer: Axis = field(default_factory=Axis)
    transfer_attempt: int = 0
    transfer_connector: str | None = None
    transfer_external_id: str | None = None
    transfer_manual: bool = False

    def of_version(self, version: int) -> "Axes":
        """The axes of a version: what became of the document of another one says nothing of it."""
        if self.rendering_version == version:
            return self
        return dataclasses.replace(self, rendering=Axis())

    def waiting_for(self, *, connector_paused: bool, outbound_off: bool) -> "Axes":
        """The axes with what a pending transfer or delivery waits for now, whenever the switch was turned."""
        return dataclasses.replace(
            self,
            transfer=_waiting(self.transfer, "connector_paused", held=connector_paused),
            delivery=_waiting(self.delivery, "outbound_off", held=outbound_off),
        )


def _waiting(axis: Axis, code: str, *, held: bool) -> Axis:
    if axis.state != "pending":
        return axis
    return dataclasses.replace(axis, reason=AxisReason(code) if held else None)
