"""Reference data that a shop declares once: each record has a business code and is replaced as a whole."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar, Literal, TypeVar

from services.invoice_service.domain.email_variables import unknown_variables
from services.invoice_service.domain.errors import FieldError, Invalid
from services.invoice_service.domain.texts import Localized

EmailKind = Literal["proforma", "final", "credit_note"]
EMAIL_KINDS: tuple[EmailKind, ...] = ("proforma", "final", "credit_note")


@dataclass(frozen=True, slots=True)
class GlAccount:
    """An account of the general ledger."""

    kind: ClassVar[str] = "gl_account"

    number: str
    description: str
    category: str
    active: bool = True

    @property
    def key(self) -> str:
        """Its number."""
        return self.number


@dataclass(frozen=True, slots=True)
class Product:
    """A standard product to bill."""

    kind: ClassVar[str] = "product"

    code: str
    description: Localized
    unit_price: Decimal | None = None
    gl_account: str | None = None
    active: bool = True

    @property
    def key(self) -> str:
        """Its code."""
        return self.code


@dataclass(frozen=True, slots=True)
class ExtraChargeCode:
    """A fee that can be added to a job in production. It has an account or a product; the price is optional."""

    kind: ClassVar[str] = "extra_charge"

    code: str
    description: Localized
    unit_price: Decimal | None = None
    gl_account: str | None = None
    product: str | None = None
    active: bool = True

    @property
    def key(self) -> str:
        """Its code."""
        return self.code


@dataclass(frozen=True, slots=True)
class PaymentTerm:
    """When an invoice is due: so many days after its date, then perhaps the end of that month."""

    kind: ClassVar[str] = "payment_term"

    code: str
    description: Localized
    days: int = 0
    end_of_month: bool = False
    on_delivery: bool = False
    active: bool = True

    @property
    def key(self) -> str:
        """Its code."""
        return self.code


@dataclass(frozen=True, slots=True)
class PaymentMethod:
    """How a customer pays."""

    kind: ClassVar[str] = "payment_method"

    code: str
    description: Localized
    active: bool = True

    @property
    def key(self) -> str:
        """Its code."""
        return self.code


@dataclass(frozen=True, slots=True)
class SalesRep:
    """Who sells to a customer."""

    kind: ClassVar[str] = "sales_rep"

    code: str
    name: str
    email: str | None = None
    active: bool = True

    @property
    def key(self) -> str:
        """Its code."""
        return self.code


@dataclass(frozen=True, slots=True)
class FormMessage:
    """A text at the bottom of the forms it is declared for."""

    kind: ClassVar[str] = "form_message"

    code: str
    text: Localized
    on: tuple[str, ...]
    active: bool = True

    @property
    def key(self) -> str:
        """Its code."""
        return self.code


@dataclass(frozen=True, slots=True)
class EmailTexts:
    """One language of an e-mail template, its {{Variables}} not yet replaced."""

    subject: str
    body: str
    attachment_name: str

    def as_dict(self) -> dict[str, str]:
        """As it is stored and answered."""
        return {"subject": self.subject, "body": self.body, "attachment_name": self.attachment_name}


@dataclass(frozen=True, slots=True)
class EmailTemplate:
    """What an e-mail of a kind says, in both languages, and who else gets it."""

    kind: ClassVar[str] = "email_template"

    of: str
    fr: EmailTexts
    en: EmailTexts
    cc: tuple[str, ...] = field(default=())
    bcc: tuple[str, ...] = field(default=())
    bcc_sender: bool = False

    @property
    def key(self) -> str:
        """The kind of e-mail that it is for."""
        return self.of


@dataclass(frozen=True, slots=True)
class Translation:
    """A shop's own wording of one label."""

    kind: ClassVar[str] = "translation"

    label: str
    fr: str
    en: str

    @property
    def key(self) -> str:
        """The label's key."""
        return self.label


Reference = (
    GlAccount
    | Product
    | ExtraChargeCode
    | PaymentTerm
    | PaymentMethod
    | SalesRep
    | FormMessage
    | EmailTemplate
    | Translation
)
R = TypeVar("R", bound=Reference)


@dataclass(frozen=True, slots=True)
class Referral:
    """One field that names a record: where it stands, what kind it names, and which one (None: nothing)."""

    field: str
    kind: str
    code: str | None


def referrals_of(record: Reference) -> Iterable[Referral]:
    """What a record of reference data refers to."""
    if isinstance(record, Product):
        return (Referral("gl_account", GlAccount.kind, record.gl_account),)
    if isinstance(record, ExtraChargeCode):
        return (
            Referral("gl_account", GlAccount.kind, record.gl_account),
            Referral("product", Product.kind, record.product),
        )
    return ()


def check_record(record: Reference) -> None:
    """Refuse a record that makes no sense, whatever else there is.

    Raises:
        Invalid: account_or_product_required (an extra charge), unknown_variable (an e-mail template).
    """
    if isinstance(record, ExtraChargeCode) and record.gl_account is None and record.product is None:
        raise Invalid(
            "account_or_product_required", errors=(FieldError("gl_account", "account_or_product_required"),)
        )
    if isinstance(record, EmailTemplate):
        unknown = tuple(
            FieldError(f"{language}.{name}", "unknown_variable", {"name": variable})
            for language, texts in (("fr", record.fr), ("en", record.en))
            for name, text in texts.as_dict().items()
            for variable in unknown_variables(text)
        )
        if unknown:
            raise Invalid("unknown_variable", errors=unknown, name=unknown[0].data["name"])
