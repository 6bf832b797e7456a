from decimal import Decimal

import pytest

from services.render_service.samples import GST, QST, document, line
from shared.contracts.values import DocumentLine, Presentation
from shared.ubl.document import ubl_document
from tests.contract.ubl.reading import Node, UblFile


def said(*lines: DocumentLine, **more: object) -> UblFile:
    return UblFile(ubl_document(document(lines, (GST, QST), **more)))


def bill(total: str, **fields: object) -> DocumentLine:
    return DocumentLine.model_validate(
        {"kind": "job", "description": "Encarts", "total": Decimal(total), **fields}
    )


def priced(of: Node) -> tuple[str | None, ...]:
    """Quantity, its unit, price, per how many, amount."""
    name = "cbc:CreditedQuantity" if of.all("cbc:CreditedQuantity") else "cbc:InvoicedQuantity"
    return (
        of.text(name),
        of.attribute(name, "unitCode"),
        of.text("cac:Price/cbc:PriceAmount"),
        of.text("cac:Price/cbc:BaseQuantity"),
        of.text("cbc:LineExtensionAmount"),
    )


@pytest.mark.parametrize(
    ("one", "told"),
    [
        (
            bill("4592.00", quantity=Decimal(5000), unit_price=Decimal("0.918400")),
            ("5000", "C62", "0.9184", None, "4592.00"),
        ),
        (
            bill("0.00", quantity=Decimal("0.5000"), unit_price=Decimal("0.000001")),
            ("0.5", "C62", "0.000001", None, "0.00"),
        ),
        (
            # A third of it: as a unit price, 33.333333 would not come to the cent for long.
            bill(
                "33.33",
                quantity=Decimal(1),
                ordered_quantity=Decimal(3),
                total_price=Decimal("100.00"),
                unit_price=Decimal("33.333333"),
            ),
            ("1", "C62", "100.00", "3", "33.33"),
        ),
        (
            bill("100.00", quantity=Decimal(3), total_price=Decimal("100.00"), unit_price=Decimal(100)),
            ("3", "C62", "100.00", "3", "100.00"),
        ),
        (
            bill("-125.00", quantity=Decimal(1), unit_price=Decimal(-125)),
            ("-1", "C62", "125.00", None, "-125.00"),
        ),
        (
            bill("0.00", quantity=Decimal(0), total_price=Decimal("100.00")),
            ("0", "C62", "0.00", None, "0.00"),
        ),
    ],
    ids=["by unit", "rounded away", "for the ordered quantity", "for what is billed", "rebate", "nothing"],
)
def test_a_line_tells_how_it_comes_to_its_amount(one: DocumentLine, told: tuple[str, ...]) -> None:
    assert priced(said(one).lines[0]) == told


@pytest.mark.parametrize(
    ("one", "told"),
    [
        (bill("-20.00", quantity=Decimal(-2), unit_price=Decimal(10)), ("2", "C62", "10.00", None, "20.00")),
        (bill("-10.00"), ("1", "LS", "10.00", None, "10.00")),
        (
            bill("125.00", quantity=Decimal(-1), unit_price=Decimal(-125)),
            ("-1", "C62", "125.00", None, "-125.00"),
        ),
        (
            bill("-30.00", quantity=Decimal(-3), total_price=Decimal("100.00"), unit_price=Decimal(100)),
            ("3", "C62", "30.00", "3", "30.00"),
        ),
    ],
    ids=[
        "by quantity",
        "an amount without quantity",
        "a rebate taken back",
        "of a price for what was billed",
    ],
)
def test_a_credit_s_line_is_positive(one: DocumentLine, told: tuple[str, ...]) -> None:
    assert priced(said(one, kind="credit_note").lines[0]) == told


def test_one_order_is_the_document_s() -> None:
    file = said(
        line("a", "1", "1.00", po_number="PO-1"),
        line("b", "1", "1.00"),
        line("c", "1", "1.00", po_number="PO-1"),
    )

    assert file.text("cac:OrderReference/cbc:ID") == "PO-1"
    assert file.all(".//cac:OrderLineReference") == []


def test_several_orders_are_their_lines() -> None:
    file = said(
        line("a", "1", "1.00", po_number="PO-1"),
        line("b", "1", "1.00"),
        line("c", "1", "1.00", po_number="PO-2"),
    )

    assert file.all("cac:OrderReference") == []
    assert [one.text("cac:OrderLineReference/cac:OrderReference/cbc:ID") for one in file.lines] == [
        "PO-1",
        None,
        "PO-2",
    ]
    assert file.lines[0].text("cac:OrderLineReference/cbc:LineID") == "NA"


@pytest.mark.parametrize("shown", [True, False])
def test_the_job_is_told_when_the_form_tells_it(shown: bool) -> None:  # noqa: FBT001 - a parameter of the test
    file = said(line("a", "1", "1.00", job="D-1"), presentation=Presentation(show_job_number=shown))

    assert file.lines[0].text("cac:DocumentReference/cbc:ID") == ("D-1" if shown else None)
    assert file.lines[0].text("cac:DocumentReference/cbc:DocumentTypeCode") == ("130" if shown else None)


@pytest.mark.parametrize(
    ("fields", "name", "description"),
    [
        ({"description": "Encarts"}, "Encarts", None),
        ({"description": "Encarts\r\n4/4, plié"}, "Encarts", "Encarts\n4/4, plié"),
        ({"description": "", "product": "P-1"}, "P-1", None),
        ({"description": " ", "job": "D-1"}, "D-1", None),
        ({"description": ""}, "—", None),
    ],
)
def test_what_was_sold_has_a_name(fields: dict[str, str], name: str, description: str | None) -> None:
    item = said(bill("1.00", **fields)).lines[0].one("cac:Item")

    assert (item.text("cbc:Name"), item.text("cbc:Description")) == (name, description)
    assert item.text("cac:SellersItemIdentification/cbc:ID") == fields.get("product")


def test_each_tax_of_a_line_is_told() -> None:
    file = said(
        line("a", "1", "1.00", taxes=("TPS", "TVQ")),
        line("b", "1", "1.00", taxes=("TPS",)),
        line("c", "1", "1.00", taxes=()),
        line("d", "1", "1.00"),
    )

    category = "cac:Item/cac:ClassifiedTaxCategory"
    assert [one.texts(f"{category}/cac:TaxScheme/cbc:ID") for one in file.lines] == [
        ["GST", "QST"],
        ["GST"],
        [],
        [],
    ]
    assert file.lines[0].texts(f"{category}/cbc:Percent") == ["5", "9.975"]


def test_lines_are_numbered_as_they_stand() -> None:
    text = DocumentLine(kind="text", description="Épreuve approuvée")

    file = said(line("a", "1", "1.00"), text, line("b", "1", "1.00"))

    assert [(one.text("cbc:ID"), one.text("cac:Item/cbc:Name")) for one in file.lines] == [
        ("1", "a"),
        ("2", "b"),
    ]
