"""What reports and workbooks need from storage: sums, and rows that are read one batch after the other."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from services.invoice_service.application.listing import ListQuery
from services.invoice_service.domain.reports import (
    GroupBy,
    ListedInvoice,
    Period,
    SalesGroup,
    SalesLine,
    TaxRow,
    YearOfSales,
)
from services.invoice_service.domain.sales_overview import MonthOfSales


@dataclass(frozen=True, slots=True)
class Chosen:
    """The finals of a period, and of these customers, sales reps, entities (each filter's values, if it was given).

    `currency` is the company's.
    """

    period: Period
    currency: str
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)


class ReportRepository(Protocol):
    """Reads finals. What is answered is of one moment: that of the transaction."""

    async def sales(self, chosen: Chosen, by: GroupBy) -> tuple[SalesGroup, ...]:
        """The sums of each group, in the order of their names; those without a sales rep come last."""

    def sales_lines(
        self, chosen: Chosen, by: GroupBy, *, most: int | None = None
    ) -> AsyncIterator[Sequence[SalesLine]]:
        """Each final, in the order of the groups, then by date and number; no more than `most`."""

    async def taxes(self, chosen: Chosen) -> tuple[TaxRow, ...]:
        """What was charged of each tax, by code, rate and registration number."""

    async def years(self, chosen: Chosen) -> tuple[YearOfSales, ...]:
        """The sums of each year in which there is something."""

    async def months(self, chosen: Chosen) -> tuple[MonthOfSales, ...]:
        """The sums of each month in which there is something."""

    async def count_invoices(self, query: ListQuery, actor: str, *, most: int) -> int:
        """How many invoices a query of the list finds; counted to one more than `most`."""

    def invoices(self, query: ListQuery, actor: str) -> AsyncIterator[Sequence[ListedInvoice]]:
        """Every invoice that a query of the list finds, in its order, on no pages."""
