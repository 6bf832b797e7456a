"""The parts of a form with files (multipart/form-data): fields, and files of which nothing is believed yet."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from multipart import MultipartSegment, PushMultipartParser, parse_options_header

MULTIPART = "multipart/form-data"
_MOST_PARTS = 200
_ANY_BYTES = "latin-1"
_QUOTED_NAME = re.compile(r"""filename\*\s*=\s*utf-8'[^']*'([^\s;]+)""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file as it was sent in a `field`."""

    field: str
    name: str
    content: bytes


def parts_of(content_type: str, body: bytes) -> tuple[dict[str, list[str]], tuple[SentFile, ...]]:
    """The texts of the fields by name, and the files; a field in which no file was chosen is none.

    Raises:
        ValueError: that is no such form.
    """
    _, options = parse_options_header(content_type)
    fields: dict[str, list[str]] = {}
    files: list[SentFile] = []
    part: MultipartSegment | None = None
    content = bytearray()
    with PushMultipartParser(
        options.get("boundary", ""), max_segment_count=_MOST_PARTS, header_charset=_ANY_BYTES
    ) as parser:
        for event in parser.parse(body):
            if isinstance(event, MultipartSegment):
                part, content = event, bytearray()
            elif event:
                content += event
            elif part is not None:
                name = _file_name(part)
                if name is None:
                    fields.setdefault(part.name, []).append(content.decode("utf-8"))
                elif name or content:
                    files.append(SentFile(part.name, name, bytes(content)))
    return fields, tuple(files)


def _file_name(part: MultipartSegment) -> str | None:
    """The name that was sent: plain UTF-8, or as mail headers write it (older clients). None: it is no file."""
    if part.filename is not None:
        return str(part.filename).encode(_ANY_BYTES).decode("utf-8", "replace")
    quoted = _QUOTED_NAME.search(part.header("Content-Disposition"))
    return unquote(quoted[1], errors="replace") if quoted else None
