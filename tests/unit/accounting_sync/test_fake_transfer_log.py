import pytest

from services.accounting_sync.transfers import TransferLog
from tests.unit.accounting_sync.doubles import FakeTransferLog
from tests.unit.accounting_sync.transfer_log_contract import TransferLogContract


class TestFakeTransferLog(TransferLogContract):
    @pytest.fixture
    def log(self) -> TransferLog:
        return FakeTransferLog()
