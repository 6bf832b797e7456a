"""What production systems and the shop itself declare: customers, jobs, completions, settings, series, products."""

import datetime as dt
from typing import Any

from tests.integration.invoice_service.machine.model import drafts, trade
from tests.integration.invoice_service.machine.model.figures import ZERO, Number, floored, number
from tests.integration.invoice_service.machine.model.world import (
    Charge,
    Entry,
    Job,
    Json,
    Refused,
    World,
)

_NUMBERS = ("ordered_quantity", "produced_quantity", "unit_price", "total_price")
CUSTOMER: Json = {
    "language": "fr", "currency": "CAD", "active": True, "prospect": False, "po_required": False, "bill_to": None,
    "tax_code": None, "payment_term": None, "payment_method": None, "sales_rep": None, "receivable_account": None,
    "business_entity": None, "addresses": [], "contacts": [],
}  # fmt: skip


def put_customer(world: World, code: str, body: Json) -> bool:
    """PUT of a customer, whole; whether it is new."""
    created = code not in world.customers
    world.customers[code] = {**CUSTOMER, **body}
    world.entries.append(Entry("customer", code, "created" if created else "updated"))
    return created


def put_product(world: World, code: str, body: Json) -> None:
    """PUT of a product that there is."""
    world.products[code] = body
    world.entries.append(Entry("product", code, "updated"))


def set_settings(world: World, body: Json) -> None:
    """PATCH of the settings."""
    world.settings = {**world.settings, **body}
    world.entries.append(Entry("settings", "settings", "updated"))


def move_series(world: World, entity: str, kind: str, next_value: int, reason: str | None) -> None:
    """PATCH of a series' next value: free before its first number, forward with a reason after it."""
    series = world.series[entity, kind]
    if series.used and next_value < series.next_value:
        raise Refused(409, "series_in_use")
    if series.used and next_value > series.next_value:
        if reason is None:
            raise Refused(422, "reason_required", errors=frozenset({("reason", "required")}))
        series.skipped |= set(range(series.next_value, next_value))
    if next_value != series.next_value:
        series.next_value = next_value
        more = (("reason", None, reason),) if reason is not None else ()
        world.entries.append(Entry("number_series", f"{entity}/{kind}", "updated", more))


# -- jobs


def put_job(world: World, job: str, body: Json, *, time: dt.datetime | None = None) -> bool:
    """PUT of a job, or (with its time) what a message says of it; whether it is new.

    A PUT without charges has none; a message that does not speak of them leaves them.
    """
    before = world.jobs.get(job)
    values: dict[str, Any] = {name: value for name, value in body.items() if name != "extra_charges"}
    values |= {name: number(values.get(name)) for name in _NUMBERS}
    declared = Job(number=job, **values)
    language = world.customers[world.payer_of(declared.customer)]["language"]
    if "extra_charges" in body or time is None or before is None:
        declared.charges = [_charge(one, language) for one in body.get("extra_charges", ())]
    else:
        declared.charges = before.charges
    if before is not None:
        kept = {charge.id for charge in declared.charges}
        used = _used(world, job)
        if any(charge.id in used and charge.id not in kept for charge in before.charges):
            raise Refused(409, "in_use")
        declared.drafted, declared.declined = before.drafted, before.declined
    declared.newest = time or (before.newest if before else None)
    world.jobs[job] = declared
    world.entries.append(Entry("job", job, "updated" if before else "created"))
    return before is None


def put_charge(world: World, job: str, charge: str, body: Json) -> bool:
    """PUT of one extra charge of a job; whether it is new."""
    held = world.jobs[job].charges
    places = [place for place, one in enumerate(held) if one.id == charge]
    language = world.customers[world.payer_of(world.jobs[job].customer)]["language"]
    declared = _charge({**body, "id": charge}, language)
    if places:
        held[places[0]] = declared
    else:
        held.append(declared)
    world.entries.append(Entry("charge", f"{job}/{charge}", "updated"))
    return not places


