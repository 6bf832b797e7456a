"""The number of a final, read from its PDF alone: from the UBL inside, for when nothing else knows of it."""

import zlib
from xml.etree import ElementTree as ET

_STREAM = b"stream"
_ROOTS = (b"<Invoice", b"<CreditNote")
_ID = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}ID"
_MOST = 16 * 1024 * 1024
_HEAD = 1024


def printed_number(pdf: bytes) -> str | None:
    """The number that the UBL document inside says; None when there is none (of a pro forma, or no PDF of ours)."""
    at = pdf.find(_STREAM)
    while at >= 0:
        content = _inflated(pdf[at + len(_STREAM) :].lstrip(b"\r\n"))
        if any(root in content[:_HEAD] for root in _ROOTS):
            return _number(content)
        at = pdf.find(_STREAM, at + len(_STREAM))
    return None


def _inflated(data: bytes) -> bytes:
    """The beginning of a stream; nothing when it is not deflated."""
    try:
        return zlib.decompressobj().decompress(data, _MOST)
    except zlib.error:
        return b""


def _number(xml: bytes) -> str | None:
    try:
        return ET.fromstring(xml).findtext(_ID)  # noqa: S314 - from our own store, and expat bounds entities
    except ET.ParseError:
        return None
