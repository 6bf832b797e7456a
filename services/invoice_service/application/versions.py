"""The version that a change is based on, and what may not change any more."""

from services.invoice_service.domain.errors import Conflict, StaleVersion
from services.invoice_service.domain.invoice import Invoice


def check_version(invoice: Invoice, based_on: int | None) -> None:
    """Refuse a change that was based on another version; None was based on whatever is current.

    Raises:
        StaleVersion: it is not the current one.
    """
    if based_on is not None and based_on != invoice.version:
        raise StaleVersion(based_on, invoice.version)


def check_editable(invoice: Invoice) -> None:
    """Refuse to change a final.

    Raises:
        Conflict: frozen.
    """
    if invoice.status.final:
        raise Conflict("frozen", number=invoice.number)
