"""What the use cases of invoices need from storage."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, Protocol

from services.invoice_service.application.listing import ListQuery, Page
from services.invoice_service.application.ports.documents import DocumentRepository
from services.invoice_service.application.ports.notices import NotificationRepository
from services.invoice_service.domain.axes import Document
from services.invoice_service.domain.drafting import Drafting
from services.invoice_service.domain.invoice import Invoice, OtherUse, Status, Surroundings
from services.invoice_service.domain.job import Job
from services.invoice_service.domain.line import Line
from services.invoice_service.domain.snapshot import PrintMaterial
from services.invoice_service.domain.texts import Language


@dataclass(frozen=True, slots=True)
class Trail:
    """What is written besides the change itself: audit entries and messages to publish, as plain data."""

    audit: Sequence[Mapping[str, Any]] = ()
    messages: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Loaded:
    """An invoice and what stands around it, as one caller sees it."""

    invoice: Invoice
    around: Surroundings


@dataclass(frozen=True, slots=True)
class Listed:
    """What the list shows of an invoice, to one reader; `name` is whom it is sold to."""

    id: uuid.UUID
    number: str
    jobs: tuple[str, ...]
    date: dt.date
    name: str
    subtotal: Decimal
    currency: str
    status: Status
    hold: bool
    favourite: bool


@dataclass(frozen=True, slots=True)
class RemovedLine:
    """A line that was removed, from which invoice, and the place that it had."""

    invoice_id: uuid.UUID
    position: int
    line: Line


@dataclass(frozen=True, slots=True)
class Needs:
    """What a drafting must hold besides the customer's own: jobs, products and accounts by code.

    `rebills` is the credit note that the invoice in hand bills again.
    """

    jobs: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    rebills: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class DraftingRead:
    """A drafting, and on which invoices its jobs stand."""

    drafting: Drafting
    uses: Mapping[str, tuple[OtherUse, ...]] = field(default_factory=dict)


class InvoiceRepository(Protocol):
    """Invoices, whole."""

    async def lock(self, ref: str) -> uuid.UUID:
        """Lock the invoice of this id or number, and the one it credits, in order of id.

        Raises:
            NotFound: there is none.
        """

    async def load(self, ref: str, actor: str) -> Loaded:
        """The invoice of this id or number, with what stands around it.

        Raises:
            NotFound: there is none.
        """

    async def load_many(self, ids: Sequence[uuid.UUID], actor: str) -> list[Loaded]:
        """These invoices, in this order; absent ones are left out."""

    async def page(self, query: ListQuery, actor: str) -> Page[Loaded]:
        """One page of the list, its invoices whole."""

    async def listed(self, query: ListQuery, actor: str) -> Page[Listed]:
        """One page of the list, of each invoice what is seen there: many times cheaper."""

    async def counts(self, queries: Mapping[str, ListQuery], actor: str) -> Mapping[str, int]:
        """How many invoices the list has for each of these queries; each counted to one more than `COUNT_LIMIT`."""

    async def count(self) -> int:
        """How many there are in all; counted to one more than `COUNT_LIMIT`."""

    async def trail(self, invoice_id: uuid.UUID, query: ListQuery) -> Page[Mapping[str, Any]]:
        """One page of the audit trail of an invoice, newest first."""

    async def credits_of(self, invoice_id: uuid.UUID) -> list[Invoice]:
        """The credit notes of an invoice, drafts included."""

    async def create(self, invoice: Invoice, token: str, trail: Trail) -> str:
        """Write a new pro forma and take its number, which replaces `token` everywhere. Returns it."""

    async def update(self, before: Invoice, after: Invoice, trail: Trail) -> None:
        """Write what changed between two states of a pro forma. A line that goes can be put back (`removed`)."""

    async def removed(self, line_id: uuid.UUID) -> RemovedLine | None:
        """The line of this id as it was when it was last removed; None when it never was."""

    async def finalize(
        self,
        invoice: Invoice,
        token: str,
        snapshot: Mapping[str, Any],
        trail: Trail,
        *,
        series: str,
        transfer: Mapping[str, Any],
    ) -> str:
        """Take the final number under the counter's lock, last, and write all that holds it. Returns it."""

    async def move(
        self,
        invoice_id: uuid.UUID,
        status: Status,
        axes: Mapping[str, Any],
        trail: Trail,
        *,
        document: Mapping[str, Any] | None = None,
    ) -> None:
        """Move status and axes (columns by name), and keep a document of a version."""

    async def withdraw_transfer(self, invoice_id: uuid.UUID) -> None:
        """Take back the commands to transfer an invoice that nobody has published yet."""

    async def delete(self, invoice_id: uuid.UUID, trail: Trail) -> None:
        """Delete a pro forma; one that rebills it goes with it."""

    async def set_favourite(self, invoice_id: uuid.UUID, actor: str, *, favourite: bool) -> None:
        """Put a star for this actor, or take it away."""

    async def document(self, invoice_id: uuid.UUID, version: int) -> Document | None:
        """The rendered document of one version."""

    async def snapshot(self, invoice_id: uuid.UUID) -> dict[str, Any] | None:
        """The frozen snapshot of a final."""


