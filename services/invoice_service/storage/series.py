"""Number series: looked at and set here; numbers are taken by the SQL function `take_number`."""

import asyncpg

from services.invoice_service.application.context import Context
from services.invoice_service.application.records import NumberSeries, SkippedInterval
from services.invoice_service.storage.unit_of_work import Transaction

_COLUMNS = "business_entity, kind, prefix, padding, next_value, used"


def _build(row: asyncpg.Record) -> NumberSeries:
    return NumberSeries(**dict(row))


class PostgresSeries:
    """See the port `SeriesRepository`."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    async def get(self, business_entity: str, kind: str, *, lock: bool = False) -> NumberSeries | None:
        """See the port."""
        row = await self._connection.fetchrow(
            f"select {_COLUMNS} from number_series where business_entity = $1 and kind = $2"
            + (" for update" if lock else ""),
            business_entity,
            kind,
        )
        return _build(row) if row else None

    async def all(self, *, lock: bool = False) -> tuple[NumberSeries, ...]:
        """See the port."""
        if lock:
            # Numbers wait until the end: a prefix must not change between the check and the next number.
            await self._connection.execute("lock table number_series in share row exclusive mode")
        rows = await self._connection.fetch(
            f"select {_COLUMNS} from number_series order by business_entity, kind"
        )
        return tuple(_build(row) for row in rows)

    async def add(self, series: NumberSeries) -> None:
        """See the port."""
        await self._connection.execute(
            "insert into number_series (business_entity, kind, prefix, padding, next_value)"
            " values ($1, $2, $3, $4, $5)",
            series.business_entity,
            series.kind,
            series.prefix,
            series.padding,
            series.next_value,
        )

    async def update(self, series: NumberSeries) -> None:
        """See the port."""
        await self._connection.execute(
            "update number_series set prefix = $3, padding = $4, next_value = $5"
            " where business_entity = $1 and kind = $2",
            series.business_entity,
            series.kind,
            series.prefix,
            series.padding,
            series.next_value,
        )

    async def record_skipped(self, skipped: SkippedInterval, context: Context) -> None:
        """See the port."""
        await self._connection.execute(
            "insert into number_series_intervals"
            " (business_entity, kind, first_value, last_value, reason, actor, at)"
            " values ($1, $2, $3, $4, $5, $6, $7)",
            skipped.business_entity,
            skipped.kind,
            skipped.first_value,
            skipped.last_value,
            skipped.reason,
            context.actor.as_dict(),
            context.now,
        )

    async def issued_with_prefix(self, prefix: str) -> bool:
        """See the port."""
        return bool(
            await self._connection.fetchval(
                "select exists (select from invoices"
                " where substr(proforma_number, length($1) + 1) ~ '^[0-9]+$' and starts_with(proforma_number, $1)"
                " or substr(final_number, length($1) + 1) ~ '^[0-9]+$' and starts_with(final_number, $1))",
                prefix,
            )
        )
