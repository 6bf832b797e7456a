"""Files that people attach to e-mails: known by their content, whatever their name says."""

import re
import unicodedata
from collections.abc import Iterable

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
)
_ZIPPED = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".zip": "application/zip",
}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_TEXTS = {".txt": "text/plain", ".csv": "text/csv"}
_LONGEST_NAME = 150


def content_type_of(name: str, content: bytes) -> str | None:
    """The type of a file that may be attached, by its first bytes; None when it may not (programs, web pages…)."""
    for signature, type_ in _SIGNATURES:
        if content.startswith(signature):
            return type_
    ending = f".{name.rpartition('.')[2].lower()}"
    if content.startswith(b"PK\x03\x04"):
        return _ZIPPED.get(ending)
    if ending in _TEXTS and _is_text(content):
        return _TEXTS[ending]
    return None


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return False
    return _CONTROL.search(text) is None


def pdf_name(name: str) -> str:
    """A file's name as `plain_name`, with the ending by which a computer knows what opens it."""
    whole = name.replace("/", "-")  # a number may hold one; it is no folder here
    return plain_name(whole if whole.lower().endswith(".pdf") else f"{whole}.pdf")


def mailed_size(sizes: Iterable[int]) -> int:
    """How many bytes files of these sizes have in a mail, in base64: 78 bytes for each 57."""
    return sum(size * 26 // 19 for size in sizes)


def plain_name(name: str) -> str:
    """A file's name without folders, control or direction characters, not too long; never empty."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(character for character in last if unicodedata.category(character)[0] != "C").strip(" .")
    if len(kept) > _LONGEST_NAME:
        stem, dot, ending = kept.rpartition(".")
        kept = (
            f"{stem[: _LONGEST_NAME - len(ending) - 1]}{dot}{ending}"
            if len(ending) < 10
            else kept[:_LONGEST_NAME]
        )
    return kept or "fichier"
