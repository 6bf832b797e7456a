"""What passes between the service and a rendering process: a kind, a length, the bytes.

No pickle: a child that a document has taken over can answer with bytes, and with nothing else.
"""

import json
import struct
from enum import IntEnum
from typing import BinaryIO

HEADER = struct.Struct(">BI")
_LENGTH = struct.Struct(">I")
MAX_BYTES = 64 * 1_048_576


class Kind(IntEnum):
    """What a frame is."""

    READY = 0  # child: I can render
    JOB = 1  # parent: what to render, `pack_job`
    PDF = 2  # child: its PDF
    UNPRINTABLE = 3  # child: why there is none, `pack_reason`


class BrokenFrame(Exception):
    """The other side does not speak this language."""


def pack(kind: Kind, payload: bytes = b"") -> bytes:
    """A frame's bytes."""
    return HEADER.pack(kind, len(payload)) + payload


def unpack_header(header: bytes) -> tuple[Kind, int]:
    """Kind and length of the payload that follows.

    Raises:
        BrokenFrame: no such kind, or too long.
    """
    number, length = HEADER.unpack(header)
    if length > MAX_BYTES:
        raise BrokenFrame(f"a frame of {length} bytes")
    try:
        return Kind(number), length
    except ValueError:
        raise BrokenFrame(f"a frame of kind {number}") from None


def read(stream: BinaryIO) -> tuple[Kind, bytes] | None:
    """The next frame of a blocking stream; None when it ended.

    Raises:
        BrokenFrame: it ended inside a frame, or is none.
    """
    header = stream.read(HEADER.size)
    if not header:
        return None
    if len(header) < HEADER.size:
        raise BrokenFrame("the stream ended inside a header")
    kind, length = unpack_header(header)
    payload = stream.read(length)
    if len(payload) < length:
        raise BrokenFrame("the stream ended inside a frame")
    return kind, payload


def pack_job(snapshot: bytes, logo: bytes | None) -> bytes:
    """A snapshot (JSON) and the bytes of its logo, as a payload. No logo and an empty one are the same."""
    return _LENGTH.pack(len(snapshot)) + snapshot + (logo or b"")


def unpack_job(payload: bytes) -> tuple[bytes, bytes | None]:
    """Back from `pack_job`.

    Raises:
        BrokenFrame: it is no such payload.
    """
    end = _LENGTH.size
    if len(payload) >= end:
        end += _LENGTH.unpack_from(payload)[0]
    if len(payload) < end:
        raise BrokenFrame("a job that is none")
    return payload[_LENGTH.size : end], payload[end:] or None


def pack_reason(code: str, message: str) -> bytes:
    """Why a snapshot can't be printed, as a payload."""
    return json.dumps([code, message]).encode()


def unpack_reason(payload: bytes) -> tuple[str, str]:
    """Back from `pack_reason`.

    Raises:
        BrokenFrame: it is no such payload.
    """
    try:
        code, message = json.loads(payload)
    except (TypeError, ValueError) as error:
        raise BrokenFrame("a reason that is none") from error
    return str(code), str(message)
