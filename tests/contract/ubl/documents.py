"""Snapshots made as the invoice service makes them: by its domain, from lines; worked ones and random ones."""

# ruff: noqa: ANN401 - fields of the dataclasses that they make

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from services.invoice_service.domain.credit import CreditRequest
from services.invoice_service.domain.drafting import Drafting
from services.invoice_service.domain.invoice import Invoice, LinkedInvoice, Status
from services.invoice_service.domain.line import Line
from services.invoice_service.domain.parties import Address, Contact, Customer
from services.invoice_service.domain.settings import ShopSettings
from services.invoice_service.domain.snapshot import PrintMaterial, document_snapshot
from services.invoice_service.domain.tax import DatedRate, Tax, TaxCode
from services.invoice_service.domain.texts import Localized
from shared.contracts.values import DocumentSnapshot
from tests.unit.invoice_service.domain.making import CUSTOMER, JULIE, drafting, final, invoice, line
from tests.unit.invoice_service.domain.test_credit import credit_note, lines_of_an_invoice, part


def _tax(code: str, fr: str, en: str, rate: str, number: str | None = None) -> Tax:
    rates = (DatedRate(dt.date(2008, 1, 1), Decimal(rate)),)
    return Tax(code, Localized(fr, en), rates, registration_number=number)


_TPS = _tax("TPS", "TPS", "GST", "0.05", "123456789 RT0001")
_TVQ = _tax("TVQ", "TVQ", "QST", "0.09975")
_TAX_CODES = {
    "00": TaxCode("00", "Aucune"),
    "01": TaxCode("01", "TPS", (_TPS,)),
    "QC": TaxCode("QC", "Québec", (_TPS, _TVQ), "QC"),
    "ON": TaxCode("ON", "Ontario", (_tax("TVH-ON", "TVH", "HST", "0.13"),), "ON"),
    "BC": TaxCode("BC", "C.-B.", (_TPS, _tax("TVP-BC", "TVP", "PST", "0.07", "PST-1234-5678")), "BC"),
    "EX": TaxCode("EX", "Export", (_tax("TPS-0", "TPS (détaxée)", "GST (zero-rated)", "0"),)),
    "ECO": TaxCode("ECO", "Écofrais", (_tax("ECO", "Écofrais", "Eco fee", "0.0125"),)),
}
_ISSUER: dict[str, Any] = {
    "code": "MAIN",
    "name": "Imprimerie du Nord inc.",
    "address": {
        "line1": "1410, chemin de la Falaise",
        "city": "Lévis",
        "province": "QC",
        "postal_code": "G6V 1A1",
        "country": "CA",
    },
    "phone": "418 555-0142",
    "email": "factures@shop.example",
    "website": "www.shop.example",
    "gst_number": "123456789 RT0001",
    "qst_number": "1234567890 TQ0001",
}
_OFFICE = Address(
    "office", "billing", "88, rue du Vieux-Quai", "Québec", "CA",
    is_main=True, line2="bureau 300", province="QC", postal_code="G1A 1A1",
)  # fmt: skip
_DEPOT = Address("depot", "shipping", "2, montée des Bouleaux", "Lévis", "CA", name="Entrepôt", province="QC")
_BUYER = dataclasses.replace(CUSTOMER, addresses=(_OFFICE, _DEPOT), contacts=(JULIE,))


def made_from(**settings: Any) -> Drafting:
    """What an invoice of the customer is made from."""
    return drafting(customer=_BUYER, tax_codes=_TAX_CODES, settings=ShopSettings(**settings))


def billed(*lines: Line, tax_code: str = "QC", of: Drafting | None = None, **fields: Any) -> Invoice:
    """A final of these lines."""
    return final(invoice(*lines, of=of or made_from(), tax_code=tax_code, **fields), sent=True)


def credited(original: Invoice, *requests: CreditRequest, before: tuple[Invoice, ...] = ()) -> Invoice:
    """A final credit of an invoice, after others."""
    draft = credit_note(original, requests, list(before))
    return final(dataclasses.replace(draft, credit_reason="500 exemplaires mal pliés"), "00002")


def snapshot_of(one: Invoice, of: Drafting | None = None) -> DocumentSnapshot:
    """What is frozen of a final."""
    link = LinkedInvoice(one.credited_invoice, "00001", dt.date(2025, 7, 2), Status.FINAL_SENT) if (
        one.credited_invoice
    ) else None  # fmt: skip
    taken = document_snapshot(one, of or made_from(), PrintMaterial(_ISSUER, {}), credited=link)
    return DocumentSnapshot.model_validate(taken)


def job_line(**fields: Any) -> Line:
    """1 000 pieces of a job at a total price of 15 812.65."""
    values: dict[str, Any] = {
        "kind": "job",
        "job": "D-0024",
        "description": "Encarts publicitaires, 8 pages\nCouché 100M mat, 4/4 process, plié en accordéon",
        "po_number": "FR-00988",
        "ordered_quantity": Decimal(1000),
        "total_price": Decimal("15812.65"),
        "product": "ENCART",
    }
    return line(None, "1000", **values | fields)