def delete_charge(world: World, job: str, charge: str) -> None:
    """DELETE of one extra charge: not once it stands on an invoice."""
    known = world.jobs[job]
    if not any(one.id == charge for one in known.charges):
        raise Refused(404, "not_found")
    if charge in _used(world, job):
        raise Refused(409, "in_use")
    known.charges = [one for one in known.charges if one.id != charge]
    world.entries.append(Entry("charge", f"{job}/{charge}", "updated"))


def _used(world: World, job: str) -> set[str | None]:
    """The charges of a job that stand on an invoice."""
    return {line.charge for one in world.invoices.values() for line in one.lines if line.job == job}


def _charge(body: Json, language: str) -> Charge:
    """A charge; what it leaves out comes from its code."""
    code = trade.CHARGE_CODES.get(body.get("code") or "", {})
    given = body.get("product") or body.get("gl_account")
    product = body.get("product") if given else code.get("product")
    prices = [body.get("unit_price"), code.get("unit_price")]
    if product:
        prices.append(trade.PRODUCTS[product]["unit_price"])
    return Charge(
        id=body["id"],
        code=body.get("code"),
        description=body.get("description") or code["description"][language],
        quantity=number(body["quantity"]) or ZERO,
        unit_price=number(next((price for price in prices if price is not None), None)),
        product=product,
        gl_account=body.get("gl_account") if given else code.get("gl_account"),
    )


# -- completions


def complete(world: World, message: str, job: str, time: dt.datetime, body: Json, *, said: Json) -> Json:
    """POST of a completion: what it answers."""
    known = world.received.get(message)
    if known and known[0] != said:
        raise Refused(409, "conflicting_repeat")
    if known and not known[1]:
        return _answer(message, "duplicate")
    world.received[message] = (said, False)
    before = world.jobs.get(job)
    outcome = "superseded" if before and before.newest and time < before.newest else "applied"
    if outcome == "applied":
        if body["customer"] not in world.customers:
            return _parked(world, message, said, "unknown_reference")
        try:
            put_job(world, job, body, time=time)
        except Refused as refusal:
            return _parked(world, message, said, *refusal.codes)
    try:
        return _answer(message, outcome, invoice=_prepare(world, job))
    except Refused as refusal:
        return _answer(message, outcome, reason=refusal.codes)


def _answer(
    message: str, outcome: str, *, invoice: str | None = None, reason: frozenset[str] | None = None
) -> Json:
    return {"id": message, "outcome": outcome, "invoice": invoice, "reason": reason}


def _parked(world: World, message: str, said: Json, *codes: str) -> Json:
    world.received[message] = (said, True)
    return _answer(message, "parked", reason=frozenset(codes))


def _prepare(world: World, number_: str) -> str | None:
    """One pro forma for what remains: once per job, again only when more remains and none is open."""
    job, mode = world.jobs[number_], world.settings["auto_draft_on_completion"]
    quantity = to_prepare(world, job)
    charges = any(world.remaining(job.number, charge.id) for charge in job.charges)
    if mode == "off" or job.declined or not (quantity or charges):
        return None
    if job.drafted is not None:
        on_job = [one for one in world.invoices.values() if _stands_on(one.lines, job.number)]
        if not quantity or any(not one.final for one in on_job):
            return None
    ref = drafts.create_from_job(world, job.number, quantity=quantity)
    job.drafted = ref
    return ref


def _stands_on(lines: list[Any], job: str) -> bool:
    return any(line.kind == "job" and line.job == job for line in lines)


def to_prepare(world: World, job: Job) -> Number:
    """What remains of the ordered, or of the produced quantity, never beyond the tolerance."""
    if world.settings["auto_draft_on_completion"] != "produced" or job.produced_quantity is None:
        return world.remaining(job.number)
    tolerance = Number(100) + (number(world.settings["overrun_tolerance_percent"]) or 0)
    most = min(job.produced_quantity, job.ordered_quantity * tolerance / 100)
    return max(ZERO, floored(most - world.billed(job.number), 4))
