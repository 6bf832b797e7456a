"""Who issues, who pays, who bought and where it went."""

import re
from collections.abc import Iterator

from shared.contracts.values import Address, DocumentSnapshot, Issuer, Localized, Party
from shared.ubl.elements import Element, cac, cbc
from shared.ubl.taxes import GST, HST, QST, scheme_of, tax_scheme

_COUNTRY_CODE = re.compile(r"[A-Z]{2}")
# One registration is for both: its number ends in RT.
_GST_NAME = Localized(fr="TPS/TVH", en="GST/HST")
_QST_NAME = Localized(fr="TVQ", en="QST")


def supplier(snapshot: DocumentSnapshot) -> Element | None:
    """The issuer, with the registration number of each tax."""
    issuer = snapshot.issuer
    return cac(
        "AccountingSupplierParty",
        cac(
            "Party",
            cac("PartyIdentification", cbc("ID", issuer.code)),
            cac("PartyName", cbc("Name", issuer.name)),
            _address("PostalAddress", issuer.address, issuer.name),
            *_registrations(snapshot),
            cac("PartyLegalEntity", cbc("RegistrationName", issuer.name)),
            _issuer_contact(issuer),
        ),
    )


def customer(snapshot: DocumentSnapshot) -> Element | None:
    """Whom it is billed to, in the care of the billing contact."""
    payer = snapshot.bill_to or snapshot.sold_to
    contact = snapshot.billing_contact
    name = contact.name if contact else payer.attention
    return cac("AccountingCustomerParty", _party(payer, name, contact.email if contact else None))


def buyer(snapshot: DocumentSnapshot) -> Element | None:
    """Whom it was sold to, when somebody else pays."""
    if snapshot.bill_to is None:
        return None
    return cac("BuyerCustomerParty", _party(snapshot.sold_to, snapshot.sold_to.attention, None))


def delivery(snapshot: DocumentSnapshot) -> Element | None:
    """Where it was shipped to."""
    place = snapshot.ship_to
    if place is None:
        return None
    return cac(
        "Delivery",
        cac("DeliveryLocation", _address("Address", place.address, place.name)),
        cac("DeliveryParty", cac("PartyName", cbc("Name", place.name))),
    )


def _party(party: Party, contact: str | None, email: str | None) -> Element | None:
    return cac(
        "Party",
        cac("PartyIdentification", cbc("ID", party.code)),
        cac("PartyName", cbc("Name", party.name)),
        _address("PostalAddress", party.address, party.name),
        cac("PartyLegalEntity", cbc("RegistrationName", party.name)),
        cac("Contact", cbc("Name", contact), cbc("ElectronicMail", email)),
    )


def _issuer_contact(issuer: Issuer) -> Element | None:
    return cac("Contact", cbc("Telephone", issuer.phone), cbc("ElectronicMail", issuer.email))


def _registrations(snapshot: DocumentSnapshot) -> Iterator[Element | None]:
    """The issuer's two numbers, then those of taxes that have one of their own; each number once, as on paper."""
    charged = {scheme_of(tax) for tax in snapshot.taxes}
    told = (
        (snapshot.issuer.gst_number, HST if HST in charged and GST not in charged else GST, _GST_NAME),
        (snapshot.issuer.qst_number, QST, _QST_NAME),
        *((tax.registration_number, scheme_of(tax), tax.name) for tax in snapshot.taxes),
    )
    seen = set()
    for number, scheme, name in told:
        if number and number not in seen:
            seen.add(number)
            yield cac("PartyTaxScheme", cbc("CompanyID", number), tax_scheme(scheme, name, snapshot.language))


def _address(element: str, address: Address | None, party_name: str) -> Element | None:
    if address is None:
        return None
    place = address.name if address.name != party_name else None
    return cac(
        element,
        cbc("StreetName", address.line1),
        cbc("AdditionalStreetName", address.line2),
        cbc("CityName", address.city),
        cbc("PostalZone", address.postal_code),
        cbc("CountrySubentity", address.province),
        cac("AddressLine", cbc("Line", place)),
        _country(address.country),
    )


def _country(country: str) -> Element | None:
    """An ISO 3166-1 code as such; anything else is a name."""
    code = _COUNTRY_CODE.fullmatch(country)
    return cac("Country", cbc("IdentificationCode" if code else "Name", country))
