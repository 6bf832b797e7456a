"""How the API shows what there is: the JSON of an invoice and of a job that the model predicts."""

from collections.abc import Iterator

from tests.integration.invoice_service.machine.model import credits as crediting
from tests.integration.invoice_service.machine.model import finals, mail, trade
from tests.integration.invoice_service.machine.model.figures import ZERO, Number, amount, half_up, written
from tests.integration.invoice_service.machine.model.world import (
    DONE,
    Axis,
    Invoice,
    Job,
    Json,
    Line,
    World,
)

_RANKS = ("viewer", "biller", "accountant", "admin")
_NEEDS = {
    **dict.fromkeys(("email", "delete", "duplicate", "retry_render"), "biller"),
    **dict.fromkeys(("finalize", "credit", "retry_transfer", "mark_transferred"), "accountant"),
}


def invoice(world: World, one: Invoice, role: str) -> Json:
    """An invoice as a role sees it; reasons, actions and warnings by their codes."""
    return {
        "number": one.number,
        "proforma_number": one.ref,
        "final_number": one.final_number,
        "kind": one.kind,
        "status": one.status,
        "version": one.version,
        "date": one.date.isoformat(),
        "due_date": one.due_date.isoformat() if one.due_date else None,
        **{name: getattr(one, name) for name in _AS_THEY_ARE},
        "ship_to": one.ship,
        "billing_contact": one.contact,
        "exchange_rate": written(one.exchange_rate),
        "hold": {"reason": one.hold} if one.hold is not None else None,
        "favourite": role in one.favourites,
        "manual": sorted(one.manual),
        "lines": [line(world, one, place, each) for place, each in enumerate(one.lines)],
        "subtotal": amount(one.subtotal),
        "taxes": {
            code: (written(tax.rate), amount(tax.base), amount(tax.amount)) for code, tax in one.taxes.items()
        },
        "total": amount(one.total),
        "jobs": one.jobs,
        "credited_invoice": world.invoices[one.credited].number if one.credited else None,
        "credit_reason": one.reason,
        "credit_notes": [credit.number for credit in world.credits_of(one)],
        "rendering": _axis(mail.rendering_of(one)),
        "delivery": _axis(_held(one.delivery, "outbound_off", held=world.settings["outbound"] == "off")),
        "transfer": {
            **_axis(_held(one.transfer, "connector_paused", held=world.settings["connector_paused"])),
            "connector": one.connector,
            "external_id": one.external_id,
            "manual": one.by_hand,
        },
        "actions": actions(world, one, role),
        "warnings": sorted(warnings(world, one)),
    }


_AS_THEY_ARE = (
    "customer", "sold_to", "bill_to", "tax_code", "payment_term", "payment_method", "sales_rep", "currency",
    "language", "business_entity", "message", "note",
)  # fmt: skip


def line(world: World, one: Invoice, place: int, each: Line) -> Json:
    """A line at its place."""
    credited = world.invoices.get(one.credited or "")
    return {
        "kind": each.kind,
        "position": place,
        "job": each.job,
        "extra_charge": each.charge,
        "other_invoices": sorted(other_invoices(world, one, each.job)),
        "po_number": each.po_number,
        "description": each.description,
        "ordered_quantity": written(each.ordered_quantity),
        "quantity": written(each.quantity),
        "unit_price": written(_shown_price(each), 2),
        "total_price": amount(each.total_price),
        "product": each.product,
        "gl_account": each.gl_account,
        "tax_code": each.tax_code,
        "total": amount(each.total),
        "manual": sorted(each.manual),
        "release_quantity": each.release if credited else None,
        "credited_line": credited.line(each.credits or 0).id if credited else None,
    }


def _shown_price(each: Line) -> Number | None:
    if each.total_price is None:
        return each.unit_price
    return half_up(each.total_price / each.ordered_quantity, 6) if each.ordered_quantity else each.total_price


def other_invoices(world: World, one: Invoice, job: str | None) -> Iterator[tuple[str, str, str | None, str]]:
    """The other invoices that a job stands on: the « ! » and its list."""
    for other in world.invoices.values():
        for each in other.lines if other.ref != one.ref and job else ():
            if each.kind == "job" and each.job == job:
                quantity = written(each.quantity or ZERO)
                yield other.number, other.date.isoformat(), quantity, other.status


def _axis(axis: Axis) -> Json:
    return {"state": axis.state, "reason": axis.reason}


def _held(axis: Axis, code: str, *, held: bool) -> Axis:
    """What is pending says what it waits for, if it waits for a switch."""
    return Axis(state="pending", reason=code if held else None) if axis.state == "pending" else axis


# -- actions and warnings


def actions(world: World, one: Invoice, role: str) -> dict[str, str | None]:
    """Every action: None when it is open, else the code of why not."""
    failed = mail.rendering_of(one).state in ("failed", "uncertain")
    obstacles: dict[str, str | None] = {
        **dict.fromkeys(("preview", "email", "print", "duplicate")),
        "finalize": _not_finalizable(world, one),
        "credit": _not_creditable(world, one),
        "delete": _not_deletable(world, one),
        "retry_render": None if failed else "nothing_to_retry",
        "retry_transfer": None if finals.may_retry(world, one) else "nothing_to_retry",
        "mark_transferred": None if finals.may_mark(world, one) else "nothing_to_mark",
    }
    return {name: code or _not_allowed(name, role) for name, code in obstacles.items()}


