"""Header values that can't be anything but values.

What a person typed (subject, names, addresses, file names) never reaches the wire as it was typed: control
characters are refused, and whatever is not plain ASCII, or looks like an encoded word, is encoded whole. We
write headers ourselves because `email` of Python before 3.11.10 turns an encoded line break in a long subject
into a header of its own (CVE-2024-6923), and folds names with commas into two addresses (CVE-2025-1795).
"""

import re
from email.header import Header
from urllib.parse import quote

_FORBIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f"  # control characters: CR, LF and NUL among them
    "\u2028\u2029"  # line and paragraph separators
    "\u202a-\u202e\u2066-\u2069"  # direction overrides: they make a name read as another one
    "\ud800-\udfff]"  # halves of characters
)
_LOCAL_PART = re.compile(r'[^\s@<>()\[\]\\,;:"]+')
_DOMAIN = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*", re.IGNORECASE
)
_MESSAGE_ID = re.compile(r"<?([A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+)>?")
_CONTENT_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}")

MAX_TEXT = 255
"""Characters of a name; more is a mistake or an attack."""
MAX_SUBJECT = 500
MAX_LINE = 998
"""Bytes of a line without its end: the limit of RFC 5322."""
_PLAIN_LINE = 60


class UnsafeHeader(ValueError):
    """A value that must not become a header. It carries the field and why, never the value itself."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field = field
        self.why = why


def checked(field: str, value: str, *, limit: int = MAX_TEXT) -> str:
    """The value itself, when every character of it may stand in a header.

    Raises:
        UnsafeHeader: a control character, a direction override, or too long.
    """
    if _FORBIDDEN.search(value):
        raise UnsafeHeader(field, "has a control character")
    if len(value) > limit:
        raise UnsafeHeader(field, f"is longer than {limit} characters")
    return value


def text(field: str, value: str, *, limit: int = MAX_TEXT) -> str:
    """An unstructured value (a subject), encoded where needed and folded.

    Raises:
        UnsafeHeader: as `checked`.
    """
    checked(field, value, limit=limit)
    return value if _is_plain(value) else _encoded(field, value)


def mailbox(field: str, name: str, address: str) -> str:
    """`name <address>` as one element of an address list.

    Raises:
        UnsafeHeader: the name or the address won't do.
    """
    checked(field, name)
    route = envelope_address(field, address)
    if not name:
        return route
    if _is_plain(name):
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}" <{route}>'
    return f"{_encoded(field, name)} <{route}>"


def envelope_address(field: str, address: str) -> str:
    """The address as SMTP wants it: the domain in its ASCII form, the local part untouched.

    Raises:
        UnsafeHeader: it is not one plain address.
    """
    checked(field, address, limit=254)
    local, at, domain = address.rpartition("@")
    if not at or not _LOCAL_PART.fullmatch(local) or len(local.encode()) > 64 or "=?" in local:
        raise UnsafeHeader(field, "is not an e-mail address")
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        raise UnsafeHeader(field, "has a domain that does not exist") from None
    if not _DOMAIN.fullmatch(ascii_domain):
        raise UnsafeHeader(field, "is not an e-mail address")
    return f"{local}@{ascii_domain}"


def message_id(value: str) -> str:
    """A Message-ID in its angle brackets.

    Raises:
        UnsafeHeader: it is not one.
    """
    found = _MESSAGE_ID.fullmatch(checked("Message-ID", value))
    if found is None:
        raise UnsafeHeader("Message-ID", "is not a message id")
    return f"<{found[1]}>"


def content_type(value: str) -> str:
    """The type of an attachment, without parameters.

    Raises:
        UnsafeHeader: it is not a plain `type/subtype`.
    """
    if not _CONTENT_TYPE.fullmatch(value):
        raise UnsafeHeader("Content-Type", "is not a content type")
    return value


def attachment(name: str) -> str:
    """A Content-Disposition that offers a file under this name; a path in it is made harmless.

    Raises:
        UnsafeHeader: as `checked`.
    """
    checked("attachment", name)
    file_name = re.sub(r"[/\\]", "-", name).strip(". ")
    if not file_name:
        raise UnsafeHeader("attachment", "has no name")
    if _is_plain(file_name) and '"' not in file_name:
        return f'attachment;\r\n filename="{file_name}"'
    return f"attachment;\r\n filename*=utf-8''{quote(file_name, safe='')}"


def needs_smtputf8(address: str) -> bool:
    """Whether an address can only be said to a server that knows SMTPUTF8."""
    return not address.isascii()


def _encoded(field: str, value: str) -> str:
    # The charset is always named: what looks like an encoded word is then encoded itself, hence inert.
    return Header(value, "utf-8", header_name=field).encode(linesep="\r\n")


def _is_plain(value: str) -> bool:
    return value.isascii() and len(value) <= _PLAIN_LINE and "=?" not in value and value == value.strip()
