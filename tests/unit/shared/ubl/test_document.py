import datetime as dt

import pytest

from services.render_service.samples import GST, QST, document, line
from shared.contracts.values import CreditedInvoice, DocumentLine, DocumentSnapshot, Localized, Presentation
from shared.ubl.document import ubl_document
from tests.contract.ubl.reading import UblFile

CREDITED = CreditedInvoice(number="00004", date=dt.date(2025, 7, 2), reason="mal plié")
HOSTILE = "a\x00b\x1b ]]> <!-- &amp; <x/> \u202eשלם\u202c 🖨 \ufffe\ud83d"


def said(*lines: DocumentLine, **more: object) -> UblFile:
    return UblFile(ubl_document(document(lines or (line("Encarts", "1", "100.00"),), (GST, QST), **more)))


def credit(**more: object) -> UblFile:
    return said(
        line("Encarts", "-3", "10.00"), kind="credit_note", due_date=None, credited_invoice=CREDITED, **more
    )


def test_an_invoice_says_what_it_is() -> None:
    file = said(number="F-7", currency="USD")

    assert file.kind == "Invoice"
    assert [file.text(f"cbc:{name}") for name in ("UBLVersionID", "CustomizationID", "ID", "UUID")] == [
        "2.1",
        "urn:factures:ubl:1",
        "F-7",
        "0198f3c2-0000-7000-8000-000000000001",
    ]
    assert [file.text(f"cbc:{name}") for name in ("IssueDate", "DueDate", "InvoiceTypeCode")] == [
        "2025-07-18",
        "2025-08-17",
        "380",
    ]
    assert file.text("cbc:DocumentCurrencyCode") == "USD"
    assert file.all("cac:BillingReference") == []


def test_it_claims_no_profile_that_was_not_checked() -> None:
    content = ubl_document(document([line("Encarts", "1", "100.00")])).decode()

    assert "en16931" not in content
    assert "peppol" not in content
    assert "ProfileID" not in content


def test_a_credit_note_is_positive_and_names_what_it_credits_and_why() -> None:
    file = credit()

    assert (file.kind, file.text("cbc:CreditNoteTypeCode")) == ("CreditNote", "381")
    assert file.all("cbc:DueDate") == []
    assert file.text("cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID") == "00004"
    assert file.text("cac:BillingReference/cac:InvoiceDocumentReference/cbc:IssueDate") == "2025-07-02"
    assert file.text("cac:DiscrepancyResponse/cbc:ReferenceID") == "00004"
    assert file.text("cac:DiscrepancyResponse/cbc:Description") == "mal plié"
    figures = file.figures
    assert [str(figures.subtotal), str(figures.total)] == ["30.00", "34.49"]
    assert [str(amount) for *_, amount in figures.taxes] == ["1.50", "2.99"]
    file.assert_adds_up()


def test_lines_without_an_amount_are_notes_before_the_message_and_the_foot() -> None:
    file = said(
        DocumentLine(kind="text", description="Premier"),
        line("Encarts", "1", "100.00"),
        DocumentLine(kind="text", description="Second"),
        message="Merci.",
        presentation=Presentation(footer=Localized(fr="Intérêt de 1,5 %", en="Interest of 1.5%")),
    )

    assert file.texts("cbc:Note") == ["Premier", "Second", "Merci.", "Intérêt de 1,5 %"]
    assert len(file.lines) == 1


@pytest.mark.parametrize(
    ("language", "term", "method", "tax"),
    [("fr", "Net 30 jours", "Porté au compte", "TVQ"), ("en", "Net 30 days", "On account", "QST")],
)
def test_it_speaks_the_language_of_the_invoice(language: str, term: str, method: str, tax: str) -> None:
    file = said(language=language)

    assert file.text("cac:PaymentTerms/cbc:Note") == term
    assert file.attribute("cac:PaymentMeans/cbc:PaymentMeansCode", "name") == method
    assert tax in file.texts("cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory/cac:TaxScheme/cbc:Name")
    marked = {found.get("languageID") for found in file.element.iter()} - {None}
    assert marked == {language}


def test_what_the_invoice_does_not_say_is_not_there() -> None:
    file = said(payment_term=None, payment_method=None, due_date=None, ship_to=None, message=None)

    for name in ("cac:PaymentTerms", "cac:PaymentMeans", "cbc:DueDate", "cac:Delivery", "cbc:Note"):
        assert file.all(name) == []


def test_hostile_texts_make_a_well_formed_file() -> None:
    held = "a�b� ]]> <!-- &amp; <x/> \u202eשלם\u202c 🖨 ��"
    snapshot = document([line("x", "1", "1.00")])
    party = snapshot.sold_to.model_copy(update={"name": HOSTILE, "attention": HOSTILE})
    # A lone surrogate comes through no JSON: it is put in behind the models' backs.
    hostile = snapshot.model_copy(
        update={
            "message": HOSTILE,
            "sold_to": party,
            "payment_method": Localized.model_construct(fr=HOSTILE, en=HOSTILE),
            "lines": (snapshot.lines[0].model_copy(update={"description": HOSTILE}),),
        }
    )

    file = UblFile(ubl_document(hostile))

    assert file.texts("cbc:Note") == [held]
    assert file.text("cac:AccountingCustomerParty/cac:Party/cac:PartyName/cbc:Name") == held
    assert file.attribute("cac:PaymentMeans/cbc:PaymentMeansCode", "name") == held
    assert file.lines[0].text("cac:Item/cbc:Name") == held


def test_a_snapshot_that_came_over_the_wire_makes_the_same_bytes() -> None:
    snapshot = document([line("Encarts", "5000", "0.9184")])

    again = DocumentSnapshot.model_validate_json(snapshot.model_dump_json())

    assert ubl_document(again) == ubl_document(snapshot)
