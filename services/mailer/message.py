"""The e-mail as bytes: a pure function of the command, its files and where trial mail goes.

The same arguments give the same bytes, on any machine, at any time: a second attempt repeats the first one
exactly, with the same Message-ID. Nothing here reads a clock or draws a random number.
"""

import base64
import datetime as dt
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from email import quoprimime
from email.utils import format_datetime

from services.mailer import headers
from services.mailer.headers import UnsafeHeader
from shared.contracts.commands import Mailbox, Recipient, SendEmail
from shared.contracts.values import Language
from shared.mail.page import page

Fields = Sequence[tuple[str, str]]

_UNDISCLOSED = "undisclosed-recipients:;"
_ORIGINAL_TO = "X-Factures-Original-To"
_ORIGINAL_LIMIT = 20_000
_FIELD_NAME = re.compile(rb"([!-9;-~]+):")


@dataclass(frozen=True, slots=True)
class File:
    """An attachment, fetched."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """What is said to the server.

    `routes` holds one envelope address for each recipient of the command, in its order; `smtputf8` says
    whether the headers themselves need a server that knows SMTPUTF8.
    """

    sender: str
    routes: tuple[str, ...]
    content: bytes
    smtputf8: bool

    @property
    def sha256(self) -> str:
        """The fingerprint (hex) of the content."""
        return hashlib.sha256(self.content).hexdigest()


def compose(command: SendEmail, files: Sequence[File], *, redirect: str | None = None) -> Mail:
    """The mail of a command.

    With `redirect` it goes to that address alone: no other address stands in a header that a reply would use. Of a
    trial run, here or in the invoice service, its first line and a header tell for whom it was meant.

    Raises:
        UnsafeHeader: a value of the command must not become a header.
    """
    routes = tuple(headers.envelope_address(one.role, one.email) for one in command.recipients)
    meant_for = _meant_for(command, redirect)
    fields = [
        _mailbox_field("From", command.sender),
        *([_mailbox_field("Reply-To", command.reply_to)] if command.reply_to else []),
        *_recipient_fields(command.recipients, redirect),
        *(
            [(_ORIGINAL_TO, headers.text(_ORIGINAL_TO, meant_for, limit=_ORIGINAL_LIMIT))]
            if meant_for
            else []
        ),
        ("Subject", headers.text("Subject", command.subject, limit=headers.MAX_SUBJECT)),
        ("Date", format_datetime(in_utc(command.date))),
        ("Message-ID", headers.message_id(command.message_id)),
        ("MIME-Version", "1.0"),
        ("Content-Language", command.language),
        *([("Auto-Submitted", "auto-generated")] if command.automatic else []),
    ]
    content = _with_fields(fields, _body(command, files, _notice(meant_for, command.language)))
    _verify(content, fields)
    return Mail(
        sender=headers.envelope_address("MAIL", command.envelope_sender or command.sender.email),
        routes=routes if redirect is None else (headers.envelope_address("To", redirect),) * len(routes),
        content=content,
        smtputf8=not all(value.isascii() for _, value in fields),
    )


def _mailbox_field(name: str, mailbox: Mailbox) -> tuple[str, str]:
    return name, headers.mailbox(name, mailbox.name, mailbox.email)


def _recipient_fields(recipients: Sequence[Recipient], redirect: str | None) -> list[tuple[str, str]]:
    """To and Cc; those in blind copy stand nowhere."""
    named = {
        role: [headers.mailbox(role, one.name, one.email) for one in recipients if one.role == role]
        for role in ("to", "cc")
    }
    if redirect is not None:
        return [("To", headers.mailbox("To", "", redirect))]
    fields = [("To", _list(named["to"]) or _UNDISCLOSED)]
    if named["cc"]:
        fields.append(("Cc", _list(named["cc"])))
    return fields


def _meant_for(command: SendEmail, redirect: str | None) -> str:
    """The addresses, but those in blind copy, that a mail of a trial run does not go to; empty: it is none."""
    everybody = command.meant_for or (command.recipients if redirect is not None else ())
    return ", ".join(one.email for one in everybody if one.role != "bcc")


def _notice(meant_for: str, language: Language) -> str | None:
    if not meant_for:
        return None
    if language == "fr":
        return f"Essai : ce courriel était destiné à {meant_for}."
    return f"Trial run: this e-mail was meant for {meant_for}."


def _list(mailboxes: Sequence[str]) -> str:
    return ",\r\n ".join(mailboxes)


def in_utc(date: dt.datetime) -> dt.datetime:
    """The time in UTC; one without a zone is taken as that."""
    return date.replace(tzinfo=dt.UTC) if date.tzinfo is None else date.astimezone(dt.UTC)


def _body(command: SendEmail, files: Sequence[File], notice: str | None) -> bytes:
    boundary = hashlib.sha256(command.email_id.encode("utf-8", "replace")).hexdigest()[:24]
    both = _multipart(
        "alternative",
        boundary,
        [
            _text("plain", f"{notice}\n\n{command.body}" if notice else command.body),
            _text(
                "html",
                page(
                    command.body,
                    command.language,
                    title=command.subject,
                    summary=command.summary,
                    notice=notice,
                ),
            ),
        ],
    )
    if not files:
        return both
    return _multipart("mixed", boundary, [both, *(_file(file) for file in files)])


def _multipart(subtype: str, boundary: str, parts: Sequence[bytes]) -> bytes:
    # "=_" never occurs in base64 or quoted-printable, so no part can hold the boundary.
    line = f"=_{subtype}_{boundary}"
    body = b"".join(b"--" + line.encode() + b"\r\n" + part for part in parts)
    return _with_fields(
        [("Content-Type", f'multipart/{subtype};\r\n boundary="{line}"')],
        b"\r\n" + body + b"--" + line.encode() + b"--\r\n",
    )


def _text(subtype: str, text: str) -> bytes:
    """Quoted-printable: filters of unwanted mail distrust text that hides in base64."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")
    quotable = lines.encode("utf-8", "replace").decode("latin-1")
    encoded = quoprimime.body_encode(quotable, eol="\r\n").encode("ascii")
    fields = [("Content-Type", f"text/{subtype}; charset=utf-8"), _encoding("quoted-printable")]
    return _with_fields(fields, b"\r\n" + encoded + b"\r\n")


