"""Customers, jobs, lines and invoices as the tests of the domain need them: whole, with a word for what matters."""

# ruff: noqa: ANN401 - fields of the dataclasses that they make

import dataclasses
import datetime as dt
import itertools
import uuid
from decimal import Decimal
from typing import Any

from services.invoice_service.domain.actors import Actor, Role
from services.invoice_service.domain.drafting import Drafting, GLAccount, PaymentTerm, Product
from services.invoice_service.domain.editing import new_proforma, settled
from services.invoice_service.domain.invoice import Invoice, Status
from services.invoice_service.domain.job import ExtraCharge, Job
from services.invoice_service.domain.line import TEXT, Line, totalled
from services.invoice_service.domain.parties import Address, Contact, Customer
from services.invoice_service.domain.settings import ShopSettings
from services.invoice_service.domain.tax import DatedRate, Tax, TaxCode
from services.invoice_service.domain.texts import Localized

NOW = dt.datetime(2025, 7, 18, 14, 0, tzinfo=dt.UTC)
TODAY = dt.date(2025, 7, 18)
_COUNT = itertools.count(1)


def new_id() -> uuid.UUID:
    """An id that nothing has yet."""
    return uuid.UUID(int=next(_COUNT))


def tax(code: str, *rates: tuple[str, str], account: str | None = None) -> Tax:
    """A tax with rates since days."""
    dated = tuple(DatedRate(dt.date.fromisoformat(day), Decimal(rate)) for day, rate in rates)
    return Tax(code, Localized(code, code), dated, account)


TPS = tax("TPS", ("2008-01-01", "0.05"), account="2310")
TVQ = tax("TVQ", ("2013-01-01", "0.09975"), account="2320")
TVH_NS = tax("TVH-NS", ("2010-07-01", "0.15"), ("2025-04-01", "0.14"))
TAX_CODES = {
    "OLD": TaxCode("OLD", "Québec, avant", (TPS,), "QC", is_default=True, active=False),
    "00": TaxCode("00", "Aucune"),
    "01": TaxCode("01", "TPS", (TPS,)),
    "QC": TaxCode("QC", "Québec", (TPS, TVQ), "QC", is_default=True),
    "NS": TaxCode("NS", "Nouvelle-Écosse", (TVH_NS,), "NS", is_default=True),
}
HOME = Address("home", "billing", "1, rue A", "Québec", "CA", is_main=True, province="QC")
DEPOT = Address("depot", "shipping", "2, rue B", "Halifax", "CA", name="Entrepôt", province="NS")
JULIE = Contact("julie", "Julie", "Tremblay", "Madame", "julie@client.example", billing_responsible=True)
NET30 = PaymentTerm("NET30", Localized("Net 30 jours", "Net 30 days"), days=30)
CUSTOMER = Customer(
    "C-1",
    "Éditions du Nord",
    payment_term="NET30",
    payment_method="COMPTE",
    sales_rep="LR",
    addresses=(HOME,),
    contacts=(JULIE,),
)
PRODUCT = Product("P-1", Localized("Coupe", "Cutting"), Decimal("25.00"), "4444")
ACCOUNTANT = Actor("user", "a", "Anne", Role.ACCOUNTANT)


def job(number: str = "D-1", **fields: Any) -> Job:
    """A completed job of 1000 for 15 812.65."""
    values: dict[str, Any] = {
        "customer": "C-1",
        "title": "Encarts",
        "ordered_quantity": Decimal(1000),
        "status": "production_complete",
    }
    if "unit_price" not in fields:
        values["total_price"] = Decimal("15812.65")
    return Job(**{"number": number, **values, **fields})


def charge(charge_id: str = "x1", **fields: Any) -> ExtraCharge:
    """A delivery at 40.00."""
    values: dict[str, Any] = {
        "description": "Livraison",
        "quantity": Decimal(1),
        "unit_price": Decimal("40.00"),
    }
    return ExtraCharge(charge_id, **{**values, **fields})


def drafting(
    *jobs: Job, customer: Customer = CUSTOMER, payer: Customer | None = None, **fields: Any
) -> Drafting:
    """Everything that an invoice of a customer is made from."""
    settings = fields.pop("settings", ShopSettings())
    values: dict[str, Any] = {
        "business_entity": "MAIN",
        "entities": frozenset({"MAIN", "OTHER"}),
        "tax_codes": TAX_CODES,
        "terms": {"NET30": NET30},
        "methods": {"COMPTE": Localized("Porté au compte", "On account")},
        "sales_reps": {"LR": "Luc Roy"},
        "messages": (),
        "products": {"P-1": PRODUCT},
        "accounts": {"4444": GLAccount("4444", "Ventes", "revenue")},
        "jobs": {one.number: one for one in jobs},
    }
    return Drafting(settings=settings, customer=customer, payer=payer or customer, **{**values, **fields})


def line(price: str | None = None, quantity: str | None = "1", **fields: Any) -> Line:
    """A text line at a unit price; without one it has no price."""
    values: dict[str, Any] = {
        "kind": TEXT,
        "description": "Travail",
        "quantity": Decimal(quantity) if quantity is not None else None,
        "unit_price": Decimal(price) if price is not None else None,
    }
    return totalled(Line(id=new_id(), **{**values, **fields}))


def invoice(*lines: Line, of: Drafting | None = None, **fields: Any) -> Invoice:
    """A pro forma of the customer with these lines, its totals computed."""
    made_from = of or drafting()
    blank = new_proforma(new_id(), "PF-0001", made_from, job=None, now=NOW)
    return settled(dataclasses.replace(blank, lines=lines, **fields), made_from)


def final(one: Invoice, number: str = "00001", *, sent: bool = False) -> Invoice:
    """The invoice once it is final."""
    status = Status.FINAL_SENT if sent else Status.FINAL_READY
    return dataclasses.replace(one, status=status, final_number=number, finalized_at=NOW)
