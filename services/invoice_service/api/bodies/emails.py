"""Bodies of e-mails, as they are sent."""

from typing import Annotated

from pydantic import AfterValidator, Field

from services.invoice_service.api.bodies.fields import Body, EmailAddress, Paragraphs, Unfit
from services.invoice_service.api.bodies.invoices import Id


def _plain_header(text: str) -> str:
    """No line break, no control character, nothing that a mail reader would decode as something else."""
    if any(ord(character) < 32 or ord(character) == 127 for character in text) or "=?" in text:
        raise Unfit(
            "Les sauts de ligne, les caractères de contrôle et « =? » ne sont pas permis.",
            "Line breaks, control characters and “=?” are not allowed.",
        )
    return text


HeaderText = Annotated[str, Field(max_length=200), AfterValidator(_plain_header)]


class MailboxBody(Body):
    """A name and an e-mail address."""

    name: HeaderText = ""
    email: EmailAddress


class EmailBody(Body):
    """An e-mail to send. Without `from`, the business entity's address."""

    from_: Annotated[MailboxBody | None, Field(alias="from")] = None
    to: Annotated[list[MailboxBody], Field(min_length=1, max_length=50)]
    cc: Annotated[tuple[MailboxBody, ...], Field(max_length=50)] = ()
    bcc: Annotated[tuple[MailboxBody, ...], Field(max_length=50)] = ()
    subject: Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_plain_header)]
    body: Paragraphs
    attachments: Annotated[tuple[Id, ...], Field(max_length=20)] = ()
    pdf: bool = True
