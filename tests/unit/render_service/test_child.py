"""What a rendering process answers when no PDF comes out. (That it dies, and how, is seen from outside.)"""

import pytest
from weasyprint.urls import FatalURLFetchingError

from services.render_service.engine import child, frames
from services.render_service.engine.frames import Kind
from services.render_service.engine.pdf import PdfMaker
from services.render_service.errors import Unprintable
from services.render_service.own_forms import OwnForm
from shared.contracts.values import DocumentSnapshot
from tests.unit.render_service.snapshots import plain

JOB = frames.pack_job(frames.Job(plain().model_dump_json().encode(), b"a logo"))


class Maker(PdfMaker):
    """Raises, or returns a PDF."""

    pages = 2

    def __init__(self, error: BaseException | None = None) -> None:
        self._error = error

    def make(self, snapshot: DocumentSnapshot, logo: bytes | None, form: OwnForm | None = None) -> bytes:
        if self._error is not None:
            raise self._error
        return b"%PDF of " + snapshot.number.encode() + b" with " + (logo or b"none")


def _reason(maker: Maker, job: bytes = JOB) -> tuple[str, str]:
    kind, payload = child._answer(maker, job)
    assert kind is Kind.UNPRINTABLE
    return frames.unpack_reason(payload)


def test_a_pdf() -> None:
    kind, payload = child._answer(Maker(), JOB)

    assert kind is Kind.PDF
    assert frames.unpack_pdf(payload) == (2, b"%PDF of 00004 with a logo")


def test_a_snapshot_that_cannot_be_printed() -> None:
    assert _reason(Maker(Unprintable("bad_logo", "why"))) == ("bad_logo", "why")


@pytest.mark.parametrize(
    "error", [ValueError("a flaw"), FatalURLFetchingError("a flaw"), RecursionError("a flaw")]
)
def test_an_error_of_a_library_is_the_documents_end_only(error: BaseException) -> None:
    assert _reason(Maker(error)) == ("render_failed", f"{type(error).__name__}: a flaw")


def test_a_job_that_is_no_snapshot() -> None:
    code, message = _reason(Maker(), frames.pack_job(frames.Job(b'{"number": "secret"}')))

    assert code == "render_failed"
    assert "errors" in message
    assert "secret" not in message


def test_a_message_is_never_long() -> None:
    assert len(_reason(Maker(ValueError("x" * 10_000)))[1]) == 500


@pytest.mark.parametrize("error", [MemoryError(), SystemExit(1), KeyboardInterrupt()])
def test_what_ends_the_process(error: BaseException) -> None:
    with pytest.raises(type(error)):
        child._answer(Maker(error), JOB)
