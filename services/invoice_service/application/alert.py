"""Tell a person that something went wrong: on screen, and by mail to the address in the settings."""

from services.invoice_service.application.context import Context
from services.invoice_service.application.outgoing import Message
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.invoicing import StoredEmail, StoredRecipient
from services.invoice_service.application.send_email import send_command
from services.invoice_service.domain.invoice import Invoice
from services.invoice_service.domain.sentences import sentence
from services.invoice_service.domain.settings import ShopSettings
from shared.identifiers import new_id


async def alert(
    uow: UnitOfWork, context: Context, invoice: Invoice, code: str, reason: str = ""
) -> list[Message]:
    """Add a notification; the messages that the caller sends with its change: a mail, when the shop wants one.

    That mail is no e-mail of the invoice: it is in no history, and what becomes of it alerts nobody.
    """
    said = sentence(code)
    await uow.notifications.tell(code, invoice.id, said.as_dict())
    settings = await uow.settings.get()
    if settings.alert_email is None:
        return []
    issuer = (await uow.drafting.print_material(invoice.business_entity)).issuer
    sender = str(issuer.get("email") or settings.alert_email)
    text = said.text(settings.language)
    body = "\n".join(line for line in (text, reason) if line)
    mail = _mail(context, invoice, settings.alert_email, sender, settings, subject=text, body=body)
    return [send_command(context, mail, None, settings)]


def _mail(
    context: Context,
    invoice: Invoice,
    to: str,
    sender: str,
    settings: ShopSettings,
    *,
    subject: str,
    body: str,
) -> StoredEmail:
    email_id = new_id()
    return StoredEmail(
        id=email_id,
        invoice_id=invoice.id,
        version=invoice.version,
        final=invoice.status.final,
        state="prepared",
        sender={"name": "Factures", "email": sender},
        subject=f"{invoice.number} : {subject}"
        if settings.language == "fr"
        else f"{invoice.number}: {subject}",
        body=body,
        language=settings.language,
        with_pdf=False,
        pdf_name="",
        attachments=(),
        message_id=f"<{email_id}@{sender.rpartition('@')[2]}>",
        recipients=(StoredRecipient("to", "", to),),
        created_at=context.now,
    )
