"""A shop whose jobs are told by PUT and by message."""

import datetime as dt
from typing import Any

import pytest

from services.invoice_service.application.context import Context
from services.invoice_service.application.put_job import PutJob, job_input_of, put_job
from services.invoice_service.domain.actors import SYSTEM
from shared.contracts.production import JobData
from tests.support.invoicing import Invoicing

BOTH = {"fr": "Livraison", "en": "Delivery"}
JOB: dict[str, Any] = {
    "customer": "C-0153",
    "title": "Encarts",
    "ordered_quantity": "1000",
    "total_price": "15812.65",
    "status": "production_complete",
}
TIME = dt.datetime(2025, 7, 18, 14, 3, 11, tzinfo=dt.UTC)


@pytest.fixture
async def shop(invoicing: Invoicing) -> Invoicing:
    """A customer with a shipping address, an account, a product, and a code of extra charges."""
    address = {"id": "a1", "kind": "shipping", "line1": "1 rue X", "city": "Québec", "country": "CA"}
    for path, body in (
        ("/customers/C-0153", {"name": "Éditions Zoé", "addresses": [address]}),
        ("/gl-accounts/4444", {"description": "Ventes", "category": "revenue"}),
        ("/products/P-1", {"description": BOTH, "unit_price": "2.5", "gl_account": "4444"}),
        ("/extra-charges/livraison", {"description": BOTH, "unit_price": "40.00", "gl_account": "4444"}),
    ):
        reply = await invoicing.put(path, body)
        assert reply.status == 201, reply.text
    return invoicing


async def by_message(shop: Invoicing, at: dt.datetime, **fields: Any) -> PutJob:  # noqa: ANN401 - any field
    """What a message of production does."""
    data = JobData.model_validate({"number": "D-0024", **JOB, **fields})
    async with shop.services.transactions.writing() as uow:
        return await put_job(uow, Context(SYSTEM, shop.clock(), "m-1"), job_input_of(data), message_time=at)
