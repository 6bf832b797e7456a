"""Invoices written straight into the database: what is billed of a job is counted, whoever billed it."""

import uuid
from typing import Any

from tests.support.invoicing import Database


async def bill(
    database: Database,
    number: str,
    *,
    job: str,
    quantity: str,
    extra_charge: str | None = None,
    final: bool = False,
    credits_: uuid.UUID | None = None,
    release: bool = True,
) -> uuid.UUID:
    """An invoice (or a credit note of `credits_`) with one line of a job; `final` freezes it."""
    invoice_id = uuid.uuid4()
    kind = "credit_note" if credits_ else "invoice"
    await database.fetch(
        """insert into invoices (id, kind, status, business_entity, proforma_number, number_key, date, customer,
               payer, sold_to, bill_to, currency, language, subtotal, total, credited_invoice, search,
               customer_key, created_at, updated_at)
           select $1, $2, 'proforma_draft', 'MAIN', $3, $3, '2025-07-18', customer, customer, '{}', '{}', 'CAD',
                  'fr', 0, 0, $4, '', '', now(), now() from jobs where number = $5""",
        invoice_id,
        kind,
        number,
        credits_,
        job,
    )
    await database.fetch(
        "insert into invoice_lines (id, invoice_id, position, kind, job, extra_charge, description, quantity,"
        " release_quantity) values ($1, $2, 1, $3, $4, $5, 'x', $6::text::numeric, $7)",
        uuid.uuid4(),
        invoice_id,
        "extra_charge" if extra_charge else "job",
        job,
        extra_charge,
        quantity,
        release,
    )
    if final:
        await database.fetch(
            "update invoices set status = 'final_sent', final_number = $2, finalized_at = now(),"
            " snapshot = '{}' where id = $1",
            invoice_id,
            f"F-{number}",
        )
    return invoice_id


def waiting(job: dict[str, Any]) -> tuple[str, str, str]:
    """What is billed, what remains, and the amount of it."""
    return job["billed_quantity"], job["remaining_quantity"], job["amount_waiting"]
