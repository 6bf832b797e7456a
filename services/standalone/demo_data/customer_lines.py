"""How the tables of the shop's customers are written: a line becomes a customer."""

from collections.abc import Iterator
from dataclasses import replace

from services.invoice_service.domain.parties import Address, Contact, Customer

_AREA_CODES = {"QC": "819", "ON": "613", "NS": "902", "AB": "403", "VT": "802"}
_PLAIN = str.maketrans("àâçéèêëîïôùûü' ", "aaceeeeiiouuu--")


def address(address_id: str, kind: str, where: str, *, name: str | None = None) -> Address:
    """From "street | city | province | postal code"."""
    street, city, province, postal = (part.strip() for part in where.split("|"))
    country = "USA" if postal.isdigit() else "Canada"
    return Address(
        address_id,
        kind,
        street,
        city,
        country,
        is_main=True,
        name=name,
        province=province,
        postal_code=postal,
    )


def _contacts(who: str, domain: str, phone: str, accounts: str) -> Iterator[Contact]:
    """The contact of "Mme First Last", who answers for the bills, and the mailbox that they are sent to."""
    salutation, first, last = who.split(" ", 2)
    email = f"{first}.{last}@{domain}".lower().translate(_PLAIN) if domain else None
    yield Contact("c1", first, last, salutation, email, phone, is_default=True, billing_responsible=True)
    if accounts:
        yield Contact("c2", "Comptes", "fournisseurs", email=f"{accounts}@{domain}", billing_email=True)


def customer(code: str, name: str, where: str, who: str, mail: str, terms: str) -> Customer:
    """`mail`: domain, perhaps with the mailbox of accounts before it; `terms`: term, method, sales rep."""
    accounts, _, domain = mail.rpartition("@")
    billing = address("a1", "billing", where)
    phone = f"{_AREA_CODES[billing.province or 'QC']} 555-0{code[-3:]}"
    term, method, rep = terms.split()
    return Customer(
        code,
        name,
        payment_term=term,
        payment_method=method,
        sales_rep=rep,
        addresses=(billing,),
        contacts=tuple(_contacts(who, domain, phone, accounts)),
    )


def english(customer: Customer) -> Customer:
    """The same customer, who is written to in English."""
    contacts = tuple(
        replace(contact, first_name="Accounts", last_name="Payable") if contact.id == "c2" else contact
        for contact in customer.contacts
    )
    return replace(customer, language="en", contacts=contacts)
