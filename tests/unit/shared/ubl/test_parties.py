from decimal import Decimal

import pytest

from services.render_service.samples import CUSTOMER, GST, ISSUER, QST, document, line
from shared.contracts.values import Address, BillingContact, Issuer, Localized, Party
from shared.ubl.document import ubl_document
from tests.contract.ubl.reading import Node, UblFile

PAYER = Party(code="C-9", name="Siège social", attention="Luc Roy")


def said(**more: object) -> UblFile:
    return UblFile(ubl_document(document([line("Affiche", "1", "100.00")], (GST, QST), **more)))


def party(file: UblFile, role: str) -> Node:
    return file.one(f"cac:{role}/cac:Party")


def identity(node: Node) -> tuple[str | None, ...]:
    return (
        node.text("cac:PartyIdentification/cbc:ID"),
        node.text("cac:PartyName/cbc:Name"),
        node.text("cac:PartyLegalEntity/cbc:RegistrationName"),
    )


def registrations(file: UblFile) -> list[tuple[str | None, str | None, str | None]]:
    return [
        (one.text("cbc:CompanyID"), one.text("cac:TaxScheme/cbc:ID"), one.text("cac:TaxScheme/cbc:Name"))
        for one in party(file, "AccountingSupplierParty").all("cac:PartyTaxScheme")
    ]


def test_the_issuer_is_the_supplier() -> None:
    supplier = party(said(), "AccountingSupplierParty")

    assert identity(supplier) == ("E1", ISSUER.name, ISSUER.name)
    assert supplier.text("cac:Contact/cbc:Telephone") == "418 555-0142"
    assert supplier.text("cac:Contact/cbc:ElectronicMail") == "comptes@trois-epinettes.example"
    assert supplier.text("cac:PostalAddress/cbc:StreetName") == "1410, chemin de la Falaise"


def test_both_registration_numbers_are_told() -> None:
    assert registrations(said()) == [
        ("123456789 RT0001", "GST", "TPS/TVH"),
        ("1234567890 TQ0001", "QST", "TVQ"),
    ]
    assert [name for *_, name in registrations(said(language="en"))] == ["GST/HST", "QST"]


def test_the_number_of_gst_is_that_of_hst() -> None:
    harmonized = ("TVH-ON", Localized(fr="TVH", en="HST"), Decimal("0.13"), None)

    file = UblFile(ubl_document(document([line("a", "1", "1.00")], (harmonized,))))

    assert registrations(file)[0] == ("123456789 RT0001", "HST", "TPS/TVH")


def test_a_tax_s_own_number_is_told_and_none_twice() -> None:
    same = (*GST[:3], "123456789 RT0001")
    provincial = ("TVP", Localized(fr="TVP", en="PST"), Decimal("0.07"), "PST-1234-5678")

    file = UblFile(ubl_document(document([line("a", "1", "1.00")], (same, QST, provincial))))

    assert [number for number, *_ in registrations(file)] == [
        "123456789 RT0001",
        "1234567890 TQ0001",
        "PST-1234-5678",
    ]
    assert registrations(file)[2][1:] == ("PST", "TVP")


def test_an_issuer_of_which_little_is_known_is_named() -> None:
    supplier = party(said(issuer=Issuer(code="MAIN", name="Imprimerie")), "AccountingSupplierParty")

    assert identity(supplier) == ("MAIN", "Imprimerie", "Imprimerie")
    for name in ("PostalAddress", "PartyTaxScheme", "Contact"):
        assert supplier.all(f"cac:{name}") == []


def test_who_buys_pays_in_the_care_of_the_billing_contact() -> None:
    file = said(billing_contact=BillingContact(name="Julie Tremblay", email="julie@client.example"))

    customer = party(file, "AccountingCustomerParty")
    assert identity(customer) == ("C-0153", CUSTOMER.name, CUSTOMER.name)
    assert customer.text("cac:Contact/cbc:Name") == "Julie Tremblay"
    assert customer.text("cac:Contact/cbc:ElectronicMail") == "julie@client.example"
    assert file.all("cac:BuyerCustomerParty") == []


def test_without_a_contact_it_is_to_the_attention_that_the_paper_tells() -> None:
    customer = party(said(), "AccountingCustomerParty")

    assert customer.text("cac:Contact/cbc:Name") == CUSTOMER.attention
    assert customer.all("cac:Contact/cbc:ElectronicMail") == []


def test_when_another_one_pays_both_are_told() -> None:
    file = said(bill_to=PAYER)

    assert identity(party(file, "AccountingCustomerParty"))[:2] == ("C-9", "Siège social")
    assert party(file, "AccountingCustomerParty").text("cac:Contact/cbc:Name") == "Luc Roy"
    assert identity(party(file, "BuyerCustomerParty"))[:2] == ("C-0153", CUSTOMER.name)


def test_where_it_went_is_told_with_the_place_s_own_name() -> None:
    file = said()

    assert file.text("cac:Delivery/cac:DeliveryParty/cac:PartyName/cbc:Name") == CUSTOMER.name
    address = file.one("cac:Delivery/cac:DeliveryLocation/cac:Address")
    assert address.text("cac:AddressLine/cbc:Line") == "Entrepôt de la Rivière"
    assert [
        address.text(f"cbc:{name}") for name in ("StreetName", "CityName", "PostalZone", "CountrySubentity")
    ] == [
        "2, montée des Bouleaux",
        "Sainte-Aurore",
        "J4H 1A1",
        "QC",
    ]


def test_a_place_that_is_called_like_its_party_is_named_once() -> None:
    address = Address(name="Dépôt", line1="1, rue A", city="Lévis", country="CA")
    file = said(ship_to=Party(code="C-1", name="Dépôt", address=address))

    assert file.all("cac:Delivery//cac:AddressLine") == []


@pytest.mark.parametrize(
    ("country", "code", "name"), [("CA", "CA", None), ("Canada", None, "Canada"), ("ca", None, "ca")]
)
def test_a_country_is_an_iso_code_or_a_name(country: str, code: str | None, name: str | None) -> None:
    address = Address(line1="1, rue A", city="Lévis", country=country)
    customer = party(
        said(sold_to=Party(code="C-1", name="Client", address=address)), "AccountingCustomerParty"
    )

    assert customer.text("cac:PostalAddress/cac:Country/cbc:IdentificationCode") == code
    assert customer.text("cac:PostalAddress/cac:Country/cbc:Name") == name
