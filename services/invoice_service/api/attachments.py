"""Upload of a file, to be attached to e-mails."""

import hashlib
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiohttp import web

from services.invoice_service.api.answers import Answer
from services.invoice_service.api.problems import UnsupportedMediaType
from services.invoice_service.api.requests import raw_body
from services.invoice_service.api.services import SERVICES
from services.invoice_service.api.transact import transact
from services.invoice_service.application.context import Context
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.domain.attachments import content_type_of, plain_name
from services.invoice_service.domain.errors import FieldError, Invalid
from shared.identifiers import new_id


async def post_attachment(request: web.Request) -> web.Response:
    """POST of a file, multipart, in the part `file`.

    Raises:
        Invalid: no such part, an empty file, or of a kind that is not attached.
        TooLarge: more than 20 MiB.
        UnsupportedMediaType: it is not multipart.
    """
    part = _file_of(request, await raw_body(request))
    content = part.get_payload(decode=True)
    name = plain_name(_file_name(part))
    if not isinstance(content, bytes) or not content:
        raise Invalid("invalid", errors=(FieldError("file", "required"),))
    content_type = content_type_of(name, content)
    if content_type is None:
        raise Invalid("invalid", errors=(FieldError("file", "not_attachable"),))
    # Content-addressed: whatever becomes of the transaction, nothing is overwritten and nothing points astray.
    key = f"attachments/{hashlib.sha256(content).hexdigest()}"
    document = await request.app[SERVICES].documents.put(key, content)
    attachment_id = new_id()

    async def keep(uow: UnitOfWork, context: Context) -> None:
        await uow.emails.add_attachment(
            {
                "id": attachment_id,
                "name": name,
                "content_type": content_type,
                "key": document.key,
                "sha256": document.sha256,
                "size": document.size,
                "created_at": context.now,
            }
        )

    return await transact(
        request,
        keep,
        lambda _: Answer(
            201,
            {
                "id": str(attachment_id),
                "name": name,
                "content_type": content_type,
                "size": document.size,
            },
        ),
    )


def _file_of(request: web.Request, body: bytes) -> EmailMessage:
    if request.content_type != "multipart/form-data":
        raise UnsupportedMediaType
    header = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode()
    message = message_from_bytes(header + body, policy=policy.HTTP)
    for part in message.iter_parts():
        if isinstance(part, EmailMessage) and part.get_param("name", header="content-disposition") == "file":
            return part
    raise Invalid("invalid", errors=(FieldError("file", "required"),))


def _file_name(part: EmailMessage) -> str:
    """The name that was sent. Senders write it as plain UTF-8, which mail headers don't know."""
    name = part.get_filename() or ""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
