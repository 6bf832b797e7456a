"""Where the fields of a line come from when nobody types them."""

import dataclasses
import uuid
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from services.invoice_service.domain.drafting import Drafting
from services.invoice_service.domain.job import ExtraCharge, Job
from services.invoice_service.domain.line import EXTRA_CHARGE, GL, JOB, PRODUCT, Line, totalled
from services.invoice_service.domain.texts import Language

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


def defaults(
    line: Line, drafting: Drafting, language: Language, *, remaining: Decimal | None = None
) -> dict[str, Any]:
    """The value of every editable field of a line as its source has it.

    `remaining` is the quantity left to bill of its job or charge, this line not counted.
    """
    values: dict[str, Any] = dict.fromkeys(EDITABLE)
    values["description"] = ""
    if line.kind == JOB and line.job:
        values |= _of_job(drafting.jobs[line.job])
        values["quantity"] = remaining
    elif line.kind == EXTRA_CHARGE and line.job and line.extra_charge:
        charge = charge_of(drafting.jobs[line.job], line.extra_charge)
        values |= _of_charge(charge)
        values["quantity"] = remaining
    elif line.kind == PRODUCT:
        values["quantity"] = Decimal(1)
    elif line.kind == GL:
        values["quantity"] = Decimal(1)
        values["gl_account"] = line.gl_account
    product = drafting.products.get(line.product or values["product"] or "")
    if product is not None:
        if line.kind == PRODUCT:
            values["product"] = product.code
            values["description"] = product.description.text(language)
        if values["unit_price"] is None and values["total_price"] is None:
            values["unit_price"] = product.unit_price
        values["gl_account"] = values["gl_account"] or product.gl_account
    account = drafting.accounts.get(line.gl_account or "")
    if line.kind == GL and account is not None:
        values["description"] = account.description
    return values


def _of_job(job: Job) -> dict[str, Any]:
    return {
        "description": job.description or job.title,
        "po_number": job.po_number,
        "ordered_quantity": job.ordered_quantity,
        "unit_price": job.unit_price,
        "total_price": job.total_price,
        "product": job.product,
        "gl_account": job.gl_account,
    }


def _of_charge(charge: ExtraCharge) -> dict[str, Any]:
    return {
        "description": charge.description,
        "ordered_quantity": charge.quantity,
        "unit_price": charge.unit_price,
        "product": charge.product,
        "gl_account": charge.gl_account,
    }


def charge_of(job: Job, charge_id: str) -> ExtraCharge:
    """The extra charge of this id (the caller has checked that it is there)."""
    return next(charge for charge in job.extra_charges if charge.id == charge_id)


def filled(line: Line, values: dict[str, Any]) -> Line:
    """The line with these values, its total computed."""
    return totalled(dataclasses.replace(line, **values))


def new_line(line_id: uuid.UUID, kind: str, **source: Any) -> Line:  # noqa: ANN401 - fields of Line
    """A line of a kind from its source, nothing filled in yet."""
    return Line(id=line_id, kind=kind, description="", **source)


def job_lines(job: Job, drafting: Drafting, language: Language, ids: list[uuid.UUID]) -> list[Line]:
    """The lines that bill a job: one for what remains of it, one for each extra charge not fully billed.

    `ids` holds enough ids: one more than the job has charges.
    """
    first = new_line(ids[0], JOB, job=job.number)
    lines = [filled(first, defaults(first, drafting, language, remaining=job.remaining))]
    for line_id, charge in zip(ids[1:], job.extra_charges, strict=False):
        if charge.remaining:
            line = new_line(line_id, EXTRA_CHARGE, job=job.number, extra_charge=charge.id)
            lines.append(filled(line, defaults(line, drafting, language, remaining=charge.remaining)))
    return lines


def in_language(lines: Iterable[Line], drafting: Drafting, language: Language) -> tuple[Line, ...]:
    """The lines, those of a product described in `language` unless a person typed their description."""
    return tuple(_in_language(line, drafting, language) for line in lines)


def _in_language(line: Line, drafting: Drafting, language: Language) -> Line:
    product = drafting.products.get(line.product or "")
    if line.kind != PRODUCT or product is None or "description" in line.manual:
        return line
    return dataclasses.replace(line, description=product.description.text(language))
