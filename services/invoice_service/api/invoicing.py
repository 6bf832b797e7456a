"""The invoices' part of the table of contents."""

from pydantic import BaseModel

from services.invoice_service.api import (
    actions,
    documents,
    invoices,
    lines,
    messages,
    ubl,
)
from services.invoice_service.api.bodies.invoices import (
    CreateBody,
    CreditBody,
    InvoicePatch,
    LineBody,
    LinePatch,
    OrderBody,
    ReasonBody,
)
from services.invoice_service.api.bodies.messages import (
    Completion,
    ParkedShown,
    ReceivedShown,
    ReplayedShown,
)
from services.invoice_service.api.bodies.shown import (
    AuditShown,
    CreditShown,
    InvoiceShown,
    LineShown,
    RenderingAskedShown,
)
from services.invoice_service.api.routing import (
    ACCOUNTANT,
    ADMIN,
    BILLER,
    BILLER_OR_MACHINE,
    VIEWER,
    VIEWER_OR_MACHINE,
    Access,
    Handler,
    Route,
    deleting,
    listing,
    reading,
)

_ONE = "/invoices/{ref}"


def _action(
    name: str,
    handler: Handler,
    access: Access,
    summary: str,
    *,
    status: int = 200,
    body: type[BaseModel] | None = None,
) -> Route:
    """POST of something that is done to an invoice, which it answers."""
    return Route(
        "POST",
        f"{_ONE}/{name}",
        handler,
        access,
        summary,
        status=(status,),
        body=body,
        answer=InvoiceShown,
        takes_version=True,
        answers_version=True,
    )


