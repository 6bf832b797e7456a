import datetime as dt
import uuid
from types import SimpleNamespace
from typing import cast

import pytest

from services.invoice_service.application.context import Context
from services.invoice_service.application.outgoing import render_command
from services.invoice_service.domain.actors import SYSTEM
from services.invoice_service.domain.invoice import Invoice, Status
from shared.bus.topology import RENDER, RENDER_BULK, queues_for
from shared.contracts.registry import contract_of
from tests.unit.render_service.snapshots import plain

INVOICE = cast(
    "Invoice",
    SimpleNamespace(id=uuid.uuid4(), number="PF-0001", version=3, status=Status.PROFORMA_DRAFT),
)


@pytest.mark.parametrize(("in_bulk", "queue"), [(False, RENDER), (True, RENDER_BULK)])
def test_what_nobody_waits_for_does_not_stand_in_the_way(queue: str, *, in_bulk: bool) -> None:
    context = Context(SYSTEM, dt.datetime.now(dt.UTC), "c-1", in_bulk=in_bulk)

    message = render_command(context, INVOICE, plain().model_dump(mode="json"), preview=True)

    contract = contract_of(message["type"])
    assert queues_for(contract.exchange, contract.routing_key) == (queue,)
    # What a batch asks for is wanted whatever comes later.
    assert message.get("preview_of") == (None if in_bulk else 3)
