"""Batches: what the use cases need from storage."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from services.invoice_service.application.listing import ListQuery, Page
from services.invoice_service.domain.actors import Actor
from services.invoice_service.domain.axes import Document
from services.invoice_service.domain.batch import BatchAction, BatchReason, Became, ItemState, OutcomeName


@dataclass(frozen=True, slots=True)
class Wanted:
    """An invoice that a new batch is to hold: as it was asked for, and which it is."""

    ref: str
    invoice_id: uuid.UUID
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBatch:
    """A batch that is about to begin, with its invoices in their order."""

    id: uuid.UUID
    action: BatchAction
    actor: Actor
    correlation_id: str
    traceparent: str | None
    created_at: dt.datetime
    invoices: Sequence[Wanted]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchItem:
    """An invoice whose turn it is, with what its batch wants; the caller has it locked."""

    batch_id: uuid.UUID
    position: int
    invoice_id: uuid.UUID
    ref: str
    action: BatchAction
    actor: Actor
    correlation_id: str
    traceparent: str | None
    email_id: uuid.UUID | None
    version: int | None
    attempts: int


@dataclass(frozen=True, slots=True)
class BatchInvoice:
    """An invoice of a batch: how it stands, under the number that it has now."""

    invoice_id: uuid.UUID
    ref: str
    number: str
    state: ItemState
    reason: BatchReason | None
    document: Document | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A batch with all its invoices, in their order."""

    id: uuid.UUID
    action: BatchAction
    actor: Actor
    created_at: dt.datetime
    ended_at: dt.datetime | None
    invoices: tuple[BatchInvoice, ...]

    @property
    def ended(self) -> tuple[BatchInvoice, ...]:
        """Those that have an outcome."""
        return tuple(one for one in self.invoices if one.state not in ("waiting", "begun"))

    @property
    def is_done(self) -> bool:
        """Whether all have an outcome."""
        return len(self.ended) == len(self.invoices)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedBatch:
    """A batch as a list tells of it: how many of its invoices came to each outcome, not which."""

    id: uuid.UUID
    action: BatchAction
    actor: Actor
    created_at: dt.datetime
    ended_at: dt.datetime | None
    total: int
    outcomes: Mapping[OutcomeName, int]

    @property
    def done(self) -> int:
        """How many have an outcome."""
        return sum(self.outcomes.values())


class BatchRepository(Protocol):
    """Batches, and which invoice of theirs is next."""

    async def find(self, refs: Sequence[str]) -> Mapping[str, Wanted]:
        """The invoices that these ids or numbers name; what names none is left out."""

    async def create(self, batch: NewBatch) -> None:
        """Keep a new batch."""

    async def get(self, batch_id: uuid.UUID) -> Batch:
        """A batch.

        Raises:
            NotFound: there is none.
        """

    async def page(self, query: ListQuery) -> Page[ListedBatch]:
        """One page of the batches, the newest first."""

    async def open(self) -> bool:
        """Whether a batch has not ended."""

    async def take(self) -> BatchItem | None:
        """An invoice that waits for its turn, of the batch that has come least far; locked, nobody else gets it."""

    async def answered(self) -> BatchItem | None:
        """An invoice that waits for a worker who has answered; locked, nobody else gets it."""

    async def at_work(self, since: dt.datetime) -> int:
        """How many invoices were handed to workers since then who have not answered."""

    async def became(self, item: BatchItem, became: Became, at: dt.datetime) -> None:
        """Note what became of an invoice."""

    async def put_off(self, item: BatchItem, *, by: dt.timedelta) -> None:
        """Let an invoice whose turn failed wait for another one."""

    async def tell(self, at: dt.datetime) -> int:
        """Tell those who watch of every batch that has come further, and end what is done. How many did."""

    async def waiting(self) -> int:
        """How many invoices wait for their turn."""

    async def forget(self, before: dt.datetime) -> int:
        """Forget batches that began before then. How many went."""
