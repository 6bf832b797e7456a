"""Jobs that wait to be billed, and what production says of them."""

import datetime as dt
import itertools
import json

from bench.system import System

_run = itertools.count(1)
CUSTOMER = "C-00002"


async def open_jobs(system: System, count: int, *, charges: int = 1) -> list[str]:
    """So many new jobs that no invoice bills, each with some extra charges. Their numbers."""
    prefix = f"B{next(_run)}-"
    await system.sql(
        "insert into jobs (number, customer, title, ordered_quantity, produced_quantity, total_price, currency,"
        " po_number, gl_account, status, completed_at)"
        " select $1 || i, $2, 'Dépliants, 3 volets', 1000, 1000, 15812.65, 'CAD', 'BC-' || i, '4010',"
        " 'production_complete', now() from generate_series(1, $3::integer) i",
        prefix,
        CUSTOMER,
        count,
    )
    await system.sql(
        "insert into job_extra_charges (job, id, position, description, quantity, unit_price, gl_account)"
        " select $1 || i, 'x' || c, c, 'Livraison ' || c, 1, 40, '4200'"
        " from generate_series(1, $2::integer) i, generate_series(1, $3::integer) c",
        prefix,
        count,
        charges,
    )
    return [f"{prefix}{number}" for number in range(1, count + 1)]


def completions(count: int) -> tuple[str, list[bytes]]:
    """So many messages of production, each of a new job that is complete; and the source that they name."""
    run = next(_run)
    source = f"urn:bench:{run}"
    return source, [
        json.dumps(
            {
                "specversion": "1.0",
                "id": f"mis-{number}",
                "source": source,
                "type": "production.job.completed.v1",
                "subject": f"M{run}-{number}",
                "time": dt.datetime.now(dt.UTC).isoformat(),
                "data": {
                    "job": {
                        "number": f"M{run}-{number}",
                        "customer": CUSTOMER,
                        "title": "Encarts",
                        "ordered_quantity": "1000",
                        "produced_quantity": "1000",
                        "total_price": "15812.65",
                        "currency": "CAD",
                        "po_number": f"BC-{number}",
                        "gl_account": "4010",
                        "status": "production_complete",
                        "extra_charges": [
                            {
                                "id": "x1",
                                "description": "Livraison",
                                "quantity": "1",
                                "unit_price": "40.00",
                                "gl_account": "4200",
                            }
                        ],
                    }
                },
            }
        ).encode()
        for number in range(1, count + 1)
    ]
