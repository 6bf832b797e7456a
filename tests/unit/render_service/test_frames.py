import io

import pytest

from services.render_service.engine import frames
from services.render_service.engine.frames import BrokenFrame, Job, Kind
from services.render_service.own_forms import OwnForm


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("payload", [b"", b"x", b"%PDF" * 1000])
def test_a_frame_comes_back_as_it_went(kind: Kind, payload: bytes) -> None:
    stream = io.BytesIO(frames.pack(kind, payload) * 2)

    assert frames.read(stream) == (kind, payload)
    assert frames.read(stream) == (kind, payload)
    assert frames.read(stream) is None


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\x02", "inside a header"),
        (frames.pack(Kind.PDF, b"abc")[:-1], "inside a frame"),
        (b"\x09\0\0\0\0", "kind 9"),
        (frames.HEADER.pack(Kind.PDF, frames.MAX_BYTES + 1), f"{frames.MAX_BYTES + 1} bytes"),
        (b"Traceback (most", "bytes|kind"),
    ],
)
def test_what_is_no_frame(content: bytes, why: str) -> None:
    with pytest.raises(BrokenFrame, match=why):
        frames.read(io.BytesIO(content))


@pytest.mark.parametrize("snapshot", [b"", b"{}", b"{}" * 1000])
@pytest.mark.parametrize("logo", [None, b"x", b"\x89PNG" * 1000])
@pytest.mark.parametrize(
    "form", [None, OwnForm("ours", {}), OwnForm("ours", {"invoice.html": b"", "é/logo.png": b"\x89PNG\0"})]
)
def test_a_job_comes_back_as_it_went(snapshot: bytes, logo: bytes | None, form: OwnForm | None) -> None:
    job = Job(snapshot, logo, form)

    assert frames.unpack_job(frames.pack_job(job)) == job


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\0\0\0",
        frames.pack_job(Job(b"abc"))[:-1],
        frames.pack_job(Job(b"abc")) + b"d",
        b'{"number": 1}',
        b"\0\0\0\x02[]",
        b"\0\0\0\x0a[[], [-1]]",
        b'\0\0\0\x12[["a"], ["b", 1]]',
    ],
)
def test_what_is_no_job(payload: bytes) -> None:
    with pytest.raises(BrokenFrame):
        frames.unpack_job(payload)


def test_a_reason_comes_back_as_it_went() -> None:
    assert frames.unpack_reason(frames.pack_reason("bad_logo", "un « é »")) == ("bad_logo", "un « é »")


@pytest.mark.parametrize("payload", [b"", b"\xff", b"1", b"[]", b'["a"]', b'["a", "b", "c"]', b"null"])
def test_what_is_no_reason(payload: bytes) -> None:
    with pytest.raises(BrokenFrame):
        frames.unpack_reason(payload)
