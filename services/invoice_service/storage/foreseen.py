"""The ports that a message about a job asks for, on what was read ahead. What they are told is kept, to be written."""

import dataclasses
import datetime as dt
import uuid
from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NoReturn

from services.invoice_service.application.context import Context
from services.invoice_service.application.ports.invoicing import DraftingRead, Needs, Trail
from services.invoice_service.application.ports.together import Unforeseen
from services.invoice_service.domain.changes import Change
from services.invoice_service.domain.invoice import Invoice
from services.invoice_service.domain.job import Job
from services.invoice_service.domain.parties import Customer
from services.invoice_service.domain.reference import R
from services.invoice_service.domain.settings import ShopSettings
from services.invoice_service.storage.audit import audit_row
from services.invoice_service.storage.read_ahead import ReadAhead


@dataclass(frozen=True, slots=True)
class NewInvoice:
    """A pro forma whose number is a token."""

    token: str
    invoice: Invoice
    trail: Trail


@dataclass(slots=True)
class Written:
    """What is to be written: jobs whole, by number; when (`at`), and which pro forma was prepared of them."""

    claims: list[tuple[str, str, str, str]] = field(default_factory=list)
    jobs: dict[str, Job] = field(default_factory=dict)
    at: dict[str, dt.datetime] = field(default_factory=dict)
    auto_drafts: dict[str, dict[str, Any]] = field(default_factory=dict)
    audit: list[Mapping[str, Any]] = field(default_factory=list)
    invoices: list[NewInvoice] = field(default_factory=list)
    spoken_of: set[str] = field(default_factory=set)

    def copied(self) -> "Written":
        """The same, to go on from."""
        return Written(
            self.claims.copy(),
            self.jobs.copy(),
            self.at.copy(),
            self.auto_drafts.copy(),
            self.audit.copy(),
            self.invoices.copy(),
            self.spoken_of.copy(),
        )


class Attempt:
    """A unit of work for one message: what it writes goes on from what was `written` before, and leaves that alone."""

    def __init__(self, ahead: ReadAhead, written: Written) -> None:
        self.written = written.copied()
        self.inbox = _Inbox(ahead, self)
        self.jobs = _Jobs(ahead, self)
        self.customers = _Customers(ahead)
        self.reference = _Reference(ahead)
        self.settings = _Settings(ahead)
        self.drafting = _Drafting(ahead, self)
        self.invoices = _Invoices(self)
        self.audit = _Audit(self)

    def __getattr__(self, name: str) -> NoReturn:
        """Any other port."""
        raise Unforeseen(name)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """See `InvoicingPorts.savepoint`."""
        before = self.written.copied()
        try:
            yield
        except BaseException:
            self.written = before
            raise


class _Inbox:
    def __init__(self, ahead: ReadAhead, attempt: Attempt) -> None:
        self._ahead = ahead
        self._attempt = attempt

    async def claim(self, source: str, message_id: str, fingerprint: str, type_: str) -> str:
        claims = self._attempt.written.claims
        if (source, message_id) in self._ahead.known or any(
            claim[:2] == (source, message_id) for claim in claims
        ):
            raise Unforeseen("a repeat")
        claims.append((source, message_id, fingerprint, type_))
        return "new"


class _Jobs:
    """Of a job that another message has spoken of nobody can tell what is billed until that is written."""

    def __init__(self, ahead: ReadAhead, attempt: Attempt) -> None:
        self._ahead = ahead
        self._attempt = attempt
        self._spoken_of = frozenset(attempt.written.spoken_of)

    async def get(self, number: str, *, lock: bool = False) -> Job | None:  # noqa: ARG002 - all are locked
        if number in self._spoken_of or number not in self._ahead.locked:
            raise Unforeseen("a job")
        self._attempt.written.spoken_of.add(number)
        return self._attempt.written.jobs.get(number) or self._ahead.jobs.get(number)

    async def insert(self, job: Job, at: dt.datetime) -> bool:
        await self.update(job, at)
        return True

    async def update(self, job: Job, at: dt.datetime) -> None:
        self._attempt.written.jobs[job.number] = dataclasses.replace(job, payer=self._payer(job.customer))
        self._attempt.written.at[job.number] = at

    async def note_auto_draft(self, number: str, remaining: Decimal, invoice_id: uuid.UUID) -> None:
        note = {"auto_draft_remaining": remaining, "auto_draft_invoice": invoice_id}
        self._attempt.written.auto_drafts[number] = note

    def _payer(self, code: str) -> str:
        return self._ahead.customers[code].bill_to or code

    def __getattr__(self, name: str) -> NoReturn:
        raise Unforeseen(f"jobs.{name}")


class _Customers:
    def __init__(self, ahead: ReadAhead) -> None:
        self._ahead = ahead

    async def get(self, code: str) -> Customer | None:
        return self._ahead.customers.get(code)


class _Reference:
    def __init__(self, ahead: ReadAhead) -> None:
        self._ahead = ahead

    async def existing(self, wanted: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        return frozenset((kind, code) for kind, code in wanted if code in self._ahead.codes[kind])

    async def get_many(self, kind: type[R], codes: Collection[str]) -> Mapping[str, R]:
        records = self._ahead.records(kind)
        return {code: records[code] for code in codes if code in records}


class _Settings:
    def __init__(self, ahead: ReadAhead) -> None:
        self._ahead = ahead

    async def get(self) -> ShopSettings:
        return self._ahead.settings


class _Drafting:
    def __init__(self, ahead: ReadAhead, attempt: Attempt) -> None:
        self._ahead = ahead
        self._attempt = attempt

    async def lock_jobs(self, numbers: Iterable[str]) -> None:
        if not self._ahead.locked.issuperset(numbers):
            raise Unforeseen("a lock")

    async def drafting(self, *, customer: str | None, payer: str | None, needs: Needs) -> DraftingRead:
        if customer is not None or payer is not None or needs != Needs(jobs=needs.jobs[:1]):
            raise Unforeseen("a drafting")
        number = needs.jobs[0]
        job = self._attempt.written.jobs.get(number) or self._ahead.jobs[number]
        buyer = self._ahead.customers.get(job.customer)
        if buyer is None:
            raise Unforeseen("a customer")
        drafting = dataclasses.replace(self._ahead.drafting(buyer), jobs={number: job})
        return DraftingRead(drafting, {number: self._ahead.uses.get(number, ())})


class _Invoices:
    def __init__(self, attempt: Attempt) -> None:
        self._attempt = attempt

    async def create(self, invoice: Invoice, token: str, trail: Trail) -> str:
        self._attempt.written.invoices.append(NewInvoice(token, invoice, trail))
        return token


class _Audit:
    def __init__(self, attempt: Attempt) -> None:
        self._attempt = attempt

    async def append(
        self, context: Context, action: str, subject_kind: str, subject: str, changes: Iterable[Change] = ()
    ) -> None:
        self._attempt.written.audit.append(audit_row(context, action, subject_kind, subject, changes))
