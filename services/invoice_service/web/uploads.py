"""The parts of a form with files (multipart/form-data): fields, and files of which nothing is believed yet."""

from dataclasses import dataclass

from multipart import MultipartSegment, PushMultipartParser, parse_options_header

MULTIPART = "multipart/form-data"
_MOST_PARTS = 200
_ANY_BYTES = "latin-1"


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file as a browser sent it."""

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
                if part.filename is None:
                    fields.setdefault(part.name, []).append(content.decode("utf-8"))
                elif part.filename or content:
                    name = part.filename.encode(_ANY_BYTES).decode("utf-8", "replace")
                    files.append(SentFile(name, bytes(content)))
    return fields, tuple(files)
