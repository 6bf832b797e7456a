"""Bodies of form messages, e-mail templates and translations."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from services.invoice_service.api.bodies.fields import (
    Body,
    EmailAddress,
    LocalizedParagraphs,
    LocalizedShown,
    LongText,
    Paragraphs,
    Shown,
    example,
)
from services.invoice_service.domain.errors import NotFound
from services.invoice_service.domain.reference import (
    EMAIL_KINDS,
    EmailKind,
    EmailTemplate,
    EmailTexts,
    FormMessage,
    Translation,
)

Form = Literal["invoice", "quote", "shipment"]


def _each_once(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


class FormMessageBody(Body):
    """A message at the bottom of forms as it is put."""

    model_config = example(
        {
            "text": {"fr": "Merci de votre confiance.", "en": "Thank you for your business."},
            "on": ["invoice"],
        }
    )

    text: LocalizedParagraphs
    on: Annotated[tuple[Form, ...], Field(max_length=10), AfterValidator(_each_once)]
    active: bool = True

    def record(self, code: str) -> FormMessage:
        """The record that it describes."""
        return FormMessage(code, self.text.value(), self.on, self.active)


class FormMessageShown(Shown):
    """A message at the bottom of forms."""

    code: str
    text: LocalizedShown
    on: tuple[Form, ...]
    active: bool


class EmailTextsBody(Body):
    """One language of an e-mail template, with {{Variables}}."""

    subject: LongText
    body: Paragraphs
    attachment_name: LongText

    def value(self) -> EmailTexts:
        """As the domain has it."""
        return EmailTexts(self.subject, self.body, self.attachment_name)


class EmailTemplateBody(Body):
    """An e-mail template as it is put."""

    model_config = example(
        {
            "fr": {
                "subject": "Facture {{NoFacture}}",
                "body": "Bonjour {{NomContact}},\n\nVoici la facture {{NoFacture}} de {{Total}}.",
                "attachment_name": "Facture {{NoFacture}}",
            },
            "en": {
                "subject": "Invoice {{NoFacture}}",
                "body": "Hello {{NomContact}},\n\nHere is invoice {{NoFacture}} for {{Total}}.",
                "attachment_name": "Invoice {{NoFacture}}",
            },
            "bcc": ["archives@imprimerie.example"],
        }
    )

    fr: EmailTextsBody
    en: EmailTextsBody
    cc: Annotated[tuple[EmailAddress, ...], Field(max_length=20)] = ()
    bcc: Annotated[tuple[EmailAddress, ...], Field(max_length=20)] = ()
    bcc_sender: bool = False

    def record(self, kind: str) -> EmailTemplate:
        """The record that it describes.

        Raises:
            NotFound: there is no such kind of e-mail.
        """
        if kind not in EMAIL_KINDS:
            raise NotFound(EmailTemplate.kind, kind)
        return EmailTemplate(kind, self.fr.value(), self.en.value(), self.cc, self.bcc, self.bcc_sender)


class EmailTextsShown(Shown):
    """One language of an e-mail template."""

    subject: str
    body: str
    attachment_name: str


class EmailTemplateShown(Shown):
    """An e-mail template."""

    kind: EmailKind = Field(validation_alias="of")
    fr: EmailTextsShown
    en: EmailTextsShown
    cc: tuple[str, ...]
    bcc: tuple[str, ...]
    bcc_sender: bool


class TranslationBody(Body):
    """A shop's own wording of a label as it is put."""

    model_config = example({"fr": "No de bon de commande", "en": "Purchase order no."})

    fr: LongText
    en: LongText

    def record(self, key: str) -> Translation:
        """The record that it describes."""
        return Translation(key, self.fr, self.en)


class TranslationShown(Shown):
    """A shop's own wording of a label."""

    key: str = Field(validation_alias="label")
    fr: str
    en: str
