"""The shop's settings: one row of JSON, holding what the shop has set."""

from collections.abc import Mapping
from typing import Any

from services.invoice_service.domain.settings import ShopSettings
from services.invoice_service.storage.drafting_rows import settings_from
from services.invoice_service.storage.unit_of_work import Transaction


class PostgresSettings:
    """See the port `SettingsRepository`."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    async def get(self, *, lock: bool = False) -> ShopSettings:
        """See the port."""
        return settings_from(
            await self._connection.fetchval("select body from settings" + (" for update" if lock else ""))
        )

    async def put(self, values: Mapping[str, Any]) -> None:
        """See the port."""
        await self._connection.execute("update settings set body = body || $1", dict(values))