ROUTES: tuple[Route, ...] = (
    listing(
        "/invoices",
        invoices.get_list,
        VIEWER_OR_MACHINE,
        "List: invoices",
        InvoiceShown,
        invoices.LISTING.parameters,
    ),
    Route(
        "POST",
        "/invoices",
        invoices.create,
        BILLER,
        "Create a pro forma from a job, or empty for a customer",
        status=(201,),
        body=CreateBody,
        answer=InvoiceShown,
        answers_version=True,
        answers_location=True,
    )
    .refusing(409, "job_not_launched", "job_cancelled", "job_fully_billed", "other_currency")
    .refusing(409, "customer_not_billable")
    .refusing(422, "unknown_reference"),
    Route(
        "GET",
        _ONE,
        invoices.get_one,
        VIEWER_OR_MACHINE,
        "One invoice",
        answer=InvoiceShown,
        answers_version=True,
    ),
    Route(
        "PATCH",
        _ONE,
        invoices.patch,
        BILLER,
        "Edit a pro forma",
        body=InvoicePatch,
        answer=InvoiceShown,
        takes_version=True,
        answers_version=True,
    )
    .refusing(428, "version_required")
    .refusing(409, "frozen", "customer_fixed", "customer_not_billable")
    .refusing(422, "unknown_reference"),
    Route(
        "DELETE", _ONE, invoices.delete, BILLER, "Delete a pro forma", status=(204,), needs_version=True
    ).refusing(409, "not_deletable"),
    Route(
        "POST",
        f"{_ONE}/duplicate",
        invoices.duplicate,
        BILLER,
        "Duplicate an invoice as a pro forma",
        status=(201,),
        answer=InvoiceShown,
        takes_version=True,
        answers_version=True,
        answers_location=True,
    )
    .refusing(409, "customer_not_billable")
    .refusing(422, "invalid"),
    Route(
        "POST",
        f"{_ONE}/lines",
        lines.add,
        BILLER,
        "Add a line",
        status=(201,),
        body=LineBody,
        answer=LineShown,
        needs_version=True,
        answers_version=True,
        answers_location=True,
    )
    .refusing(409, "frozen", "over_invoicing", "job_not_launched", "job_cancelled", "job_fully_billed")
    .refusing(409, "customer_not_billable", "other_payer", "other_currency")
    .refusing(422, "unknown_reference", "price_twice"),
    Route(
        "PUT",
        f"{_ONE}/lines/order",
        lines.order,
        BILLER,
        "Put the lines in order",
        body=OrderBody,
        answer=InvoiceShown,
        needs_version=True,
        answers_version=True,
    )
    .refusing(409, "frozen")
    .refusing(422, "over_credit"),
    Route(
        "PATCH",
        f"{_ONE}/lines/{{id}}",
        lines.patch,
        BILLER,
        "Edit a line",
        body=LinePatch,
        answer=LineShown,
        needs_version=True,
        answers_version=True,
    )
    .refusing(409, "frozen", "over_invoicing")
    .refusing(422, "unknown_reference", "price_twice", "over_credit"),
    Route(
        "DELETE",
        f"{_ONE}/lines/{{id}}",
        lines.remove,
        BILLER,
        "Remove a line",
        status=(204,),
        needs_version=True,
        answers_version=True,
    )
    .refusing(409, "frozen", "over_invoicing")
    .refusing(422, "invalid", "over_credit"),
    Route(
        "POST",
        f"{_ONE}/lines/{{id}}/duplicate",
        lines.duplicate,
        BILLER,
        "Duplicate a line, behind itself; of a job it bills what remains",
        status=(201,),
        answer=LineShown,
        needs_version=True,
        answers_version=True,
        answers_location=True,
    )
    .refusing(409, "frozen", "job_cancelled", "other_payer", "other_currency")
    .refusing(422, "invalid"),
    Route(
        "POST",
        f"{_ONE}/lines/{{id}}/restore",
        lines.restore,
        BILLER,
        "Put a removed line back where it was",
        answer=LineShown,
        needs_version=True,
        answers_version=True,
    )
    .refusing(409, "frozen", "over_invoicing", "job_cancelled", "other_payer", "other_currency")
    .refusing(422, "unknown_reference", "over_credit"),
    Route(
        "GET",
        f"{_ONE}/pdf",
        documents.get_pdf,
        VIEWER_OR_MACHINE,
        "The PDF of the invoice as it stands",
        status=(200, 202, 304),
        answer=RenderingAskedShown,
        query=(documents.WAIT,),
        answers_version=True,
        media_type="application/pdf",
    ).refusing(409, "rendering_failed"),
    Route(
        "GET",
        f"{_ONE}/ubl",
        ubl.get_ubl,
        VIEWER_OR_MACHINE,
        "The UBL 2.1 document of a final invoice",
        status=(200, 304),
        answers_version=True,
        media_type="application/xml",
    ).refusing(409, "not_final"),
    _action("finalize", actions.post_finalize, ACCOUNTANT, "Make it final").refusing(
        422, "incomplete", "over_credit", "invalid"
    ),
    Route(
        "POST",
        f"{_ONE}/credit",
        actions.post_credit,
        ACCOUNTANT,
        "Make a credit note",
        status=(201,),
        body=CreditBody,
        answer=CreditShown,
        takes_version=True,
        answers_version=True,
        answers_location=True,
    )
    .refusing(409, "not_creditable", "over_invoicing")
    .refusing(422, "over_credit"),
    _action("transfer/retry", actions.post_retry_transfer, ACCOUNTANT, "Try the transfer again", status=202)
    .refusing(409, "nothing_to_retry")
    .refusing(422, "incomplete"),
    _action(
        "transfer/mark",
        actions.post_mark_transferred,
        ACCOUNTANT,
        "Close the transfer by hand",
        body=ReasonBody,
    ).refusing(409, "nothing_to_retry"),
    _action("render/retry", actions.post_retry_render, BILLER, "Make the PDF again", status=202).refusing(
        409, "nothing_to_retry"
    ),
    listing(
        f"{_ONE}/audit",
        invoices.get_audit,
        VIEWER,
        "Its trail, newest first",
        AuditShown,
        invoices.TRAIL.parameters,
    ),
    Route(
        "POST",
        "/job-completions",
        messages.post_completion,
        BILLER_OR_MACHINE,
        "The twin of job.completed",
        status=(202,),
        body=Completion,
        body_types=("application/cloudevents+json", "application/json"),
        answer=ReceivedShown,
    ).refusing(409, "conflicting_repeat"),
    listing(
        "/parked-messages",
        messages.get_parked,
        ACCOUNTANT,
        "Messages that wait for a person",
        ParkedShown,
        messages.PARKED.parameters,
    ),
    reading(
        "/parked-messages/{id}",
        messages.get_one_parked,
        ACCOUNTANT,
        "A message that waits for a person",
        ParkedShown,
    ),
    Route(
        "POST",
        "/parked-messages/{id}/replay",
        messages.post_replay,
        ADMIN,
        "Replay a parked message",
        status=(202,),
        answer=ReplayedShown,
    ).refusing(409, "not_replayable"),
    deleting("/parked-messages/{id}", messages.delete_parked, ADMIN, "Discard a parked message"),
)
