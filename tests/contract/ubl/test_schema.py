"""Whatever is final is valid UBL 2.1, adds up to the cent, and says what the invoice says."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings

from services.invoice_service.domain.money import ratio, to_cent
from services.render_service.samples import SAMPLES
from shared.contracts.values import DocumentSnapshot
from shared.ubl.document import ubl_document
from tests.contract.ubl.documents import finals, worked
from tests.contract.ubl.reading import UblFile
from tests.contract.ubl.schemas import schema_faults

WORKED = worked()
FINAL_SAMPLES = {name: one for name, one in SAMPLES.items() if one.stage == "final"}


def assert_says(file: UblFile, snapshot: DocumentSnapshot) -> None:
    """The file has the snapshot's figures: turned positive when it is a credit note."""
    sign = -1 if snapshot.kind == "credit_note" else 1
    figures = file.figures
    assert (figures.subtotal, figures.total) == (sign * snapshot.subtotal, sign * snapshot.total)
    assert [(Decimal(percent), base, amount) for _, percent, base, amount in figures.taxes] == [
        (100 * tax.rate, sign * tax.base, sign * tax.amount) for tax in snapshot.taxes
    ]
    totals = [line.total for line in snapshot.lines if line.total is not None]
    assert [line.number("cbc:LineExtensionAmount") for line in file.lines] == [
        sign * total for total in totals
    ]
    file.assert_adds_up()


@pytest.mark.parametrize("name", sorted(WORKED))
def test_a_worked_document_is_valid_and_says_what_the_invoice_says(name: str) -> None:
    content = ubl_document(WORKED[name])

    assert schema_faults(content) == []
    assert_says(UblFile(content), WORKED[name])


@pytest.mark.parametrize("name", sorted(FINAL_SAMPLES))
def test_what_the_render_service_prints_is_valid_too(name: str) -> None:
    content = ubl_document(FINAL_SAMPLES[name])

    assert schema_faults(content) == []
    assert_says(UblFile(content), FINAL_SAMPLES[name])


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(finals())
def test_any_final_is_valid_and_says_what_the_invoice_says(snapshot: DocumentSnapshot) -> None:
    content = ubl_document(snapshot)

    assert schema_faults(content) == []
    assert ubl_document(snapshot) == content
    assert_says(UblFile(content), snapshot)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(finals())
def test_quantity_and_price_come_to_the_amount_of_the_line(snapshot: DocumentSnapshot) -> None:
    file = UblFile(ubl_document(snapshot))
    quantity_name = "InvoicedQuantity" if file.kind == "Invoice" else "CreditedQuantity"

    for line in file.lines:
        quantity = line.number(f"cbc:{quantity_name}")
        price, per = line.number("cac:Price/cbc:PriceAmount"), line.text("cac:Price/cbc:BaseQuantity")
        amount = line.number("cbc:LineExtensionAmount")
        assert price >= 0
        assert quantity * amount >= 0
        if file.kind == "Invoice":  # Credits close to the cent together, each may be a cent beside its price.
            assert to_cent(ratio(quantity * price, Decimal(per or 1))) == amount


def test_what_is_not_ubl_is_refused() -> None:
    content = ubl_document(WORKED["hundred"])

    misplaced = content.replace(b"cbc:IssueDate", b"cbc:TaxPointDate")
    unknown = content.replace(b"cbc:PayableAmount", b"cbc:Payable")

    assert "TaxPointDate" in schema_faults(misplaced)[0]
    assert "Payable" in schema_faults(unknown)[0]
