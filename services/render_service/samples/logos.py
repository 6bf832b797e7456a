"""The logos of the samples, by the key that a snapshot names them by: they are in no store."""

import hashlib
import struct
import zlib

from shared.contracts.values import DocumentRef, Logo

LOGO = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="4 2 88 60">
<path fill="#1f4e5f" d="M48 2 62 28h-7l12 20H51v14h-6V48H29l12-20h-7z"/>
<path fill="#7fa6a3" d="M18 22 28 40h-5l9 14H20v8h-4v-8H4l9-14H8zM78 22 88 40h-5l9 14H80v8h-4v-8H64l9-14h-5z"/>
</svg>"""
WIDE = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 64">
<path fill="#1f4e5f" d="M0 0h640v10H0zM0 54h640v10H0zM40 20h60v24H40zM120 20h20v24h-20z"/>
<path fill="#7fa6a3" d="M160 20h300v24H160zM480 20h20v24h-20zM520 20h80v24h-80z"/>
</svg>"""
TALL = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 160">
<path fill="#1f4e5f" d="M20 0 40 40H26v80h14v40H0v-40h14V40H0z"/>
</svg>"""


def logo(content: bytes) -> Logo:
    """How a snapshot names a logo."""
    kind = "png" if content.startswith(b"\x89PNG") else "svg"
    digest = hashlib.sha256(content).hexdigest()
    return Logo(
        content_type="image/png" if kind == "png" else "image/svg+xml",
        document=DocumentRef(key=f"logos/{digest}.{kind}", sha256=digest, size=len(content)),
    )


def _rings(side: int) -> bytes:
    """A PNG: three rings on a transparent ground."""

    def inked(x: int, y: int) -> bool:
        distance = ((2 * x - side) ** 2 + (2 * y - side) ** 2) ** 0.5 / side
        return distance < 1 and int(distance * 6) % 2 == 1

    rows = b"".join(
        b"\0" + b"".join(b"\x1f\x4e\x5f\xff" if inked(x, y) else b"\0\0\0\0" for x in range(side))
        for y in range(side)
    )
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows, 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


PIXELS = _rings(240)

LOGOS = {
    logo(content).document.key: content for content in (LOGO.encode(), WIDE.encode(), TALL.encode(), PIXELS)
}
