"""The e-mails' part of the table of contents."""

from services.invoice_service.api import attachments, emails
from services.invoice_service.api.bodies.emails import (
    AttachmentShown,
    EmailBody,
    EmailDraftShown,
    EmailPreviewShown,
    EmailShown,
    UploadBody,
)
from services.invoice_service.api.routing import BILLER, UPLOAD_LIMIT, VIEWER, Route, listing, reading

_ONE = "/invoices/{ref}"

ROUTES: tuple[Route, ...] = (
    reading(f"{_ONE}/emails/draft", emails.get_draft, VIEWER, "The e-mail that is proposed", EmailDraftShown),
    Route(
        "POST",
        f"{_ONE}/emails/preview",
        emails.preview,
        BILLER,
        "Show an e-mail as it would be sent",
        body=EmailBody,
        answer=EmailPreviewShown,
    ).refusing(422, "unknown_reference"),
    Route(
        "POST",
        f"{_ONE}/emails",
        emails.send,
        BILLER,
        "Send it by e-mail",
        status=(202,),
        body=EmailBody,
        answer=EmailShown,
        takes_version=True,
    ).refusing(422, "unknown_reference"),
    listing(
        f"{_ONE}/emails",
        emails.get_history,
        VIEWER,
        "Its e-mails, newest first",
        EmailShown,
        emails.HISTORY.parameters,
    ),
    Route(
        "POST",
        f"{_ONE}/emails/{{id}}/resend",
        emails.resend,
        BILLER,
        "Send an e-mail again",
        status=(202,),
        answer=EmailShown,
        takes_version=True,
    ).refusing(409, "no_document"),
    Route(
        "POST",
        "/attachments",
        attachments.post_attachment,
        BILLER,
        "Upload a file to attach to e-mails (multipart, part `file`)",
        status=(201,),
        body=UploadBody,
        answer=AttachmentShown,
        body_limit=UPLOAD_LIMIT,
        body_types=("multipart/form-data",),
    ),
)
