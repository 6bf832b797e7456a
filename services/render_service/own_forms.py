"""A shop's own forms: folders, each with `invoice.html`, `invoice.css` and the pictures and fonts that they use.

Only read here, as bytes. What they say is looked at in a rendering process, which has no way back to the folder.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from services.render_service.errors import UnknownTemplate, bad_template
from services.render_service.templates import NAMES

NEEDED = ("invoice.html", "invoice.css")
CONTENT_TYPES: Mapping[str, str] = {
    ".html": "text/html",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".ttf": "font/ttf",
    ".otf": "font/otf",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}
"""The files that belong to a form, by the end of their names; others in its folder are none of its business."""
MAX_BYTES = 8 * 1_048_576
MAX_FILES = 100
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


@dataclass(frozen=True)
class OwnForm:
    """A form and the bytes of its files, by their path in its folder, such as `fonts/Shop.ttf`."""

    name: str
    files: Mapping[str, bytes]

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) of the names and contents of the files: another content is another form."""
        digest = hashlib.sha256()
        for name, content in sorted(self.files.items()):
            digest.update(f"{name}\n{hashlib.sha256(content).hexdigest()}\n".encode())
        return digest.hexdigest()


class OwnForms:
    """The folder of the shop's forms; None: it has none."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def names(self) -> tuple[str, ...]:
        """Every form that can be asked for by name: those of the house and the shop's folders, whole or not yet."""
        folders = self._folder.iterdir() if self._folder is not None else iter(())
        own = {entry.name for entry in folders if _NAME.fullmatch(entry.name) and entry.is_dir()}
        return tuple(sorted(NAMES | own))

    def find(self, name: str) -> OwnForm | None:
        """The shop's form of this name, as it is now; None when it is one of the house, which can't be replaced.

        Raises:
            Unprintable: unknown_template: there is none. bad_template: a file is missing, leads elsewhere or can't be
                read; or there is too much.
        """
        if name in NAMES:
            return None
        if self._folder is None or not _NAME.fullmatch(name) or not (self._folder / name).is_dir():
            raise UnknownTemplate(name)
        home = (self._folder / name).resolve()
        if not home.is_relative_to(self._folder.resolve()):
            raise bad_template(name, "its folder is a link that leads out")
        try:
            files = dict(_files(name, home))
        except (OSError, RuntimeError) as error:  # RuntimeError: a link that leads to itself
            raise bad_template(name, f"a file can't be read: {error}") from error
        missing = [needed for needed in NEEDED if needed not in files]
        if missing:
            raise bad_template(name, f"it has no {missing[0]}")
        return OwnForm(name, files)


def _files(name: str, home: Path) -> Iterator[tuple[str, bytes]]:
    paths = [path for path in sorted(home.rglob("*")) if path.suffix.lower() in CONTENT_TYPES]
    if len(paths) > MAX_FILES:
        raise bad_template(name, f"it has {len(paths)} files, and {MAX_FILES} are allowed")
    size = 0
    for path in paths:
        shown = path.relative_to(home).as_posix()
        if not path.resolve().is_relative_to(home):
            raise bad_template(name, f"{shown} leads out of its folder")
        if not path.is_file():
            continue
        size += path.stat().st_size
        if size > MAX_BYTES:
            raise bad_template(name, f"its files have more than {MAX_BYTES} bytes")
        yield shown, path.read_bytes()
