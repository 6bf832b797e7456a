"""A rendering process: reads jobs from its standard input, writes PDFs to its standard output.

Started by `process`, with the parent's process id and the limits as arguments. It ends when its input ends, when its
parent dies, or when it goes beyond a limit; it never outlives the document that broke it.
"""

import gc
import os
import signal
import sys
from typing import BinaryIO

from pydantic import ValidationError

from services.render_service.engine import frames, limits
from services.render_service.engine.frames import Kind
from services.render_service.engine.pdf import PdfMaker
from services.render_service.errors import Unprintable
from shared.contracts.values import DocumentSnapshot

_MAX_MESSAGE = 500
_MUCH_GARBAGE = 200_000  # objects: those of some forty lines


def main(arguments: list[str]) -> None:
    """Render until the input ends."""
    parent, *rest = arguments
    limits.die_with(int(parent))
    # The service decides when a child ends: a signal to the whole group must not kill a document under way.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    own = limits.Limits.from_arguments(rest)
    limits.confine(own)
    jobs, answers = _take_streams()
    maker = PdfMaker()
    # A document's boxes all live until it is written: looking for garbage among them, again and again, is a sixth of
    # the time of a long one, and finds nothing.
    gc.freeze()
    gc.disable()
    _send(answers, Kind.READY)
    while (frame := frames.read(jobs)) is not None:
        limits.grant_cpu(own.cpu_seconds)
        _send(answers, *_answer(maker, frame[1]))
        if gc.get_count()[0] > _MUCH_GARBAGE:
            gc.collect()


def _take_streams() -> tuple[BinaryIO, BinaryIO]:
    """The pipes to the parent. Whatever a library prints goes to standard error, not between two frames."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return sys.stdin.buffer, answers


def _send(answers: BinaryIO, kind: Kind, payload: bytes = b"") -> None:
    answers.write(frames.pack(kind, payload))
    answers.flush()


def _answer(maker: PdfMaker, job: bytes) -> tuple[Kind, bytes]:
    try:
        unpacked = frames.unpack_job(job)
        snapshot = DocumentSnapshot.model_validate_json(unpacked.snapshot)
        pdf = maker.make(snapshot, unpacked.logo, unpacked.form)
        return Kind.PDF, frames.pack_pdf(maker.pages, pdf)
    except Unprintable as error:
        return _unprintable(error.code, error.message)
    except (MemoryError, KeyboardInterrupt, SystemExit):
        raise
    except ValidationError as error:
        return _unprintable("render_failed", f"the snapshot is not one: {error.error_count()} errors")
    except BaseException as error:  # noqa: BLE001 - WeasyPrint's FatalURLFetchingError is a BaseException
        return _unprintable("render_failed", f"{type(error).__name__}: {error}")


def _unprintable(code: str, message: str) -> tuple[Kind, bytes]:
    return Kind.UNPRINTABLE, frames.pack_reason(code, message[:_MAX_MESSAGE])


if __name__ == "__main__":
    main(sys.argv[1:])
