"""What the trail must tell: every field of everything, so that two states can be compared."""

from typing import Any

from tests.integration.invoice_service.machine.model.figures import amount, written
from tests.integration.invoice_service.machine.model.world import Charge, Invoice, Job, Line, World

Told = dict[str, Any]
Changes = dict[str, tuple[Any, Any]]
OFF_PAPER = {"note", "hold", "status"}
WITHHELD = "•••"
_COPIED = ("sold_to.", "bill_to.", "ship_to.", "billing_contact.")

_INVOICE = (
    "customer", "payer", "status", "business_entity", "ship_to", "tax_code", "payment_term", "payment_method",
    "sales_rep", "currency", "language", "message", "note", "hold", "final_number",
)  # fmt: skip
_LINE = ("kind", "description", "job", "product", "gl_account", "po_number", "tax_code")
_JOB = (
    "number", "customer", "title", "description", "currency", "po_number", "product", "gl_account", "ship_to",
    "status",
)  # fmt: skip


def everything(world: World) -> dict[tuple[str, str], Told]:
    """Whatever the trail speaks of, by kind and subject."""
    states: dict[tuple[str, str], Told] = {("settings", "settings"): dict(world.settings)}
    for code, body in world.customers.items():
        states["customer", code] = {"code": code, **body}
    for code, body in world.products.items():
        states["product", code] = {"code": code, **body}
    for number, job in world.jobs.items():
        states["job", number] = _job(job)
        for charge in job.charges:
            # A charge by itself is told under its own name.
            states["charge", f"{number}/{charge.id}"] = {f"extra_charges.{charge.id}": _charge(charge)}
    for (entity, kind), series in world.series.items():
        states["number_series", f"{entity}/{kind}"] = {"next_value": series.next_value}
    for ref, one in world.invoices.items():
        states["invoice", ref] = {**_invoice(one), **_copied(one)}
    return states


def _invoice(one: Invoice) -> Told:
    told: Told = {
        **{name: getattr(one, name) for name in _INVOICE},
        "proforma_number": one.ref,
        "date": one.date.isoformat(),
        "due_date": one.due_date.isoformat() if one.due_date else None,
        "receivable_account": one.receivable,
        "billing_contact": one.contact["id"] if one.contact else None,
        "exchange_rate": written(one.exchange_rate),
        "credit_reason": one.reason,
        "manual": sorted(one.manual) or None,
        "subtotal": amount(one.subtotal),
        "total": amount(one.total),
    }
    told |= {f"taxes.{code}": amount(tax.amount) for code, tax in one.taxes.items()}
    for place, line in enumerate(one.lines):
        told |= {f"lines[{place}].{name}": value for name, value in _line(line).items()}
    return told


def _line(line: Line) -> Told:
    return {
        **{name: getattr(line, name) for name in _LINE},
        "extra_charge": line.charge,
        "ordered_quantity": written(line.ordered_quantity),
        "quantity": written(line.quantity),
        "unit_price": written(line.unit_price),
        "total_price": written(line.total_price),
        "total": written(line.total),
        "manual": sorted(line.manual) or None,
        "release_quantity": line.release if line.credits else None,
    }


def _job(job: Job) -> Told:
    return {
        **{name: getattr(job, name) for name in _JOB},
        "ordered_quantity": written(job.ordered_quantity),
        "produced_quantity": written(job.produced_quantity),
        "unit_price": written(job.unit_price),
        "total_price": written(job.total_price),
        "extra_charges": [_charge(charge) for charge in job.charges],
    }


def _charge(charge: Charge) -> Told:
    return {**vars(charge), "quantity": written(charge.quantity), "unit_price": written(charge.unit_price)}


def _copied(one: Invoice) -> Told:
    """What an invoice copied of its parties, told when an invoice changes: the codes may still be the same."""
    told: Told = {}
    for name, party in (("sold_to", one.sold_to), ("bill_to", one.bill_to), ("ship_to", one.ship)):
        told[f"{name}.name"] = party and party["name"]
        told[f"{name}.address"] = party and party["address"]
    for name in ("name", "salutation", "email"):
        told[f"billing_contact.{name}"] = one.contact and one.contact[name]
    return told


def changes(before: Told | None, after: Told | None) -> Changes:
    """Each field that differs, before and after; what does not exist has none. Personal data are withheld."""
    old, new = before or {}, after or {}
    fields = {*old, *new}
    if before is None or after is None:
        fields = {field for field in fields if not field.startswith(_COPIED)}
    pairs = {field: (plain(old.get(field)), plain(new.get(field))) for field in fields}
    differing = {field: pair for field, pair in pairs.items() if pair[0] != pair[1]}
    return {
        field: (old and WITHHELD, new and WITHHELD) if field.startswith("billing_contact.") else (old, new)
        for field, (old, new) in differing.items()
    }


def plain(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """One writing for all that says the same: a number whatever its zeros, a text, nothing."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, str) and value.lstrip("-").replace(".", "", 1).isdigit() and "." in value:
        return value.rstrip("0").rstrip(".")
    return value
