"""The form of an e-mail: what stands in its fields, and what it says as the API's body."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.invoice_service.api.answers import Json
from services.invoice_service.web.forms import Form

_MAILBOX = re.compile(r"(?P<name>.*?)\s*<(?P<email>[^<>]*)>", re.DOTALL)
# Between commas, semicolons and line ends, unless they stand in quotes.
_ONE_OF_MANY = re.compile(r'(?:"[^"]*"|[^,;\r\n])+')
_NEEDS_QUOTES = re.compile(r'[,;<>"@]')


@dataclass(frozen=True, slots=True)
class EmailForm:
    """The fields as text; recipients as « Name <address> », with commas between them."""

    sender: str
    to: str
    cc: str
    bcc: str
    subject: str
    body: str
    attachments: tuple[str, ...]
    with_pdf: bool
    version: int
    once: str
    """Drawn with the page: the same form sent twice is one e-mail."""


def proposed(draft: Json, version: int, once: str) -> EmailForm:
    """The form of an e-mail that is proposed (the API's draft)."""
    return EmailForm(
        sender=draft["from"]["email"] if draft["from"] else "",
        to=mailboxes_text(draft["to"]),
        cc=mailboxes_text(draft["cc"]),
        bcc=mailboxes_text(draft["bcc"]),
        subject=draft["subject"],
        body=draft["body"],
        attachments=(),
        with_pdf=True,
        version=version,
        once=once,
    )


def sent(form: Form, *, attached: Iterable[str] = ()) -> EmailForm:
    """The form as it was sent; `attached`: files that came with it."""
    removed = form.text("remove")
    kept = [attachment for attachment in form.all("attachments") if attachment != removed]
    version = form.text("version")
    return EmailForm(
        sender=form.text("from"),
        to=form.text("to"),
        cc=form.text("cc"),
        bcc=form.text("bcc"),
        subject=form.text("subject"),
        body=(form.all("body") or ("",))[0].replace("\r\n", "\n"),
        attachments=tuple(dict.fromkeys((*kept, *attached))),
        with_pdf=form.text("pdf") == "on",
        version=int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0,
        once=form.text("once")[:64],
    )


def body_of(form: EmailForm, senders: Sequence[Json]) -> Mapping[str, Any]:
    """What `POST …/emails` takes. `senders`: who may be chosen as the sender."""
    name = next((one["name"] for one in senders if one["email"] == form.sender), "")
    return {
        "from": {"email": form.sender, "name": name} if form.sender else None,
        "to": mailboxes(form.to),
        "cc": mailboxes(form.cc),
        "bcc": mailboxes(form.bcc),
        "subject": form.subject,
        "body": form.body,
        "attachments": list(form.attachments),
        "pdf": form.with_pdf,
    }


def mailboxes(text: str) -> list[dict[str, str]]:
    """The recipients in a field: « Julie Tremblay <julie@client.example>; comptes@client.example »."""
    return [_mailbox(one.strip()) for one in _ONE_OF_MANY.findall(text) if one.strip()]


def _mailbox(text: str) -> dict[str, str]:
    named = _MAILBOX.fullmatch(text)
    if named is None:
        return {"name": "", "email": text}
    return {"name": named["name"].strip().strip('"').strip(), "email": named["email"].strip()}


def mailboxes_text(recipients: Iterable[Json]) -> str:
    """Recipients as they stand in a field."""
    return ", ".join(mailbox_text(recipient["name"], recipient["email"]) for recipient in recipients)


def mailbox_text(name: str, email: str) -> str:
    """A recipient as it stands in a field; the name in quotes when it holds what separates."""
    plain = name.replace('"', "'")
    if not plain:
        return email
    return f'"{plain}" <{email}>' if _NEEDS_QUOTES.search(plain) else f"{plain} <{email}>"


def faults_by_field(faults: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Sentences by field of the form: what is wrong with `to[1].email` is told below « À »."""
    told: dict[str, list[str]] = {}
    for field, text in faults:
        told.setdefault(re.split(r"[\[.]", field)[0], []).append(text)
    return {field: " ".join(dict.fromkeys(texts)) for field, texts in told.items()}
