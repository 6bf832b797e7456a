"""The ports of the invoice service, together: one unit of work."""

from typing import Protocol

from services.invoice_service.application.ports.batches import BatchRepository
from services.invoice_service.application.ports.book_checks import BookCheckRepository
from services.invoice_service.application.ports.invoicing import InvoicingPorts
from services.invoice_service.application.ports.operations import OperationsRepository
from services.invoice_service.application.ports.reference import ReferencePorts
from services.invoice_service.application.ports.reports import ReportRepository
from services.invoice_service.application.ports.seals import SealRepository
from services.invoice_service.application.ports.sweep import StepRepository
from services.invoice_service.application.ports.together import TogetherPort
from services.invoice_service.application.ports.work_list import WorkListRepository


class UnitOfWork(ReferencePorts, InvoicingPorts, Protocol):
    """All repositories on one transaction: what a use case works on."""

    steps: StepRepository
    together: TogetherPort
    seals: SealRepository
    work_list: WorkListRepository
    operations: OperationsRepository
    reports: ReportRepository
    batches: BatchRepository
    book_checks: BookCheckRepository