def _not_allowed(action: str, role: str) -> str | None:
    needed = _NEEDS.get(action, "viewer")
    return None if _RANKS.index(role) >= _RANKS.index(needed) else f"{needed}_needed"


def _not_finalizable(world: World, one: Invoice) -> str | None:
    if one.final:
        return "already_final"
    credit = world.invoices.get(one.rebills or "")
    if credit is not None and not credit.final:
        return "credit_not_final"
    return "on_hold" if one.hold is not None else None


def _not_creditable(world: World, one: Invoice) -> str | None:
    if one.kind == "credit_note":
        return "is_credit_note"
    if one.status != DONE:
        return "not_transferred"
    return None if crediting.left(world, one) else "fully_credited"


def _not_deletable(world: World, one: Invoice) -> str | None:
    if one.final:
        return "already_final"
    again = world.rebill_of(one)
    refs = {one.ref, *([again.ref] if again else [])}
    busy = any(mail_.ref in refs and mail_.state in ("prepared", "sending") for mail_ in world.emails)
    return "email_under_way" if busy else None


def warnings(world: World, one: Invoice) -> Iterator[tuple[str, str]]:
    """Field and code of what is odd about a pro forma."""
    if one.final or one.kind == "credit_note":
        return
    province = ((one.ship or {}).get("address") or {}).get("province")
    if province and one.tax_code in trade.PROVINCES and province != one.tax_code:
        yield "tax_code", "tax_code_unfit"
    active = [contact["id"] for contact in world.customers[one.payer]["contacts"] if contact["active"]]
    if one.contact is not None and one.contact["id"] not in active:
        yield "billing_contact", "billing_contact_gone"
    for place, each in enumerate(one.lines):
        for field, code in _odd_line(world, one, each):
            yield f"lines[{place}].{field}", code
    for tax in one.taxes:
        if tax not in trade.REGISTERED:
            yield "tax_code", "registration_number_missing"


def _odd_line(world: World, one: Invoice, each: Line) -> Iterator[tuple[str, str]]:
    if each.kind != "text" and each.total is None:
        yield "unit_price", "price_missing"
    known = world.jobs.get(each.job or "")
    if known is None:
        return
    if each.kind == "job" and world.billed(known.number) > known.ordered_quantity:
        yield "quantity", "over_ordered"
    if known.status == "cancelled":
        yield "job", "job_cancelled"
    if world.payer_of(known.customer) != one.payer:
        yield "job", "other_payer"


# -- jobs


def job(world: World, one: Job) -> Json:
    """A job, with what billing made of it."""
    return {
        **{name: getattr(one, name) for name in _OF_JOB},
        "ordered_quantity": written(one.ordered_quantity),
        "produced_quantity": written(one.produced_quantity),
        "unit_price": written(one.unit_price, 2),
        "total_price": amount(one.total_price),
        "billed_quantity": written(world.billed(one.number)),
        "remaining_quantity": written(world.remaining(one.number)),
        "amount_waiting": amount(_waiting(world, one)),
        "invoices": sorted(_billings(world, one)),
        "extra_charges": [
            {
                "id": charge.id,
                "code": charge.code,
                "description": charge.description,
                "quantity": written(charge.quantity),
                "unit_price": written(charge.unit_price, 2),
                "product": charge.product,
                "gl_account": charge.gl_account,
                "billed_quantity": written(world.billed(one.number, charge.id)),
                "remaining_quantity": written(world.remaining(one.number, charge.id)),
            }
            for charge in one.charges
        ],
    }


_OF_JOB = (
    "number", "customer", "title", "description", "currency", "po_number", "product", "gl_account", "ship_to",
    "status",
)  # fmt: skip


def _waiting(world: World, one: Job) -> Number:
    """The price of what remains, and of the charges that remain, before taxes."""
    if one.status == "cancelled":
        return ZERO
    rest, unit_price = world.remaining(one.number), one.unit_price
    if one.total_price is not None:
        ordered = one.ordered_quantity
        price = half_up(one.total_price * rest / ordered) if ordered else ZERO
    else:
        if unit_price is None and one.product:
            product = world.products[one.product]["unit_price"]
            unit_price = Number(product) if product is not None else None
        price = half_up((unit_price or ZERO) * rest)
    for charge in one.charges:
        price += half_up((charge.unit_price or ZERO) * world.remaining(one.number, charge.id))
    return price


def _billings(world: World, one: Job) -> Iterator[tuple[str, str, str | None, str]]:
    for each in world.invoices.values():
        lines = [line for line in each.lines if line.kind == "job" and line.job == one.number]
        if lines:
            quantity = sum((line.quantity or ZERO for line in lines), ZERO)
            yield each.number, each.date.isoformat(), written(quantity), each.status
