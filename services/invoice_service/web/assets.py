"""Style sheet, scripts and icons: read once, served below the hash of all of them, so that browsers keep them for ever.

One hash for all: scripts import each other by relative names, which then are of the same release.
"""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

_FOLDER = Path(__file__).parent / "static"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_FOREVER = "public, max-age=31536000, immutable"
_HASH_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, as it is and compressed."""

    content: bytes
    compressed: bytes
    type: str


class Assets:
    """All files of the folder."""

    def __init__(self, folder: Path) -> None:
        read = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.suffix in _TYPES}
        self.files: Mapping[str, Asset] = {
            name: Asset(content, gzip.compress(content, mtime=0), _TYPES[Path(name).suffix])
            for name, content in read.items()
        }
        whole = hashlib.sha256()
        for name, content in read.items():
            whole.update(f"{name} {len(content)}\n".encode() + content)
        self.release = whole.hexdigest()[:_HASH_LENGTH]

    def address(self, name: str) -> str:
        """Where a file is.

        Raises:
            KeyError: there is none of that name.
        """
        if name not in self.files:
            raise KeyError(name)
        return f"/static/{self.release}/{name}"


ASSETS = Assets(_FOLDER)


async def serve(request: web.Request) -> web.Response:
    """GET of a file; that of another release is not kept."""
    asset = ASSETS.files.get(request.match_info["name"])
    if asset is None:
        raise web.HTTPNotFound
    headers = {"Vary": "Accept-Encoding", "Cross-Origin-Resource-Policy": "same-origin"}
    if request.match_info["release"] == ASSETS.release:
        headers["Cache-Control"] = _FOREVER
    body = asset.content
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        body = asset.compressed
        headers["Content-Encoding"] = "gzip"
    return web.Response(body=body, content_type=asset.type, charset="utf-8", headers=headers)