def _file(file: File) -> bytes:
    fields = [
        ("Content-Type", _content_type(file)),
        ("Content-Disposition", headers.attachment(file.name)),
        _encoding("base64"),
    ]
    part = _with_fields(fields, b"\r\n" + base64.encodebytes(file.content).replace(b"\n", b"\r\n"))
    _verify(part, fields)
    return part


def _content_type(file: File) -> str:
    """Its type; text says that it is UTF-8 when it is: without that it is taken for ASCII."""
    told = headers.content_type(file.content_type)
    if not told.startswith("text/"):
        return told
    try:
        file.content.decode("utf-8")
    except UnicodeDecodeError:
        return told
    return f"{told}; charset=utf-8"


def _encoding(name: str) -> tuple[str, str]:
    return ("Content-Transfer-Encoding", name)


def _with_fields(fields: Fields, rest: bytes) -> bytes:
    """The fields, then `rest`: an empty line and a body, or more fields first."""
    return b"".join(f"{name}: {value}\r\n".encode() for name, value in fields) + rest


def _verify(part: bytes, fields: Fields) -> None:
    """Read back what was written: exactly the fields that were meant, no line too long.

    Raises:
        UnsafeHeader: something else is there, whatever way it came in.
    """
    head = part.split(b"\r\n\r\n", 1)[0].split(b"\r\n")
    found = [name[1].decode() for line in head if (name := _FIELD_NAME.match(line))]
    expected = [name for name, _ in fields]
    if found[: len(expected)] != expected or set(found[len(expected) :]) - {"Content-Type"}:
        raise UnsafeHeader("header", "has fields that nobody asked for")
    if any(len(line) > headers.MAX_LINE for line in head):
        raise UnsafeHeader("header", "has a line that is too long")
