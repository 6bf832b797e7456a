"""What the invented shop's production system tells of a job: by a PUT, or by a message."""

from decimal import Decimal
from typing import Any

from services.invoice_service.application.context import Context
from services.invoice_service.application.extra_charges import ChargeInput
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.put_job import JobInput, put_job
from services.invoice_service.application.receive_message import receive
from services.standalone.demo_data.rows import JobRow
from shared.contracts.envelope import Envelope

SOURCE = "urn:mis:imprimerielasarcelle"
_COMPLETED = "production.job.completed.v1"


async def report(uow: UnitOfWork, context: Context, row: JobRow, status: str) -> None:
    """Put a job as it stands now."""
    declared = _values(row, status)
    charges = tuple(ChargeInput(**charge) for charge in declared.pop("extra_charges"))
    await put_job(uow, context, JobInput(**declared, extra_charges=charges))


async def report_completion(uow: UnitOfWork, context: Context, row: JobRow) -> tuple[str, ...]:
    """Tell by a message that a job is done. Returns the number of the pro forma that makes itself."""
    message = Envelope(
        id=f"fin-{row.number}",
        source=SOURCE,
        type=_COMPLETED,
        subject=row.number,
        time=context.now,
        data={"job": _as_sent(_values(row, "production_complete"))},
    )
    received = await receive(uow, context, message, queue="demo")
    return (received.invoice,) if received.invoice else ()


def _values(row: JobRow, status: str) -> dict[str, Any]:
    done = status not in ("pending_launch", "in_production", "cancelled")
    return {
        "number": row.number,
        "customer": row.customer,
        "title": row.title,
        "ordered_quantity": Decimal(row.quantity),
        "produced_quantity": Decimal(row.produced or row.quantity) if done else None,
        "unit_price": Decimal(row.unit) if row.unit else None,
        "total_price": Decimal(row.total) if row.total else None,
        "currency": row.currency,
        "po_number": row.po,
        "gl_account": row.account,
        "ship_to": row.ship_to,
        "status": status,
        "extra_charges": [
            {"id": f"x{place}", "code": code, "quantity": Decimal(quantity)}
            for place, (code, quantity) in enumerate(row.charges, start=1)
        ],
    }


def _as_sent(value: Any) -> Any:  # noqa: ANN401 - JSON
    """As it stands in a message: decimals are texts."""
    match value:
        case dict():
            return {key: _as_sent(item) for key, item in value.items()}
        case list():
            return [_as_sent(item) for item in value]
        case Decimal():
            return str(value)
        case _:
            return value
