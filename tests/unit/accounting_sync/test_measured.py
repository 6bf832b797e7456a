"""What a connector answers is counted, and passed on as it is."""

from decimal import Decimal

import pytest
from prometheus_client import REGISTRY

from services.accounting_sync.connectors.base import Booked, Rejected, Unavailable, Unknown
from services.accounting_sync.measured import Measured
from tests.accounting.documents import invoice
from tests.unit.accounting_sync.doubles import ScriptedConnector

BOOKED = Booked("books/1", Decimal("10.00"))


def counted(operation: str, outcome: str) -> float:
    labels = {"connector": "scripted", "operation": operation, "outcome": outcome}
    return REGISTRY.get_sample_value("factures_transfers_total", labels) or 0


async def test_answers_are_counted_and_passed_on() -> None:
    connector = Measured(ScriptedConnector([None], [BOOKED]))
    before = counted("find", "done"), counted("book", "done")

    assert await connector.find("00001", "invoice-1") is None
    assert await connector.book(invoice()) == BOOKED

    assert (counted("find", "done"), counted("book", "done")) == (before[0] + 1, before[1] + 1)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (Rejected("closed", "the year is closed"), "rejected"),
        (Unavailable("down"), "unavailable"),
        (Unknown("no answer"), "unknown"),
        (ZeroDivisionError(), "failed"),
    ],
)
async def test_refusals_are_counted_and_passed_on(error: Exception, outcome: str) -> None:
    connector = Measured(ScriptedConnector([], [error]))
    before = counted("book", outcome)

    with pytest.raises(type(error)):
        await connector.book(invoice())

    assert counted("book", outcome) == before + 1
