"""Pro formas: how they are made, edited, duplicated and deleted (domain.md: Creating, Lines, Money)."""

import datetime as dt
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from tests.integration.invoice_service.machine.model import trade
from tests.integration.invoice_service.machine.model.figures import ZERO, Number
from tests.integration.invoice_service.machine.model.lines import check_job, job_lines
from tests.integration.invoice_service.machine.model.totals import settle
from tests.integration.invoice_service.machine.model.world import (
    Invoice,
    Json,
    Line,
    Refused,
    World,
)

FIELDS = (
    "date",
    "business_entity",
    "ship_to",
    "billing_contact",
    "tax_code",
    "payment_term",
    "payment_method",
    "sales_rep",
    "language",
    "message",
    "exchange_rate",
)
_FOR_GOOD = set(FIELDS) - {"date", "exchange_rate", "billing_contact"}
_FIXED_ON_CREDIT = ("tax_code", "exchange_rate", "business_entity")
COPIED = (
    "sold_to", "bill_to", "ship", "ship_to", "contact", "tax_code", "payment_term", "payment_method", "sales_rep",
    "language", "message", "business_entity", "customer", "payer", "currency", "exchange_rate", "receivable",
)  # fmt: skip


# -- defaults


def default(world: World, invoice: Invoice, field: str) -> Any:  # noqa: ANN401 - each field has its own type
    """What a field says while nobody typed it."""
    customer, payer = world.customers[invoice.customer], world.customers[invoice.payer]
    match field:
        case "date":
            return world.today
        case "business_entity":
            return customer["business_entity"] or "MAIN"
        case "ship_to":
            return _default_ship_to(world, invoice)
        case "billing_contact":
            named = (c["id"] for c in payer["contacts"] if c["active"] and c["billing_responsible"])
            return next(named, None)
        case "tax_code":
            if customer["tax_code"]:
                return customer["tax_code"]
            shipped = address(customer, invoice.ship_to)
            province = shipped["province"] if shipped else None
            return province if province in trade.PROVINCES else None
        case "payment_term" | "payment_method" | "language":
            return payer[field]
        case "sales_rep":
            return customer["sales_rep"]
        case "message":
            return trade.MESSAGE[invoice.language]
        case _:
            return None


def _default_ship_to(world: World, invoice: Invoice) -> str | None:
    customer = world.customers[invoice.customer]
    wanted = world.jobs[invoice.jobs[0]].ship_to if invoice.jobs else None
    if wanted and address(customer, wanted):
        return wanted
    found = main_address(customer, "shipping") or main_address(customer, "billing")
    return found["id"] if found else None


def main_address(customer: Json, kind: str) -> Json | None:
    """The main address of a kind, else its first one."""
    of_kind = [one for one in customer["addresses"] if one["kind"] == kind]
    return next((one for one in of_kind if one["is_main"]), of_kind[0] if of_kind else None)


def address(customer: Json, address_id: str | None) -> Json | None:
    """The address of this id."""
    return next((one for one in customer["addresses"] if one["id"] == address_id), None)


def party(customer: str, body: Json, at: Json | None, *, name: str | None = None) -> Json:
    """A party as an invoice copies it."""
    kept = {key: value for key, value in (at or {}).items() if key not in ("id", "kind", "is_main")}
    return {"code": customer, "name": name or body["name"], "attention": None, "address": kept or None}


def set_value(world: World, invoice: Invoice, field: str, value: Any) -> None:  # noqa: ANN401 - each field has its own type
    """Set a field, and copy what it names."""
    customer, payer = world.customers[invoice.customer], world.customers[invoice.payer]
    if field == "billing_contact":
        contact = next((one for one in payer["contacts"] if one["id"] == value), None)
        invoice.contact = contact and {
            "id": contact["id"],
            "name": f"{contact['first_name']} {contact['last_name']}",
            "salutation": contact["salutation"],
            "email": contact["email"],
        }
        return
    if field == "ship_to":
        at = address(customer, value)
        invoice.ship = party(invoice.customer, customer, at, name=at["name"]) if at else None
    setattr(invoice, field, value)


# -- making


def blank(world: World, customer: str, *, job: str | None = None, payer: str | None = None) -> Invoice:
    """An empty pro forma with the defaults of its customer; not numbered yet."""
    body, payer = world.customers[customer], payer or world.payer_of(customer)
    paid_by = world.customers[payer]
    invoice = Invoice(
        ref="",
        customer=customer,
        payer=payer,
        business_entity="",
        date=world.today,
        currency=paid_by["currency"],
        language=paid_by["language"],
        receivable=paid_by["receivable_account"],
        sold_to=party(customer, body, main_address(body, "billing") or main_address(body, "shipping")),
        bill_to=party(payer, paid_by, main_address(paid_by, "billing") or main_address(paid_by, "shipping")),
    )
    # The job that it is made for says where it is shipped.
    invoice.lines = [Line(key=0, kind="job", job=job)] if job else []
    for field in FIELDS:
        set_value(world, invoice, field, default(world, invoice, field))
    invoice.lines = []
    return invoice


