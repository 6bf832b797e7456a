"""What passes between the service and a rendering process: a kind, a length, the bytes.

No pickle: a child that a document has taken over can answer with bytes, and with nothing else.
"""

import json
import struct
from dataclasses import dataclass
from enum import IntEnum
from itertools import accumulate, pairwise
from typing import BinaryIO

from services.render_service.own_forms import OwnForm

HEADER = struct.Struct(">BI")
_LENGTH = struct.Struct(">I")
MAX_BYTES = 64 * 1_048_576


class Kind(IntEnum):
    """What a frame is."""

    READY = 0  # child: I can render
    JOB = 1  # parent: what to render, `pack_job`
    PDF = 2  # child: its PDF, `pack_pdf`
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


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be rendered: a snapshot (JSON), the bytes of its logo, and the shop's own form, if it has one."""

    snapshot: bytes
    logo: bytes | None = None
    form: OwnForm | None = None


def pack_job(job: Job) -> bytes:
    """A job as a payload. No logo and an empty one are the same."""
    parts = [job.snapshot, job.logo or b""]
    names: list[str] = []
    if job.form is not None:
        names = [job.form.name, *job.form.files]
        parts += job.form.files.values()
    head = json.dumps([names, [len(part) for part in parts]]).encode()
    return b"".join((_LENGTH.pack(len(head)), head, *parts))


def unpack_job(payload: bytes) -> Job:
    """Back from `pack_job`.

    Raises:
        BrokenFrame: it is no such payload.
    """
    try:
        start = _LENGTH.size + _LENGTH.unpack_from(payload)[0]
        names, lengths = json.loads(payload[_LENGTH.size : start])
        ends = [start, *(start + end for end in accumulate(lengths))]
        snapshot, logo, *contents = [payload[begin:end] for begin, end in pairwise(ends)]
        form = OwnForm(names[0], dict(zip(names[1:], contents, strict=True))) if names else None
    except (struct.error, ValueError, TypeError) as error:
        raise BrokenFrame("a job that is none") from error
    if ends[-1] != len(payload):
        raise BrokenFrame("a job that is not whole")
    return Job(snapshot, logo or None, form)


def pack_pdf(pages: int, pdf: bytes) -> bytes:
    """A PDF and how many pages it has, as a payload."""
    return _LENGTH.pack(pages) + pdf


def unpack_pdf(payload: bytes) -> tuple[int, bytes]:
    """Back from `pack_pdf`.

    Raises:
        BrokenFrame: it is no such payload.
    """
    try:
        (pages,) = _LENGTH.unpack_from(payload)
    except struct.error as error:
        raise BrokenFrame("a PDF that is none") from error
    return pages, payload[_LENGTH.size :]


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
