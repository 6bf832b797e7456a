"""Steps that nobody answers: asked for again, and after some tries ended as unanswered, for a person to see.

What is asked again has the identity of the first time (the version and content of a document, the id of an e-mail, the
attempt of a transfer), so a worker that was only slow does nothing twice. An answer that comes after the end counts.
"""

import dataclasses
import datetime as dt
from typing import Literal

from services.invoice_service.application.context import Context
from services.invoice_service.application.edit_invoice import drafting_of
from services.invoice_service.application.finalize import axis_columns
from services.invoice_service.application.outgoing import Message, transfer_command
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.invoicing import Loaded, StoredEmail, Trail
from services.invoice_service.application.ports.sweep import StuckStep
from services.invoice_service.application.record_results import record_result
from services.invoice_service.application.request_document import rendering
from services.invoice_service.application.send_email import send_command
from services.invoice_service.application.trail import entry
from services.invoice_service.domain.axes import Axis
from services.invoice_service.domain.changes import Change
from services.invoice_service.domain.completeness import missing_accounts
from services.invoice_service.domain.errors import NotFound
from services.invoice_service.domain.sentences import sentence
from shared.contracts import results
from shared.contracts.values import Reason, Wire

Swept = Literal["asked", "given_up", "answered"]


@dataclasses.dataclass(frozen=True, slots=True)
class Patience:
    """For so long a step may be without an answer before it is asked for again, and so many times."""

    after: dt.timedelta
    tries: int


async def sweep(uow: UnitOfWork, context: Context, step: StuckStep, patience: Patience) -> Swept:
    """Ask again for one step, or end it; nothing when it was answered, or swept by somebody else, meanwhile."""
    try:
        await uow.invoices.lock(str(step.invoice_id))
    except NotFound:
        return "answered"
    if not await uow.steps.still_stuck(step, context.now - patience.after):
        return "answered"
    loaded = await uow.invoices.load(str(step.invoice_id), context.actor.id)
    if step.attempts < patience.tries and await _ask(uow, context, loaded, step):
        await uow.steps.asked_again(step, context.now)
        return "asked"
    return await _give_up(uow, context, loaded, step)


async def _ask(uow: UnitOfWork, context: Context, loaded: Loaded, step: StuckStep) -> bool:
    """Write the command anew. False: nothing can be asked any more that would bring an answer."""
    match step.kind:
        case "rendering":
            return await _ask_rendering(uow, context, loaded)
        case "email":
            return await _ask_email(uow, context, loaded, step)
        case "transfer":
            return await _ask_transfer(uow, context, loaded)


async def _ask_rendering(uow: UnitOfWork, context: Context, loaded: Loaded) -> bool:
    invoice, axes = loaded.invoice, loaded.around.axes
    if axes.rendering_version != invoice.version:
        return False
    columns, message = await rendering(uow, context, loaded, preview=False)
    # It began when it began: that is what its tries are counted from.
    columns["rendering_at"] = axes.rendering.at
    await uow.invoices.move(
        invoice.id, invoice.status, columns, _asked(context, loaded, "rendering", message)
    )
    return True


async def _ask_email(uow: UnitOfWork, context: Context, loaded: Loaded, step: StuckStep) -> bool:
    email = await uow.emails.get(step.id, step.invoice_id)
    document = None
    if email.with_pdf:
        document = await uow.invoices.document(email.invoice_id, email.version)
        if document is None:
            # Its document is what it waits for: that is asked for on its own, unless nobody makes it any more.
            return email.version == loaded.invoice.version
    message = send_command(context, email, document, await uow.settings.get())
    await uow.emails.save(dataclasses.replace(email, requested=True))
    await uow.invoices.move(
        email.invoice_id, loaded.invoice.status, {}, _asked(context, loaded, "email", message)
    )
    return True


async def _ask_transfer(uow: UnitOfWork, context: Context, loaded: Loaded) -> bool:
    invoice, around = loaded.invoice, loaded.around
    drafting = (await drafting_of(uow, invoice)).drafting
    if drafting.settings.connector == "none" or missing_accounts(invoice, drafting):
        return False
    message = transfer_command(
        context, invoice, drafting, attempt=around.axes.transfer_attempt, credited=around.credited
    )
    await uow.invoices.move(invoice.id, invoice.status, {}, _asked(context, loaded, "transfer", message))
    return True


def _asked(context: Context, loaded: Loaded, step: str, message: Message) -> Trail:
    change = Change("step", None, step)
    return Trail([entry(context, "step.asked_again", loaded.invoice, [change])], [message])


async def _give_up(uow: UnitOfWork, context: Context, loaded: Loaded, step: StuckStep) -> Swept:
    axes = loaded.around.axes
    if step.kind == "rendering" and axes.rendering_version not in (None, loaded.invoice.version):
        # A document of an older version: nobody waits for it but e-mails, and they are swept themselves.
        columns = axis_columns("rendering", Axis("none"))
        await uow.invoices.move(loaded.invoice.id, loaded.invoice.status, columns, Trail())
        return "given_up"
    await record_result(uow, context, await _unanswered(uow, context, loaded, step))
    return "given_up"


async def _unanswered(uow: UnitOfWork, context: Context, loaded: Loaded, step: StuckStep) -> Wire:
    """The result that a worker would have given had it known that nobody knows."""
    invoice_id = str(loaded.invoice.id)
    said = sentence("no_answer", {"tries": step.attempts})
    reason = Reason(code="no_answer", message=said.text((await uow.settings.get()).language))
    axes = loaded.around.axes
    match step.kind:
        case "rendering":
            return results.DocumentRenderFailed(
                invoice_id=invoice_id, version=loaded.invoice.version, reason=reason
            )
        case "transfer":
            return results.InvoiceTransferUncertain(
                invoice_id=invoice_id,
                attempt=axes.transfer_attempt,
                connector=axes.transfer_connector or "none",
                reason=reason,
                at=context.now,
            )
        case "email":
            email = await uow.emails.get(step.id, step.invoice_id)
            told = _email_unanswered(email)
            kind = results.EmailUncertain if email.requested else results.EmailFailed
            return kind(
                email_id=str(email.id), invoice_id=invoice_id, recipients=told, reason=reason, at=context.now
            )


def _email_unanswered(email: StoredEmail) -> tuple[results.RecipientResult, ...]:
    """An e-mail that was never asked for has reached nobody; of one that was, nobody knows."""
    unknown: results.RecipientState = "uncertain" if email.requested else "refused"
    known: dict[str, results.RecipientState] = {"sent": "sent", "refused": "refused"}
    return tuple(
        results.RecipientResult(
            email=recipient.email,
            role=recipient.role,
            state=known.get(recipient.state, unknown),
            reply=recipient.reply,
            revision=recipient.revision,
        )
        for recipient in email.recipients
    )