class DraftingRepository(Protocol):
    """What invoices are made from."""

    async def lock_jobs(self, numbers: Iterable[str]) -> None:
        """Lock jobs in order of number: what they have billed holds still until the commit."""

    async def billed(self, numbers: Iterable[str]) -> dict[str, Decimal]:
        """What is billed of each of these jobs now, changes of this transaction counted."""

    async def drafting(self, *, customer: str | None, payer: str | None, needs: Needs) -> DraftingRead:
        """Everything that making or editing an invoice of this customer can need, in one read.

        Without a customer, the first job's is taken.

        Raises:
            Invalid: unknown_reference: the customer or a job does not exist.
        """

    async def printed(
        self, *, customer: str, payer: str, needs: Needs, business_entity: str
    ) -> tuple[DraftingRead, PrintMaterial]:
        """`drafting` and `print_material`, in one read.

        Raises:
            Invalid: as `drafting`.
        """

    async def print_material(self, business_entity: str) -> PrintMaterial:
        """The issuer as it goes on paper, and the shop's own labels."""

    async def job(self, number: str) -> Job:
        """A job with what it has billed.

        Raises:
            NotFound: there is none.
        """


@dataclass(frozen=True, slots=True)
class StoredRecipient:
    """A recipient of an e-mail, and where it stands; `revision` is that of the mailer's report it is from."""

    role: Literal["to", "cc", "bcc"]
    name: str
    email: str
    state: str = "prepared"
    reply: str | None = None
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEmail:
    """An e-mail of an invoice's history.

    `summary` has the shape of `shared.contracts.commands.Summary`; `return_to` is where a later refusal goes when
    that is not the sender; `automatic`: no person wrote it (those are in no history).
    """

    id: uuid.UUID
    invoice_id: uuid.UUID
    version: int
    final: bool
    state: str
    sender: Mapping[str, str]
    subject: str
    body: str
    language: Language
    with_pdf: bool
    pdf_name: str
    attachments: tuple[Mapping[str, Any], ...]
    message_id: str
    recipients: tuple[StoredRecipient, ...]
    created_at: dt.datetime
    sent_at: dt.datetime | None = None
    reason: Mapping[str, str] | None = None
    possible_duplicate: bool = False
    requested: bool = False
    summary: Mapping[str, Any] | None = None
    return_to: str | None = None
    automatic: bool = False


class EmailRepository(Protocol):
    """E-mails and their recipients' states."""

    async def add(self, email: StoredEmail) -> None:
        """Keep a new e-mail."""

    async def save(self, email: StoredEmail) -> None:
        """Write state, reason, times and recipients' states of an e-mail."""

    async def get(self, email_id: uuid.UUID, invoice_id: uuid.UUID) -> StoredEmail:
        """The e-mail of this id, of this invoice.

        Raises:
            NotFound: there is none.
        """

    async def waiting(self, invoice_id: uuid.UUID, version: int) -> list[StoredEmail]:
        """The e-mails that wait for the document of a version."""

    async def page(self, invoice_id: uuid.UUID, query: ListQuery) -> Page[StoredEmail]:
        """One page of the history of an invoice, newest first."""

    async def attachments(self, ids: Sequence[uuid.UUID]) -> list[dict[str, Any]]:
        """Uploaded attachments by id, in this order.

        Raises:
            Invalid: unknown_reference, for those that do not exist.
        """

    async def add_attachment(self, attachment: Mapping[str, Any]) -> None:
        """Keep an uploaded attachment."""


class InboxRepository(Protocol):
    """Identities of received messages."""

    async def claim(self, source: str, message_id: str, fingerprint: str, type_: str) -> str:
        """`new`, `duplicate` or `conflict`; a new one is remembered in this transaction."""


class ParkedRepository(Protocol):
    """Messages that wait for a person."""

    async def park(self, message: Mapping[str, Any]) -> uuid.UUID:
        """Keep a message with its reason; the same message again is the same row."""

    async def page(self, query: ListQuery) -> Page[Mapping[str, Any]]:
        """One page of them, newest first."""

    async def waiting(self, identities: Sequence[str]) -> uuid.UUID | None:
        """The parked message of one of these identities."""

    async def find(self, parked_id: uuid.UUID) -> dict[str, Any]:
        """One of them, read.

        Raises:
            NotFound: there is none.
        """

    async def get(self, parked_id: uuid.UUID) -> dict[str, Any]:
        """One of them, locked: whoever replays or discards it is alone with it.

        Raises:
            NotFound: there is none.
        """

    async def discard(self, parked_id: uuid.UUID) -> None:
        """Forget it."""

    async def put_back(self, message: Mapping[str, Any]) -> None:
        """Write a message to the outbox as it was."""


class InvoicingPorts(Protocol):
    """The repositories of invoices, on one transaction."""

    invoices: InvoiceRepository
    drafting: DraftingRepository
    documents: DocumentRepository
    emails: EmailRepository
    inbox: InboxRepository
    parked: ParkedRepository
    notifications: NotificationRepository

    def savepoint(self) -> AbstractAsyncContextManager[None]:
        """A part of the transaction that is undone alone when it raises."""
