"""The batches' part of the table of contents."""

from services.invoice_service.api import batch_pdf, batches
from services.invoice_service.api.bodies.batches import BatchBody, BatchListed, BatchShown
from services.invoice_service.api.documents import WAIT
from services.invoice_service.api.routing import BILLER, VIEWER, Route, listing, reading

ROUTES: tuple[Route, ...] = (
    Route(
        "POST",
        "/invoices/batch",
        batches.post_batch,
        BILLER,
        "Finalize, e-mail or print many invoices, in the background",
        status=(202,),
        body=BatchBody,
        answer=BatchShown,
        answers_location=True,
    ).refusing(422, "unknown_reference"),
    listing("/batches", batches.get_list, VIEWER, "List batches", BatchListed, batches.LISTING.parameters),
    reading(
        "/batches/{id}", batches.get_one, VIEWER, "A batch, with what became of each invoice", BatchShown
    ),
    Route(
        "GET",
        "/batches/{id}/pdf",
        batch_pdf.get_pdf,
        VIEWER,
        "The documents of a batch that prints, in one PDF",
        status=(200, 202, 304),
        answer=BatchShown,
        query=(WAIT,),
        answers_version=True,
        media_type="application/pdf",
    ).refusing(409, "nothing_printed", "document_missing"),
)
