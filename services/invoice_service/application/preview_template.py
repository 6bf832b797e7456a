"""Show what an e-mail template makes of an invoice: nothing is kept, nothing goes out."""

from dataclasses import dataclass, replace

from services.invoice_service.application.compose_email import EmailDraft, compose
from services.invoice_service.application.context import Context
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.domain.reference import EmailTemplate, check_record
from services.invoice_service.domain.texts import Language
from shared.mail.page import page


@dataclass(frozen=True, slots=True)
class TemplatePreview:
    """The e-mail that would be proposed, and its HTML side."""

    draft: EmailDraft
    html: str


async def preview_template(
    uow: UnitOfWork, context: Context, ref: str, template: EmailTemplate, language: Language
) -> TemplatePreview:
    """What a template, saved or not, makes of an invoice in a language.

    Raises:
        NotFound: no such invoice.
        Invalid: unknown_variable.
    """
    check_record(template)
    loaded = await uow.invoices.load(ref, context.actor.id)
    draft = await compose(uow, replace(loaded, invoice=replace(loaded.invoice, language=language)), template)
    return TemplatePreview(draft, page(draft.body, language, title=draft.subject, summary=draft.summary))
