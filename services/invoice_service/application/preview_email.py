"""Show an e-mail as it would be sent: nothing is kept, nothing goes out."""

from dataclasses import dataclass

from services.invoice_service.application.context import Context
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.invoicing import StoredEmail
from services.invoice_service.application.write_email import EmailToSend, written
from services.invoice_service.domain.axes import Document
from shared.contracts.commands import Summary
from shared.mail.page import page


@dataclass(frozen=True, slots=True)
class EmailPreview:
    """An e-mail that could be sent, its HTML side, and the PDF that would go with it, once that is made."""

    email: StoredEmail
    html: str
    document: Document | None


async def preview_email(
    uow: UnitOfWork, context: Context, ref: str, command: EmailToSend, *, most_bytes: int | None = None
) -> EmailPreview:
    """The e-mail that `send_email` would make of this.

    Raises:
        NotFound: no such invoice.
        Invalid: as `written`.
    """
    loaded = await uow.invoices.load(ref, context.actor.id)
    email = await written(uow, context, loaded, command, most_bytes=most_bytes)
    summary = Summary.model_validate(dict(email.summary)) if email.summary else None
    html = page(email.body, email.language, title=email.subject, summary=summary)
    return EmailPreview(email, html, loaded.around.document)
