"""What the work list and its use cases need from storage."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from services.invoice_service.application.listing import ListQuery, Page
from services.invoice_service.application.records import JobView


@dataclass(frozen=True, slots=True)
class WaitingJob:
    """A job as the work list tells of it.

    `currency` is the one that it is billed in; `proformas` are the open ones that hold something of it.
    """

    view: JobView
    customer_name: str
    sales_rep: str | None
    currency: str
    proformas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits in a currency, before taxes."""

    currency: str
    jobs: int
    amount: Decimal


class WorkListRepository(Protocol):
    """Jobs that production is done with, and that no invoice bills in full."""

    async def page(self, query: ListQuery) -> Page[WaitingJob]:
        """One page of the list, what has waited longest first."""

    async def totals(self, query: ListQuery) -> tuple[Waiting, ...]:
        """What passes the filters, by currency."""

    async def jobs(self, numbers: Collection[str]) -> Mapping[str, WaitingJob]:
        """These jobs by number, whether they wait or not; unknown ones are left out."""

    async def proformas(self, numbers: Collection[str]) -> Mapping[str, tuple[str, ...]]:
        """The open pro formas that hold something of these jobs, by job; changes of this transaction counted."""
