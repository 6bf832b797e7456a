"""Bodies of customers, their addresses and contacts."""

from typing import Annotated, Literal

from pydantic import Field

from services.invoice_service.api.bodies.fields import (
    Body,
    Code,
    Currency,
    EmailAddress,
    Language,
    LongText,
    ShortText,
    Shown,
    example,
)
from services.invoice_service.application.put_customer import in_house
from services.invoice_service.domain.parties import Address, Contact, Customer
from services.invoice_service.domain.settings import ShopSettings

Kind = Literal["billing", "shipping"]


class AddressBody(Body):
    """A customer's address as it is put."""

    id: Code
    kind: Kind
    is_main: bool = Field(default=False, description="the one that is taken; at most one of each kind")
    name: LongText | None = Field(default=None, description="the place's own name, when it differs")
    line1: LongText
    line2: LongText | None = None
    city: ShortText
    province: ShortText | None = Field(
        default=None, description="of the address shipped to: gives the tax code", examples=["QC"]
    )
    postal_code: ShortText | None = None
    country: ShortText = Field(examples=["CA"])

    def value(self) -> Address:
        """As the domain has it."""
        return Address(**self.model_dump())


class ContactBody(Body):
    """A customer's contact as it is put."""

    id: Code
    first_name: ShortText
    last_name: ShortText
    salutation: ShortText | None = None
    email: EmailAddress | None = None
    phone: ShortText | None = None
    language: Language | None = None
    is_default: bool = Field(default=False, description="at most one of a customer")
    billing_responsible: bool = Field(
        default=False, description="invoices are addressed to this contact; at most one active one"
    )
    billing_email: bool = Field(default=False, description="invoices are sent to this contact's `email`")
    active: bool = True

    def value(self) -> Contact:
        """As the domain has it."""
        return Contact(**self.model_dump())


class CustomerBody(Body):
    """A customer as it is put, whole."""

    model_config = example(
        {
            "name": "Éditions du Nord inc.",
            "language": "fr",
            "currency": "CAD",
            "po_required": True,
            "payment_term": "NET30",
            "payment_method": "VIREMENT",
            "sales_rep": "MG",
            "receivable_account": "1200",
            "addresses": [
                {
                    "id": "bureau",
                    "kind": "billing",
                    "is_main": True,
                    "line1": "12, rue Principale",
                    "city": "Québec",
                    "province": "QC",
                    "postal_code": "G1A 1A1",
                    "country": "CA",
                },
                {
                    "id": "entrepot",
                    "kind": "shipping",
                    "is_main": True,
                    "name": "Entrepôt, quai 4",
                    "line1": "850, boulevard Pierre-Bertrand",
                    "city": "Québec",
                    "province": "QC",
                    "postal_code": "G1M 3K8",
                    "country": "CA",
                },
            ],
            "contacts": [
                {
                    "id": "julie",
                    "first_name": "Julie",
                    "last_name": "Tremblay",
                    "salutation": "Madame",
                    "email": "julie.tremblay@editionsdunord.example",
                    "phone": "418 555-0142",
                    "language": "fr",
                    "is_default": True,
                    "billing_responsible": True,
                    "billing_email": True,
                }
            ],
        }
    )

    name: LongText
    language: Language | None = Field(default=None, description="null: the shop's")
    currency: Currency | None = Field(default=None, description="null: the shop's")
    active: bool = True
    prospect: bool = Field(default=False, description="nothing can be billed to it yet")
    po_required: bool = Field(default=False, description="no invoice is final without a PO number")
    bill_to: Code | None = Field(default=None, description="another customer, who pays")
    tax_code: Code | None = Field(default=None, description="null: by the province shipped to")
    payment_term: Code | None = None
    payment_method: Code | None = None
    sales_rep: Code | None = None
    receivable_account: Code | None = None
    business_entity: Code | None = None
    addresses: Annotated[tuple[AddressBody, ...], Field(max_length=500)] = ()
    contacts: Annotated[tuple[ContactBody, ...], Field(max_length=500)] = ()

    def customer(self, code: str, settings: ShopSettings) -> Customer:
        """The customer that it describes."""
        values = self.model_dump(exclude={"addresses", "contacts"})
        return Customer(
            code=code,
            **values | in_house(self.language, self.currency, settings),
            addresses=tuple(address.value() for address in self.addresses),
            contacts=tuple(contact.value() for contact in self.contacts),
        )


class AddressShown(Shown):
    """A customer's address."""

    id: str
    kind: Kind
    is_main: bool
    name: str | None
    line1: str
    line2: str | None
    city: str
    province: str | None
    postal_code: str | None
    country: str


class ContactShown(Shown):
    """A customer's contact."""

    id: str
    first_name: str
    last_name: str
    salutation: str | None
    email: str | None
    phone: str | None
    language: Language | None
    is_default: bool
    billing_responsible: bool
    billing_email: bool
    active: bool


class CustomerShown(Shown):
    """A customer."""

    code: str
    name: str
    language: Language
    currency: str
    active: bool
    prospect: bool
    po_required: bool
    bill_to: str | None
    tax_code: str | None
    payment_term: str | None
    payment_method: str | None
    sales_rep: str | None
    receivable_account: str | None
    business_entity: str | None
    addresses: tuple[AddressShown, ...]
    contacts: tuple[ContactShown, ...]
