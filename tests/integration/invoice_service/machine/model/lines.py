"""Lines of a pro forma: where they come from, what is typed over, and how much of a job they may bill."""

from collections.abc import Mapping
from typing import Any

from tests.integration.invoice_service.machine.model import trade
from tests.integration.invoice_service.machine.model.figures import ZERO, Number, number
from tests.integration.invoice_service.machine.model.totals import settle
from tests.integration.invoice_service.machine.model.world import Invoice, Line, Refused, World

EDITABLE = (
    "description",
    "po_number",
    "ordered_quantity",
    "quantity",
    "unit_price",
    "total_price",
    "product",
    "gl_account",
    "tax_code",
)
_NUMBERS = {"ordered_quantity", "quantity", "unit_price", "total_price"}
_PRICES = ("unit_price", "total_price")


def check_job(world: World, invoice: Invoice, job: str, *, forced: bool) -> None:
    """Refuse a job that can't be billed on this invoice."""
    known = world.jobs[job]
    left = [world.remaining(job), *(world.remaining(job, charge.id) for charge in known.charges)]
    reasons = {
        "job_not_launched": known.status == "pending_launch",
        "job_cancelled": known.status == "cancelled",
        "other_payer": world.payer_of(known.customer) != invoice.payer,
        "other_currency": known.currency not in (None, world.customers[invoice.payer]["currency"]),
        "job_fully_billed": not any(left) and not forced,
    }
    if any(reasons.values()):
        raise Refused(409, *(code for code, applies in reasons.items() if applies))


def remaining_for(world: World, invoice: Invoice, line: Line) -> Number | None:
    """What is left to bill of a line's job or charge, this line not counted."""
    if line.kind not in ("job", "extra_charge") or line.job is None:
        return None
    elsewhere = world.billed(line.job, line.charge, without=invoice)
    free = world.free_for(invoice, line.job, line.charge)
    beside = sum(
        (
            other.quantity or ZERO
            for other in invoice.lines
            if (other.kind, other.job, other.charge) == (line.kind, line.job, line.charge)
            and other.key != line.key
        ),
        ZERO,
    )
    return max(ZERO, world.wanted(line.job, line.charge) + free - elsewhere - beside)


def defaults(world: World, invoice: Invoice, line: Line) -> dict[str, Any]:
    """What the source of a line says of each field."""
    values: dict[str, Any] = {**dict.fromkeys(EDITABLE), "description": ""}
    if line.kind == "job" and line.job:
        job = world.jobs[line.job]
        values |= {name: getattr(job, name) for name in EDITABLE if hasattr(job, name)}
        values["description"] = job.description or job.title
    elif line.kind == "extra_charge" and line.job and line.charge:
        charge = world.charge(line.job, line.charge)
        values |= {
            name: getattr(charge, name) for name in ("description", "unit_price", "product", "gl_account")
        }
        values["ordered_quantity"] = charge.quantity
    values["quantity"] = Number(1) if line.kind in ("product", "gl") else remaining_for(world, invoice, line)
    if line.kind == "gl":
        values["gl_account"] = line.gl_account
        values["description"] = trade.ACCOUNTS[line.gl_account or ""][0]
    named = line.product or values["product"]
    if named:
        product = world.products[named]
        if line.kind == "product":
            values["product"], values["description"] = named, product["description"][invoice.language]
        if values["unit_price"] is None and values["total_price"] is None:
            values["unit_price"] = number(product["unit_price"])
        values["gl_account"] = values["gl_account"] or product["gl_account"]
    return values


def from_source(world: World, invoice: Invoice, **source: str | None) -> Line:
    """A new line, filled in from its source."""
    line = Line(key=world.key(), **source)  # type: ignore[arg-type]  # kind is always there
    for field, value in defaults(world, invoice, line).items():
        setattr(line, field, value)
    line.price()
    return line


def job_lines(world: World, invoice: Invoice, job: str, *, with_job: bool) -> list[Line]:
    """One line for what remains of a job, one for each charge that is not fully billed."""
    lines = [from_source(world, invoice, kind="job", job=job)] if with_job else []
    lines += [
        from_source(world, invoice, kind="extra_charge", job=job, charge=charge.id)
        for charge in world.jobs[job].charges
        if world.remaining(job, charge.id) > 0
    ]
    return lines


def type_over(world: World, invoice: Invoice, line: Line, body: Mapping[str, Any]) -> None:
    """Set what was typed; null brings the default back. A price is by unit or by total."""
    typed = {field: _value(field, value) for field, value in body.items()}
    if all(typed.get(field) is not None for field in _PRICES):
        raise Refused(422, "price_twice", errors=frozenset({("total_price", "price_twice")}))
    for field, value in typed.items():
        if value is not None:
            setattr(line, field, value)
            line.manual.add(field)
        else:
            line.manual.discard(field)
    line.product = typed.get("product", line.product)
    _one_price(line, typed)
    cleared = {field for field, value in typed.items() if value is None}
    if cleared & set(_PRICES) and not line.manual & set(_PRICES):
        cleared |= set(_PRICES)
    _follow(line, typed, cleared, defaults(world, invoice, line))
    if line.kind == "text" and line.quantity is None and not line.unit_price is line.total_price is None:
        # Of a fee or a rebate people type the amount, and mean one.
        line.quantity = Number(1)
    line.price()