def keep(world: World, invoice: Invoice) -> str:
    """Number a new pro forma; its number."""
    invoice.ref = world.series[invoice.business_entity, "proforma"].take()
    world.invoices[invoice.ref] = invoice
    world.tell(invoice, "invoice.created")
    return invoice.ref


def check_billable(world: World, customer: str, *or_else: str) -> None:
    """Refuse a prospect or an inactive customer, sold to or billed to."""
    if not (world.billable(customer) and world.billable(world.payer_of(customer))):
        raise Refused(409, "customer_not_billable", *or_else)


def create_for_customer(world: World, customer: str) -> str:
    """POST /invoices for a customer."""
    check_billable(world, customer)
    invoice = blank(world, customer)
    settle(invoice)
    return keep(world, invoice)


def create_from_job(world: World, job: str, *, force: bool = False, quantity: Number | None = None) -> str:
    """POST /invoices for a job; `quantity` instead of what remains is what a completion asks for."""
    if job not in world.jobs:
        raise Refused(422, "unknown_reference", errors=frozenset({("job", "unknown_reference")}))
    check_billable(world, world.jobs[job].customer)
    force = force or bool(quantity)
    invoice = blank(world, world.jobs[job].customer, job=job)
    check_job(world, invoice, job, forced=force)
    invoice.lines = job_lines(world, invoice, job, with_job=force or world.remaining(job) > 0)
    for line in invoice.lines:
        if line.kind == "job" and quantity is not None:
            line.quantity = quantity
            line.price()
    settle(invoice)
    return keep(world, invoice)


def duplicate(world: World, ref: str) -> str:
    """POST .../duplicate: the same lines; of a job or a charge, what remains."""
    source = world.invoices[ref]
    check_billable(world, source.customer)
    invoice = blank(world, source.customer, job=source.jobs[0] if source.jobs else None)
    _type_again(world, invoice, source)
    given: dict[tuple[str, str | None], Number] = {}
    for line in source.lines:
        copy = copied(world, line)
        if line.kind in ("job", "extra_charge") and line.job:
            place = (line.job, line.charge)
            copy.quantity = max(ZERO, world.remaining(*place) - given.get(place, ZERO))
            given[place] = given.get(place, ZERO) + copy.quantity
        elif line.quantity is not None:
            copy.quantity = abs(line.quantity)
        copy.price()
        invoice.lines.append(copy)
    _in_language(world, invoice, source.language)
    settle(invoice)
    return keep(world, invoice)


def _type_again(world: World, invoice: Invoice, source: Invoice) -> None:
    """What was typed on another invoice and still is there; not its date, nor the rate of that day."""
    body: Json = {
        field: getattr(source, field) for field in FIELDS if field in source.manual and field in _FOR_GOOD
    }
    if "billing_contact" in source.manual:
        body["billing_contact"] = source.contact and source.contact["id"]
    known = _known(world, invoice)
    _type_over(
        world, invoice, {name: value for name, value in body.items() if value in known.get(name, [value])}
    )


def _known(world: World, invoice: Invoice) -> dict[str, set[str]]:
    """The addresses and contacts that can be chosen."""
    return {
        "ship_to": {one["id"] for one in world.customers[invoice.customer]["addresses"]},
        "billing_contact": {one["id"] for one in world.customers[invoice.payer]["contacts"]},
    }


def copied(world: World, line: Line) -> Line:
    """A line once more, on another invoice."""
    values = {**vars(line), "key": world.key(), "id": "", "credits": None, "release": True}
    return Line(**{**values, "manual": set(line.manual)})


# -- editing


def check_frozen(invoice: Invoice) -> None:
    """A final is not edited."""
    if invoice.final:
        raise Refused(409, "frozen")


def edit(world: World, ref: str, body: Mapping[str, Any], *, role: str) -> None:
    """PATCH of an invoice; null brings a default back."""
    invoice = world.invoices[ref]
    if not set(body) <= {"note", "favourite"}:
        check_frozen(invoice)
    if "favourite" in body:
        (invoice.favourites.add if body["favourite"] else invoice.favourites.discard)(role)
    if "note" in body:
        invoice.note = body["note"]
    if "hold" in body:
        invoice.hold = body["hold"] and body["hold"]["reason"]
    if "customer" in body:
        _read_customer(world, invoice, body["customer"])
    elif set(body) & set(FIELDS):
        language = invoice.language
        _type_over(world, invoice, {field: value for field, value in body.items() if field in FIELDS})
        _in_language(world, invoice, language)
    if not invoice.final:
        settle(invoice)
    world.tell(invoice, "invoice.edited")


