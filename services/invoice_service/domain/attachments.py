"""Files that people attach to e-mails: known by their content, whatever their name says."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
)
ZIP = b"PK\x03\x04"
# What an archive of this ending holds: a file of this name, or in a folder of it.
_ZIPPED: dict[str, tuple[str, str]] = {
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "word/"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xl/"),
    "pptx": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", "ppt/"),
    "odt": ("application/vnd.oasis.opendocument.text", "mimetype"),
    "ods": ("application/vnd.oasis.opendocument.spreadsheet", "mimetype"),
    "zip": ("application/zip", ""),
}
_TEXTS = {"txt": "text/plain", "csv": "text/csv"}
_ENDINGS = {
    "application/pdf": ("pdf",),
    "image/png": ("png",),
    "image/jpeg": ("jpg", "jpeg"),
    "image/gif": ("gif",),
    "image/tiff": ("tif", "tiff"),
    **{type_: (ending,) for ending, (type_, _) in _ZIPPED.items()},
    **{type_: (ending,) for ending, type_ in _TEXTS.items()},
}
_HARMLESS = frozenset(ending for endings in _ENDINGS.values() for ending in endings)
# What runs when it is opened, on some machine. The large mail providers refuse a mail that holds one, zipped too.
_PROGRAMS = frozenset({
    "ade", "adp", "apk", "appx", "bat", "cab", "chm", "cmd", "com", "cpl", "dll", "dmg", "exe", "hta",
    "inf", "ins", "iso", "isp", "jar", "js", "jse", "lib", "lnk", "mde", "msc", "msi", "msp", "mst",
    "nsh", "pif", "ps1", "reg", "scr", "sct", "shb", "sys", "vb", "vbe", "vbs", "vhd", "vxd", "wsc",
    "wsf", "wsh",
})  # fmt: skip
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_LONGEST_NAME = 150


def content_type_of(name: str, content: bytes, members: Sequence[str] = ()) -> str | None:
    """The type of a file that may be attached, by its first bytes; None when it may not (programs, web pages…).

    `members` are the names in it, when it is an archive.
    """
    for signature, type_ in _SIGNATURES:
        if content.startswith(signature):
            return type_
    ending = _ending(name)
    if content.startswith(ZIP):
        return _type_of_archive(ending, members)
    if ending in _TEXTS and _is_text(content):
        return _TEXTS[ending]
    return None


def _type_of_archive(ending: str, members: Sequence[str]) -> str | None:
    type_, part = _ZIPPED.get(ending, (None, ""))
    if not members or any(_ending(member) in _PROGRAMS for member in members):
        return None
    return type_ if any(member.startswith(part) for member in members) else None


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return False
    return _CONTROL.search(text) is None


def attached_name(name: str, content_type: str) -> str:
    """A name under which a file of this type does no harm: nobody's computer takes it for something else."""
    plain = plain_name(name)
    return plain if _ending(plain) in _HARMLESS else plain_name(f"{plain}.{_ENDINGS[content_type][0]}")


def pdf_name(name: str) -> str:
    """The name of a PDF; a slash in it (of a number) is no folder."""
    plain = plain_name(name.replace("/", "-"))
    return plain if _ending(plain) == "pdf" else plain_name(f"{plain}.pdf")


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


def _ending(name: str) -> str:
    """What stands after the last point, in small letters; nothing without a point."""
    return name.rpartition(".")[2].strip().lower() if "." in name else ""
