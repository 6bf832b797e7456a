"""What every run begins with: some customers and jobs of a print shop, and its settings."""

import datetime as dt

from tests.integration.invoice_service.invoices.shop import BILLING_ADDRESS, CONTACT
from tests.integration.invoice_service.machine.model import trade
from tests.integration.invoice_service.machine.model.production import CUSTOMER, put_customer, put_job
from tests.integration.invoice_service.machine.model.world import Json, Series, World

# Three hours into the day that the rate of Nova Scotia changes, but the evening before in Québec.
NOW = dt.datetime(2025, 4, 1, 3, 0, tzinfo=dt.UTC)

SETTINGS: Json = {
    "timezone": "America/Toronto",
    "currency": "CAD",
    "overrun_tolerance_percent": "5",
    "auto_draft_on_completion": "ordered",
    "line_account_required": False,
    "locked_until": None,
    "credit_series": "shared",
    "outbound": "on",
    "connector": "ledger",
    "connector_paused": False,
    "default_revenue_account": "4000",
    "default_receivable_account": "1100",
}


def _address(province: str, kind: str = "billing", **more: object) -> Json:
    whole = {
        **BILLING_ADDRESS,
        "id": f"{kind}-{province}",
        "kind": kind,
        "province": province,
        "city": province,
    }
    return {"name": None, "line2": None, **whole, "is_main": False, **more}


def contact(name: str, *, responsible: bool = False) -> Json:
    """A contact of a customer."""
    return {
        "phone": None, "language": None, "billing_email": False, "active": True, **CONTACT, "id": name.lower(),
        "first_name": name, "email": f"{name.lower()}@client.example", "is_default": responsible,
        "billing_responsible": responsible,
    }  # fmt: skip


QUEBEC, ONTARIO, SCOTIA, MANITOBA = (_address(province) for province in ("QC", "ON", "NS", "MB"))
HALIFAX = _address("NS", "shipping", name="Entrepôt Halifax")
QUEBEC_DOCK = _address("QC", "shipping", is_main=True)

CUSTOMERS: dict[str, Json] = {
    "C-1": {
        **CUSTOMER,
        "name": "Éditions du Nord",
        "payment_term": "NET30",
        "payment_method": "COMPTE",
        "sales_rep": trade.SALES_REP,
        "addresses": [QUEBEC, QUEBEC_DOCK, HALIFAX],
        "contacts": [contact("Julie", responsible=True), contact("Paul")],
    },
    "C-2": {
        **CUSTOMER,
        "name": "Scotia Press",
        "language": "en",
        "payment_term": "FDM",
        "addresses": [SCOTIA],
        "contacts": [contact("Anne", responsible=True)],
    },
    "C-3": {
        **CUSTOMER,
        "name": "Filiale du Nord",
        "bill_to": "C-1",
        "tax_code": "01",
        "po_required": True,
        "addresses": [QUEBEC],
        "contacts": [contact("Marc", responsible=True)],
    },
}  # fmt: skip

CHARGE: Json = {"id": "x1", "code": "livraison", "quantity": "1"}
JOBS: dict[str, Json] = {
    "D-1": {
        "customer": "C-1",
        "title": "Encarts",
        "ordered_quantity": "1000",
        "total_price": "15812.65",
        "po_number": "PO-1",
        "status": "production_complete",
        "extra_charges": [CHARGE],
    },
    "D-2": {
        "customer": "C-2",
        "title": "Folders",
        "ordered_quantity": "3",
        "unit_price": "33.335",
        "product": "ENCRE",
        "status": "in_production",
    },
    "D-3": {
        "customer": "C-3",
        "title": "Dépliants",
        "ordered_quantity": "7",
        "total_price": "100.00",
        "status": "shipped",
    },
}


def world() -> World:
    """The model of it."""
    begun = World(
        now=NOW,
        settings=dict(SETTINGS),
        customers={},
        jobs={},
        products={code: {"active": True, **body} for code, body in trade.PRODUCTS.items()},
        series={},
    )
    for entity, prefix in (("MAIN", ""), ("DEUX", "DEUX-")):
        begun.series[entity, "proforma"] = Series(prefix=f"{prefix}PF-", padding=4)
        begun.series[entity, "final"] = Series(prefix=prefix, padding=5)
        begun.series[entity, "credit_note"] = Series(prefix=f"{prefix}NC-", padding=5)
    for code, body in CUSTOMERS.items():
        put_customer(begun, code, body)
    for number, body in JOBS.items():
        put_job(begun, number, body)
    begun.entries = []
    return begun