def _in_language(world: World, invoice: Invoice, before: str) -> None:
    """Products are described in another language once the invoice is in it, unless somebody typed it."""
    for line in invoice.lines if invoice.language != before and invoice.kind == "invoice" else ():
        if line.kind == "product" and line.product and "description" not in line.manual:
            line.description = world.products[line.product]["description"][invoice.language]


def _type_over(world: World, invoice: Invoice, body: Mapping[str, Any]) -> None:
    if invoice.kind == "credit_note":
        fixed = frozenset((field, "credit_fixed") for field in _FIXED_ON_CREDIT if field in body)
        if fixed:
            raise Refused(422, "invalid", errors=fixed)
    known = _known(world, invoice)
    unknown = {
        field for field, ids in known.items() if body.get(field) is not None and body[field] not in ids
    }
    if unknown:
        raise Refused(
            422, "unknown_reference", errors=frozenset((field, "unknown_reference") for field in unknown)
        )
    for field, value in body.items():
        if value is not None:
            invoice.manual.add(field)
            set_value(world, invoice, field, _read(field, value))
        else:
            invoice.manual.discard(field)
    # What nobody typed goes with what it follows from: where it is shipped before taxes, language before text.
    followers = {"tax_code"} if "ship_to" in body and invoice.kind == "invoice" else set()
    followers |= {"message"} if "language" in body else set()
    for field in FIELDS:
        if (field in body and body[field] is None) or (field in followers and field not in invoice.manual):
            set_value(world, invoice, field, default(world, invoice, field))
    if "language" in body and "message" not in invoice.manual:
        invoice.message = default(world, invoice, "message")


def _read(field: str, value: str) -> Any:  # noqa: ANN401 - each field has its own type
    if field == "date":
        return dt.date.fromisoformat(value)
    return Fraction(value) if field == "exchange_rate" else value


def _read_customer(world: World, invoice: Invoice, customer: str) -> None:
    """Another customer, or the same one as it is by now: what nobody typed follows."""
    lost: set[str] = set()
    if customer != invoice.customer:
        check_billable(world, customer, "customer_fixed")
        if invoice.jobs or invoice.kind == "credit_note":
            raise Refused(409, "customer_fixed")
        lost = {"ship_to", "billing_contact"}
    elif invoice.kind == "credit_note":
        return
    fresh = blank(
        world, customer, job=invoice.jobs[0] if invoice.jobs else None, payer=_payer(world, invoice, customer)
    )
    if fresh.currency != invoice.currency:
        lost.add("exchange_rate")
    before, typed = invoice.language, invoice.manual - lost
    for field in ("customer", "payer", "currency", "receivable", "sold_to", "bill_to"):
        setattr(invoice, field, getattr(fresh, field))
    invoice.manual = typed
    for field in ("ship_to", "language", *FIELDS):
        if field not in typed:
            set_value(world, invoice, field, default(world, invoice, field))
    body, paid_by = world.customers[invoice.customer], world.customers[invoice.payer]
    if address(body, invoice.ship_to):
        set_value(world, invoice, "ship_to", invoice.ship_to)
    if invoice.contact and any(one["id"] == invoice.contact["id"] for one in paid_by["contacts"]):
        set_value(world, invoice, "billing_contact", invoice.contact["id"])
    _in_language(world, invoice, before)


def _payer(world: World, invoice: Invoice, customer: str) -> str:
    """Whom it is billed to: once a line comes from a job, that stays."""
    return invoice.payer if invoice.jobs else world.payer_of(customer)


def delete(world: World, ref: str) -> None:
    """DELETE of a pro forma; what bills again what a credit has, goes with it."""
    invoice = world.invoices[ref]
    rebill = world.rebill_of(invoice)
    gone = [invoice, *([rebill] if rebill else [])]
    busy = {email.ref for email in world.emails if email.state in ("prepared", "sending")}
    if any(one.final or one.ref in busy for one in gone):
        raise Refused(409, "not_deletable")
    for one in gone:
        world.tell(one, "invoice.deleted")
        del world.invoices[one.ref]
    for job in world.jobs.values():
        # Never prepared by itself again after a clerk deleted it.
        job.declined |= job.drafted == ref
