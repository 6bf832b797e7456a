"""The unit of work on PostgreSQL: every repository on one transaction."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.invoice_service.application.ports.batches import BatchRepository
from services.invoice_service.application.ports.book_checks import BookCheckRepository
from services.invoice_service.application.ports.documents import DocumentRepository
from services.invoice_service.application.ports.invoicing import (
    DraftingRepository,
    EmailRepository,
    InboxRepository,
    InvoiceRepository,
    ParkedRepository,
)
from services.invoice_service.application.ports.notices import NotificationRepository
from services.invoice_service.application.ports.operations import OperationsRepository
from services.invoice_service.application.ports.reports import ReportRepository
from services.invoice_service.application.ports.seals import SealRepository
from services.invoice_service.application.ports.sweep import StepRepository
from services.invoice_service.application.ports.together import TogetherPort
from services.invoice_service.application.ports.work_list import WorkListRepository
from services.invoice_service.storage.batches import Batches
from services.invoice_service.storage.book_checks import BookChecks
from services.invoice_service.storage.documents import Documents
from services.invoice_service.storage.drafting import DraftingReads
from services.invoice_service.storage.emails import Emails
from services.invoice_service.storage.invoices import Invoices
from services.invoice_service.storage.messages import Inbox, Parked
from services.invoice_service.storage.notifications import Notifications
from services.invoice_service.storage.operations import Operations
from services.invoice_service.storage.reference_repositories import ReferenceRepositories
from services.invoice_service.storage.reports import Reports
from services.invoice_service.storage.seals import Seals
from services.invoice_service.storage.steps import Steps
from services.invoice_service.storage.together import Foreseeing
from services.invoice_service.storage.unit_of_work import Transaction
from services.invoice_service.storage.work_list import WorkList


class PostgresUnitOfWork(ReferenceRepositories):
    """See the port `UnitOfWork`."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction)
        self._transaction = transaction
        self.invoices: InvoiceRepository = Invoices(transaction)
        self.drafting: DraftingRepository = DraftingReads(transaction)
        self.batches: BatchRepository = Batches(transaction)
        self.documents: DocumentRepository = Documents(transaction)
        self.emails: EmailRepository = Emails(transaction)
        self.inbox: InboxRepository = Inbox(transaction)
        self.parked: ParkedRepository = Parked(transaction)
        self.seals: SealRepository = Seals(transaction)
        self.reports: ReportRepository = Reports(transaction)
        self.steps: StepRepository = Steps(transaction)
        self.together: TogetherPort = Foreseeing(transaction)
        self.notifications: NotificationRepository = Notifications(transaction)
        self.work_list: WorkListRepository = WorkList(transaction)
        self.book_checks: BookCheckRepository = BookChecks(transaction)
        self.operations: OperationsRepository = Operations(transaction)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """See the port."""
        async with self._transaction.connection.transaction():
            yield
