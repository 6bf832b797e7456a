import pytest

from services.accounting_sync.connectors.base import Rejected
from services.accounting_sync.connectors.none import NoConnector
from tests.accounting.documents import invoice


async def test_it_has_nothing_and_takes_nothing() -> None:
    assert await NoConnector().find("00004", "i") is None
    with pytest.raises(Rejected) as refused:
        await NoConnector().book(invoice())
    assert refused.value.code == "no_connector"
    assert "00004" in refused.value.message
