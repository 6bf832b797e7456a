"""Reference data, customers and jobs from JSON rows to the domain."""

import datetime as dt
from dataclasses import fields
from decimal import Decimal
from typing import Any

from services.invoice_service.domain.drafting import Drafting, GLAccount, PaymentTerm, Product
from services.invoice_service.domain.job import ExtraCharge, Job
from services.invoice_service.domain.parties import Address, Contact, Customer
from services.invoice_service.domain.settings import ShopSettings
from services.invoice_service.domain.tax import DatedRate, Tax, TaxCode
from services.invoice_service.domain.texts import Localized

Row = dict[str, Any]
_SETTINGS = frozenset(field.name for field in fields(ShopSettings))


def drafting_from(read: Row) -> Drafting:
    """The drafting in one read."""
    customer = customer_from(read["customer"])
    entities = read["entities"] or []
    default = next((entity["code"] for entity in entities if entity["is_default"]), "")
    return Drafting(
        settings=settings_from(read["settings"]),
        customer=customer,
        payer=customer_from(read["payer"]),
        business_entity=customer.business_entity or default,
        entities=frozenset(entity["code"] for entity in entities),
        tax_codes={row["code"]: tax_code_from(row) for row in read["tax_codes"] or ()},
        terms={row["code"]: _term(row) for row in read["terms"] or ()},
        methods={row["code"]: Localized(**row["description"]) for row in read["methods"] or ()},
        sales_reps={row["code"]: row["name"] for row in read["sales_reps"] or ()},
        messages=tuple(Localized(**text) for text in read["messages"] or ()),
        products={row["code"]: _product(row) for row in read["products"] or ()},
        accounts={
            row["number"]: GLAccount(row["number"], row["description"], row["category"])
            for row in read["accounts"] or ()
        },
        jobs={row["number"]: job_from(row) for row in read["jobs"] or ()},
        standing_in={
            (row["job"], row["extra_charge"]): Decimal(row["quantity"]) for row in read["standing_in"] or ()
        },
    )


def settings_from(body: Row) -> ShopSettings:
    """The shop's settings: what it has set, over the defaults."""
    values = {key: value for key, value in body.items() if key in _SETTINGS}
    if "overrun_tolerance_percent" in values:
        values["overrun_tolerance_percent"] = Decimal(values["overrun_tolerance_percent"])
    if values.get("locked_until"):
        values["locked_until"] = dt.date.fromisoformat(values["locked_until"])
    if values.get("footer"):
        values["footer"] = Localized(**values["footer"])
    if values.get("columns"):
        values["columns"] = tuple(values["columns"])
    return ShopSettings(**values)


def customer_from(row: Row) -> Customer:
    """The customer in a row."""
    return Customer(
        **{
            field.name: row[field.name]
            for field in fields(Customer)
            if field.name not in ("addresses", "contacts")
        },
        addresses=tuple(Address(**address) for address in row["addresses"]),
        contacts=tuple(Contact(**contact) for contact in row["contacts"]),
    )


def tax_code_from(row: Row) -> TaxCode:
    """The tax code in a row, with its taxes."""
    return TaxCode(
        row["code"],
        row["description"],
        tuple(tax_from(tax) for tax in row["taxes"]),
        row["province"],
        row["is_default"],
        row["active"],
    )


def tax_from(row: Row) -> Tax:
    """The tax in a row."""
    rates = tuple(
        DatedRate(dt.date.fromisoformat(rate["from"]), Decimal(rate["rate"])) for rate in row["rates"]
    )
    return Tax(row["code"], Localized(**row["name"]), rates, row["gl_account"], row["registration_number"])


def _term(row: Row) -> PaymentTerm:
    return PaymentTerm(
        row["code"], Localized(**row["description"]), row["days"], row["end_of_month"], row["on_delivery"]
    )


def _product(row: Row) -> Product:
    return Product(row["code"], Localized(**row["description"]), row["unit_price"], row["gl_account"])


def job_from(row: Row) -> Job:
    """The job in a row, with its extra charges and what is billed of each."""
    return Job(
        number=row["number"],
        customer=row["customer"],
        title=row["title"],
        ordered_quantity=row["ordered_quantity"],
        status=row["status"],
        description=row["description"],
        produced_quantity=row["produced_quantity"],
        unit_price=row["unit_price"],
        total_price=row["total_price"],
        currency=row["currency"],
        po_number=row["po_number"],
        product=row["product"],
        gl_account=row["gl_account"],
        ship_to=row["ship_to"],
        completed_at=_time(row["completed_at"]),
        message_time=_time(row["message_time"]),
        auto_draft_remaining=row["auto_draft_remaining"],
        auto_draft_declined=row["auto_draft_declined"],
        payer=row["payer"],
        billed=Decimal(row["billed"]),
        extra_charges=tuple(
            ExtraCharge(
                charge["id"],
                charge["description"],
                charge["quantity"],
                charge["unit_price"],
                charge["code"],
                charge["product"],
                charge["gl_account"],
                Decimal(charge["billed"]),
            )
            for charge in row["extra_charges"]
        ),
    )


def _time(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None