def quebec() -> Invoice:
    """PF-0015 of the worked examples, with a text between its lines, a delivery and a rebate."""
    return billed(
        job_line(),
        line(None, None, description="Épreuves approuvées le 9 juillet par Mme Tremblay."),
        line("40.00", kind="extra_charge", description="Livraison", job="D-0024"),
        line("-125.00", kind="gl", description="Rabais de volume"),
        of=made_from(footer=Localized("Intérêt de 1,5 % par mois", "Interest of 1.5% per month")),
        message="Merci de votre confiance.",
    )


def worked() -> dict[str, DocumentSnapshot]:
    """One document for each thing that the file must say well."""
    hundred = billed(line("100.00"))
    piece = CreditRequest(quebec().lines[0].id, quantity=Decimal(500))
    original = quebec()
    folded = credited(original, dataclasses.replace(piece, line=original.lines[0].id))
    by_amount = credited(hundred, CreditRequest(hundred.lines[0].id, amount=Decimal("10.00")))
    ontario = billed(line("100.00"), tax_code="ON", language="en")
    abroad = made_from()
    payer = dataclasses.replace(_BUYER, code="C-9", name="Siège social")
    elsewhere = dataclasses.replace(abroad, payer=payer)
    return {
        "quebec": snapshot_of(quebec(), made_from(footer=Localized("Intérêt de 1,5 %", "Interest of 1.5%"))),
        "pf-0005": snapshot_of(billed(line("0.9184", "5000"), tax_code="00")),
        "hundred": snapshot_of(hundred),
        "credit-by-quantity": snapshot_of(folded),
        "credit-by-amount": snapshot_of(by_amount),
        "ontario": snapshot_of(ontario),
        "ontario-credit-by-amount": snapshot_of(
            credited(ontario, CreditRequest(ontario.lines[0].id, amount=Decimal("10.00")))
        ),
        "abroad": snapshot_of(
            billed(
                line("12.345678", "250", po_number="PO-1"),
                line("10.00", po_number="PO-2"),
                tax_code="EX",
                language="en",
                currency="USD",
                exchange_rate=Decimal("1.3725"),
            )
        ),
        "british-columbia": snapshot_of(
            billed(line("100.00"), line("50.00", tax_code="01"), line("7.00", tax_code="00"), tax_code="BC")
        ),
        "billed-elsewhere": snapshot_of(billed(line("100.00"), of=elsewhere), elsewhere),
    }


_TEXTS = st.text(min_size=1, max_size=40)


@st.composite
def _lines(draw: st.DrawFn) -> Line:
    one = draw(lines_of_an_invoice())
    return dataclasses.replace(
        one,
        kind=draw(st.sampled_from(["job", "product", "gl", "extra_charge", "text"])),
        description=draw(_TEXTS),
        job=draw(st.none() | st.sampled_from(["D-1", "D-2"])),
        po_number=draw(st.none() | _TEXTS),
        product=draw(st.none() | st.just("P-1")),
        tax_code=draw(st.none() | st.sampled_from(sorted(_TAX_CODES))),
    )


@st.composite
def _buyers(draw: st.DrawFn) -> Customer:
    address = Address(
        "home",
        draw(st.sampled_from(["billing", "shipping"])),
        draw(_TEXTS),
        draw(_TEXTS),
        draw(st.sampled_from(["CA", "US", "Canada", "ca"]) | _TEXTS),
        name=draw(st.none() | _TEXTS),
        line2=draw(st.none() | _TEXTS),
        province=draw(st.none() | st.just("QC")),
        postal_code=draw(st.none() | _TEXTS),
    )
    contact = Contact(
        "c", draw(_TEXTS), draw(_TEXTS), email="a@b.example", billing_responsible=draw(st.booleans())
    )
    return Customer(
        draw(st.sampled_from(["C-1", "C-2"])),
        draw(_TEXTS),
        language=draw(st.sampled_from(["fr", "en"])),
        currency=draw(st.sampled_from(["CAD", "USD"])),
        payment_term=draw(st.none() | st.just("NET30")),
        payment_method=draw(st.none() | st.just("COMPTE")),
        addresses=draw(st.sampled_from([(), (address,)])),
        contacts=(contact,),
    )


@st.composite
def finals(draw: st.DrawFn) -> DocumentSnapshot:
    """A final as anybody could make it: an invoice, or a credit after another credit."""
    settings = ShopSettings(
        show_job_number_on_lines=draw(st.booleans()),
        footer=draw(st.none() | st.builds(Localized, _TEXTS, _TEXTS)),
    )
    of = drafting(customer=draw(_buyers()), payer=draw(_buyers()), tax_codes=_TAX_CODES, settings=settings)
    original = billed(
        *draw(st.lists(_lines(), min_size=1, max_size=5)),
        of=of,
        tax_code=draw(st.sampled_from(sorted(_TAX_CODES))),
        message=draw(st.none() | _TEXTS),
        exchange_rate=Decimal("1.3725"),
    )
    assume(any(one.priced for one in original.lines) and original.totals.total >= 0)
    if draw(st.booleans()):
        return snapshot_of(original, of)
    before: tuple[Invoice, ...] = ()
    first = draw(part(original, []))
    if first:
        before = (credited(original, *first),)
    requests = draw(part(original, list(before)))
    assume(requests)
    return snapshot_of(credited(original, *requests, before=before), of)
