"""Mail what went wrong to the address in the settings: all of it in one mail, and no mail more than each few minutes.

An outage fails hundreds of things at once; whoever is told by hundreds of mails reads none of them. What it tells
is no e-mail of an invoice: it is in no history, and what becomes of it alerts nobody.
"""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.invoice_service.application import wording
from services.invoice_service.application.context import Context
from services.invoice_service.application.mail_summary import alert_summary, digest_summary
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.invoicing import StoredEmail, StoredRecipient
from services.invoice_service.application.ports.notices import Unmailed
from services.invoice_service.application.send_email import send_command
from services.invoice_service.domain.invoice import Invoice
from services.invoice_service.domain.settings import ShopSettings
from services.invoice_service.domain.texts import Language
from shared.contracts.commands import Summary
from shared.identifiers import new_id

_MOST_TOLD = 50
_SENDER_NAME = "Factures"


@dataclass(frozen=True, slots=True)
class Told:
    """What an alert mail says."""

    subject: str
    body: str
    summary: Summary | None


async def mail_alerts(uow: UnitOfWork, context: Context, *, every: dt.timedelta) -> int:
    """Mail what waits to be told, unless a mail left within `every`. How many alerts it tells."""
    waiting = await uow.notifications.unmailed(context.now - every)
    if not waiting:
        return 0
    settings = await uow.settings.get()
    ids = [one.id for one in waiting]
    if settings.alert_email is None:
        # Nobody wants to be told any more.
        await uow.notifications.mailed(ids, context.now, [])
        return 0
    invoices = await _invoices(uow, context, waiting)
    first = next(iter(invoices.values()), None)
    issuer = (await uow.drafting.print_material(first.business_entity)).issuer if first else {}
    sender = str(issuer.get("email") or settings.alert_email)
    told = told_of(waiting, invoices, settings, issuer)
    mail = _mail(context, settings, sender, told, waiting[0].invoice_id)
    await uow.notifications.mailed(ids, context.now, [send_command(context, mail, None, settings)])
    return len(waiting)


def told_of(
    waiting: Sequence[Unmailed],
    invoices: Mapping[uuid.UUID, Invoice],
    settings: ShopSettings,
    issuer: Mapping[str, Any],
) -> Told:
    """One alert is told with what it is about; several as a list, by what happened."""
    language = settings.language
    colon = " : " if language == "fr" else ": "
    if len(waiting) == 1:
        (one,) = waiting
        said, invoice = one.message[language], invoices.get(one.invoice_id)
        details = f"{'Détail' if language == 'fr' else 'Detail'}{colon}{one.reason}" if one.reason else ""
        return Told(
            subject=f"{invoice.number}{colon}{said}" if invoice else said,
            body="\n\n".join(part for part in (said, details) if part),
            summary=alert_summary(invoice, language, issuer, settings.accent_colour) if invoice else None,
        )
    count = f"{len(waiting)} alertes de facturation" if language == "fr" else f"{len(waiting)} billing alerts"
    return Told(
        count, _list(waiting, invoices, language), digest_summary(count, issuer, settings.accent_colour)
    )


def _list(waiting: Sequence[Unmailed], invoices: Mapping[uuid.UUID, Invoice], language: Language) -> str:
    """Each sentence once, the invoices that it is about below it."""
    colon = " : " if language == "fr" else ": "
    groups: dict[str, list[str]] = {}
    for one in waiting[:_MOST_TOLD]:
        about = _about(invoices.get(one.invoice_id), language)
        reason = "; ".join(one.reason.splitlines())
        line = colon.join(part for part in (about, reason) if part)
        groups.setdefault(one.message[language].rstrip("."), []).append(f"- {line}")
    parts = ["\n".join([f"{said}{colon}".rstrip(), *lines]) for said, lines in groups.items()]
    left = len(waiting) - _MOST_TOLD
    if left > 0:
        parts.append(
            f"Et {left} autres : voir les notifications."
            if language == "fr"
            else f"And {left} more: see the notifications."
        )
    return "\n\n".join(parts)


def _about(invoice: Invoice | None, language: Language) -> str:
    if invoice is None:
        return "(facture supprimée)" if language == "fr" else "(invoice deleted)"
    total = wording.money(invoice.totals.total, invoice.currency, language)
    return f"{invoice.number}, {invoice.sold_to.name}, {total}"


async def _invoices(
    uow: UnitOfWork, context: Context, waiting: Sequence[Unmailed]
) -> dict[uuid.UUID, Invoice]:
    ids = list(dict.fromkeys(one.invoice_id for one in waiting))
    return {one.invoice.id: one.invoice for one in await uow.invoices.load_many(ids, context.actor.id)}


def _mail(
    context: Context, settings: ShopSettings, sender: str, told: Told, invoice_id: uuid.UUID
) -> StoredEmail:
    email_id = new_id()
    return StoredEmail(
        id=email_id,
        invoice_id=invoice_id,
        version=0,
        final=False,
        state="prepared",
        sender={"name": _SENDER_NAME, "email": sender},
        subject=told.subject,
        body=told.body,
        language=settings.language,
        with_pdf=False,
        pdf_name="",
        attachments=(),
        summary=told.summary.model_dump(mode="json") if told.summary else None,
        automatic=True,
        message_id=f"<{email_id}@{sender.rpartition('@')[2]}>",
        recipients=(StoredRecipient("to", "", str(settings.alert_email)),),
        created_at=context.now,
    )
