"""Bodies of e-mails and their attachments, as they are sent and as they are answered."""

import datetime as dt
import re
import uuid
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, WithJsonSchema

from services.invoice_service.api.bodies.fields import Body, EmailAddress, Paragraphs, Shown, Unfit, example
from services.invoice_service.api.bodies.invoices import Id
from shared.contracts.values import Reason

# Control characters, line ends, and what turns the direction of reading; encoded words, which a reader would decode.
_NO_HEADER = r"=\?|[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]"


def _plain_header(text: str) -> str:
    """Nothing that is no text of one line, or that a mail reader would show as something else."""
    if re.search(_NO_HEADER, text):
        raise Unfit(
            "Les sauts de ligne, les caractères de contrôle et « =? » ne sont pas permis.",
            "Line breaks, control characters and “=?” are not allowed.",
        )
    return text


_PLAIN: dict[str, Any] = {"not": {"pattern": _NO_HEADER}}
HeaderText = Annotated[str, Field(max_length=200, json_schema_extra=_PLAIN), AfterValidator(_plain_header)]


class MailboxBody(Body):
    """A name and an e-mail address."""

    name: HeaderText = ""
    email: EmailAddress


def _mailbox(value: object) -> object:
    """An address alone is a mailbox without a name."""
    return {"email": value} if isinstance(value, str) else value


Mailbox = Annotated[MailboxBody, BeforeValidator(_mailbox, json_schema_input_type=MailboxBody | EmailAddress)]


class EmailBody(Body):
    """An e-mail to send. Without `from`, the business entity's address."""

    model_config = example(
        {
            "to": [{"name": "Julie Tremblay", "email": "julie.tremblay@editionsdunord.example"}],
            "cc": ["comptes@editionsdunord.example"],
            "subject": "Votre facture",
            "body": "Bonjour,\n\nVous trouverez votre facture ci-jointe.\n\nMerci de votre confiance.",
            "attachments": [],
            "pdf": True,
        }
    )

    from_: Annotated[
        Mailbox | None,
        Field(alias="from", description="an address of the business entity, or the caller's own"),
    ] = None
    to: Annotated[list[Mailbox], Field(min_length=1, max_length=50)]
    cc: Annotated[tuple[Mailbox, ...], Field(max_length=50)] = ()
    bcc: Annotated[tuple[Mailbox, ...], Field(max_length=50)] = ()
    subject: Annotated[
        str,
        Field(min_length=1, max_length=500, json_schema_extra=_PLAIN),
        AfterValidator(_plain_header),
    ]
    body: Annotated[Paragraphs, Field(description="plain text")]
    attachments: Annotated[tuple[Id, ...], Field(max_length=20, description="ids of POST /attachments")] = ()
    pdf: bool = Field(default=True, description="whether the invoice itself is attached")


class UploadBody(BaseModel):
    """A file to upload, as one part of a form; its other parts say nothing to us."""

    file: Annotated[
        bytes,
        WithJsonSchema({"type": "string", "format": "binary"}),
        Field(
            description="PDF, PNG, JPEG, GIF, TIFF, office documents, ZIP, TXT or CSV; the name in the part"
        ),
    ]


class RecipientShown(Shown):
    """One recipient, and where it stands."""

    role: Literal["to", "cc", "bcc"]
    name: str
    email: str
    state: Literal["prepared", "sending", "sent", "refused", "uncertain"]
    reply: str | None = Field(description="what its server said")


class EmailAttachmentShown(Shown):
    """A file of an e-mail."""

    id: uuid.UUID | None
    name: str
    content_type: str


class MailboxShown(Shown):
    """A name and an e-mail address."""

    name: str
    email: str


class EmailShown(Shown):
    """An e-mail of the history."""

    id: uuid.UUID
    state: Literal["prepared", "sending", "sent", "partly", "refused", "uncertain"]
    reason: Reason | None
    sender: Annotated[MailboxShown, Field(serialization_alias="from")]
    recipients: list[RecipientShown]
    subject: str
    body: str
    pdf: bool
    attachments: list[EmailAttachmentShown]
    message_id: str = Field(description="header Message-ID")
    possible_duplicate: bool = Field(description="sent once more because it was uncertain")
    created_at: dt.datetime
    sent_at: dt.datetime | None


class EmailDraftShown(Shown):
    """An e-mail as it is proposed: what POST of it takes, and the name of the PDF."""

    sender: Annotated[MailboxShown | None, Field(serialization_alias="from")]
    to: list[MailboxShown]
    cc: list[MailboxShown]
    bcc: list[MailboxShown]
    subject: str
    body: str
    attachments: list[uuid.UUID]
    pdf: bool
    attachment_name: str = Field(description="of the PDF")


class PreviewedRecipientShown(Shown):
    """Who would get it."""

    role: Literal["to", "cc", "bcc"]
    name: str
    email: str


class PreviewedFileShown(Shown):
    """A file that would go with it."""

    name: str
    content_type: str
    size: int | None = Field(description="bytes; null: the PDF is not made yet")


class EmailPreviewShown(Shown):
    """An e-mail as it would be sent."""

    sender: Annotated[MailboxShown, Field(serialization_alias="from")]
    recipients: list[PreviewedRecipientShown] = Field(description="each address once")
    subject: str
    text: str = Field(description="its plain side")
    html: str = Field(
        description="its HTML side, a whole page that loads nothing: to be shown in a sandboxed frame"
    )
    attachments: list[PreviewedFileShown] = Field(description="the PDF of the invoice first")


class AttachmentShown(Shown):
    """A file that was uploaded."""

    id: uuid.UUID
    name: str
    content_type: str
    size: int = Field(description="bytes")