def _one_price(line: Line, typed: Mapping[str, Any]) -> None:
    for one, other in (_PRICES, _PRICES[::-1]):
        if typed.get(one) is not None:
            setattr(line, other, None)
            line.manual.discard(other)


def _follow(line: Line, typed: Mapping[str, Any], cleared: set[str], source: Mapping[str, Any]) -> None:
    """What was cleared, and what nobody typed of all that a product or an account brings."""
    brought = set(EDITABLE) if "product" in typed else set()
    if line.kind == "gl" and "gl_account" in typed:
        brought.add("description")
    by_hand = bool(line.manual & set(_PRICES))
    for field in EDITABLE:
        if field in _PRICES and by_hand:
            if field in cleared:
                setattr(line, field, None)
        elif field in cleared or (
            field in brought and field not in line.manual and source[field] not in (None, "")
        ):
            setattr(line, field, source[field])


def _value(field: str, value: str | None) -> Any:  # noqa: ANN401 - a text or a number
    return number(value) if field in _NUMBERS else value


def check_quantities(world: World, before: Mapping[str, Number], *, role: str, by_name: bool) -> None:
    """Refuse what raises the billed quantity of a job beyond the tolerance, unless an accountant says so."""
    tolerance = Number(100) + (number(world.settings["overrun_tolerance_percent"]) or 0)
    for job, was in before.items():
        billed = world.billed(job)
        if billed <= was or billed <= world.jobs[job].ordered_quantity * tolerance / 100:
            continue
        if not by_name:
            raise Refused(409, "over_invoicing")
        if role == "biller":
            raise Refused(403, "forbidden")


def billed_of(world: World, jobs: list[str]) -> dict[str, Number]:
    """What is billed of these jobs now."""
    return {job: world.billed(job) for job in jobs}


# -- what a person does


def add(
    world: World,
    ref: str,
    source: Mapping[str, str],
    typed: Mapping[str, str],
    *,
    role: str = "admin",
    after: int | None = None,
    force: bool = False,
    by_name: bool = False,
) -> int:
    """POST of a line; its key."""
    invoice = opened(world, ref)
    if invoice.kind == "credit_note":
        raise Refused(422, "invalid", errors=frozenset({("kind", "foreign_line")}))
    before = billed_of(world, list(world.jobs))
    if "job" in source:
        by_itself = source["kind"] == "job" and not force and "quantity" not in typed
        check_job(world, invoice, source["job"], forced=not by_itself)
    names = {"extra_charge": "charge"}
    line = from_source(world, invoice, **{names.get(name, name): value for name, value in source.items()})
    if source["kind"] == "text":
        line.description = ""
    type_over(world, invoice, line, typed)
    place = len(invoice.lines)
    if after is not None:
        place = invoice.lines.index(invoice.line(after)) + 1
    invoice.lines.insert(place, line)
    settle(invoice)
    check_quantities(world, before, role=role, by_name=by_name)
    world.tell(invoice, "line.added")
    return line.key


def edit(
    world: World,
    ref: str,
    key: int,
    typed: Mapping[str, Any],
    *,
    role: str = "admin",
    behind: int | None = None,
    by_name: bool = False,
) -> None:
    """PATCH of a line of an invoice; perhaps it is moved `behind` another one."""
    invoice = opened(world, ref)
    before = billed_of(world, invoice.jobs)
    line = invoice.line(key)
    type_over(world, invoice, line, typed)
    if behind is not None and behind != key:
        invoice.lines.remove(line)
        invoice.lines.insert(invoice.lines.index(invoice.line(behind)) + 1, line)
    settle(invoice)
    check_quantities(world, before, role=role, by_name=by_name)
    world.tell(invoice, "line.edited")


def remove(world: World, ref: str, key: int) -> None:
    """DELETE of a line."""
    invoice = opened(world, ref)
    line = invoice.line(key)
    invoice.removed[line.id] = invoice.lines.index(line), line
    invoice.lines.remove(line)
    settle(invoice)
    world.tell(invoice, "line.removed")


def restore(world: World, ref: str, line_id: str) -> None:
    """A line that was removed comes back; one that has already stays as it is."""
    invoice = opened(world, ref)
    place, line = invoice.removed[line_id]
    if any(other.id == line_id for other in invoice.lines):
        return
    before = billed_of(world, list(world.jobs))
    if line.job:
        check_job(world, invoice, line.job, forced=True)
        if line.charge and line.charge not in {charge.id for charge in world.jobs[line.job].charges}:
            raise Refused(422, "invalid", errors=frozenset({("extra_charge", "unknown_reference")}))
    invoice.lines.insert(place, line)
    settle(invoice)
    check_quantities(world, before, role="admin", by_name=False)
    world.tell(invoice, "line.restored")


def order(world: World, ref: str, keys: list[int]) -> None:
    """PUT of the order of the lines."""
    invoice = opened(world, ref)
    invoice.lines = [invoice.line(key) for key in keys]
    settle(invoice)
    world.tell(invoice, "lines.ordered")


def opened(world: World, ref: str) -> Invoice:
    """An invoice whose lines may change."""
    invoice = world.invoices[ref]
    if invoice.final:
        raise Refused(409, "frozen")
    return invoice
