"""Customers, their addresses and contacts, and what an invoice copies of them."""

from dataclasses import dataclass

from services.invoice_service.domain.texts import Language


@dataclass(frozen=True, slots=True)
class Address:
    """A customer's address, of kind billing or shipping."""

    id: str
    kind: str
    line1: str
    city: str
    country: str
    is_main: bool = False
    name: str | None = None
    line2: str | None = None
    province: str | None = None
    postal_code: str | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """A customer's contact; one is *responsable* of billing, any number get the *envoi courriel*."""

    id: str
    first_name: str
    last_name: str
    salutation: str | None = None
    email: str | None = None
    phone: str | None = None
    language: Language | None = None
    is_default: bool = False
    billing_responsible: bool = False
    billing_email: bool = False
    active: bool = True

    @property
    def full_name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer: to whom we sell, and perhaps to whom we bill."""

    code: str
    name: str
    language: Language = "fr"
    currency: str = "CAD"
    active: bool = True
    prospect: bool = False
    po_required: bool = False
    bill_to: str | None = None
    tax_code: str | None = None
    payment_term: str | None = None
    payment_method: str | None = None
    sales_rep: str | None = None
    receivable_account: str | None = None
    business_entity: str | None = None
    addresses: tuple[Address, ...] = ()
    contacts: tuple[Contact, ...] = ()

    @property
    def billable(self) -> bool:
        """Whether it may be invoiced: active, and no longer a prospect."""
        return self.active and not self.prospect

    def main_address(self, kind: str) -> Address | None:
        """The main address of a kind, else its first one."""
        of_kind = [address for address in self.addresses if address.kind == kind]
        return next((address for address in of_kind if address.is_main), of_kind[0] if of_kind else None)

    def address(self, address_id: str) -> Address | None:
        """The address of this id."""
        return next((address for address in self.addresses if address.id == address_id), None)

    def contact(self, contact_id: str) -> Contact | None:
        """The contact of this id."""
        return next((contact for contact in self.contacts if contact.id == contact_id), None)

    def billing_responsible(self) -> Contact | None:
        """The contact responsible of billing, if an active one is."""
        return next(
            (contact for contact in self.contacts if contact.active and contact.billing_responsible), None
        )

    def billing_emails(self) -> tuple[Contact, ...]:
        """The active contacts that are sent the invoices by e-mail."""
        return tuple(
            contact for contact in self.contacts if contact.active and contact.billing_email and contact.email
        )


@dataclass(frozen=True, slots=True)
class PartyAddress:
    """An address as copied into an invoice."""

    line1: str
    city: str
    country: str
    name: str | None = None
    line2: str | None = None
    province: str | None = None
    postal_code: str | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """A party as copied into an invoice: what it said then, it says for ever."""

    code: str
    name: str
    attention: str | None = None
    address: PartyAddress | None = None


def copied_address(address: Address) -> PartyAddress:
    """An address as an invoice keeps it."""
    return PartyAddress(
        line1=address.line1,
        city=address.city,
        country=address.country,
        name=address.name,
        line2=address.line2,
        province=address.province,
        postal_code=address.postal_code,
    )


def sold_to(customer: Customer, attention: Contact | None) -> Party:
    """The customer as the buyer on paper, at its billing address."""
    address = customer.main_address("billing") or customer.main_address("shipping")
    return Party(
        customer.code,
        customer.name,
        attention.full_name if attention else None,
        copied_address(address) if address else None,
    )


def ship_to(customer: Customer, address: Address | None) -> Party | None:
    """Where it is shipped: that address, under its own name when it has one."""
    if address is None:
        return None
    return Party(customer.code, address.name or customer.name, None, copied_address(address))


def default_ship_to(customer: Customer) -> Address | None:
    """The main shipping address, else the billing one."""
    return customer.main_address("shipping") or customer.main_address("billing")
