"""Tell a person that something went wrong: on screen, and by mail to the address in the settings."""

import datetime as dt

from services.invoice_service.application.context import Context
from services.invoice_service.application.mail_summary import alert_summary
from services.invoice_service.application.outgoing import Message
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.invoicing import StoredEmail, StoredRecipient
from services.invoice_service.application.send_email import send_command
from services.invoice_service.domain.invoice import Invoice
from services.invoice_service.domain.sentences import sentence
from shared.identifiers import new_id

QUIET = dt.timedelta(hours=1)
"""For so long what was mailed of an invoice is not mailed again: whoever retries in vain has it on screen."""
_SENDER_NAME = "Factures"


async def alert(
    uow: UnitOfWork, context: Context, invoice: Invoice, code: str, reason: str = ""
) -> list[Message]:
    """Add a notification; the messages that the caller sends with its change: a mail, when the shop wants one.

    That mail is no e-mail of the invoice: it is in no history, and what becomes of it alerts nobody. The caller holds
    the invoice's lock.
    """
    settings = await uow.settings.get()
    said = sentence(code)
    to = settings.alert_email
    if to is None or await uow.notifications.mailed_since(code, invoice.id, context.now - QUIET):
        await uow.notifications.tell(code, invoice.id, said.as_dict())
        return []
    await uow.notifications.tell(code, invoice.id, said.as_dict(), mailed_at=context.now)
    issuer = (await uow.drafting.print_material(invoice.business_entity)).issuer
    language = settings.language
    text = said.text(language)
    sender = str(issuer.get("email") or to)
    email_id = new_id()
    mail = StoredEmail(
        id=email_id,
        invoice_id=invoice.id,
        version=invoice.version,
        final=invoice.status.final,
        state="prepared",
        sender={"name": _SENDER_NAME, "email": sender},
        subject=f"{invoice.number} : {text}" if language == "fr" else f"{invoice.number}: {text}",
        body="\n".join(line for line in (text, reason) if line),
        language=language,
        with_pdf=False,
        pdf_name="",
        attachments=(),
        summary=alert_summary(invoice, text, language, issuer, settings.accent_colour).model_dump(
            mode="json"
        ),
        automatic=True,
        message_id=f"<{email_id}@{sender.rpartition('@')[2]}>",
        recipients=(StoredRecipient("to", "", to),),
        created_at=context.now,
    )
    return [send_command(context, mail, None, settings)]
