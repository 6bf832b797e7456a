"""Upload of a file, to be attached to e-mails."""

import asyncio
import hashlib
import io
import zipfile
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from services.invoice_service.api.answers import Answer
from services.invoice_service.api.problems import UnsupportedMediaType
from services.invoice_service.api.requests import raw_body
from services.invoice_service.api.services import SERVICES
from services.invoice_service.api.transact import transact
from services.invoice_service.api.uploads import MULTIPART, parts_of
from services.invoice_service.application.context import Context
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.domain.attachments import ZIP, attached_name, content_type_of
from services.invoice_service.domain.errors import FieldError, Invalid
from shared.identifiers import new_id

_MEMBER = b"PK\x01\x02"
_MOST_MEMBERS = 5_000


async def post_attachment(request: web.Request) -> web.Response:
    """POST of a file, multipart, in the part `file`.

    Raises:
        Invalid: no such part, an empty file, or of a kind that is not attached.
        TooLarge: more than 20 MiB.
        UnsupportedMediaType: it is not multipart.
    """
    attachment = await uploaded(request, *_file_of(request, await raw_body(request)))

    async def keep(uow: UnitOfWork, _: Context) -> None:
        await uow.emails.add_attachment(attachment)

    shown = {name: attachment[name] for name in ("id", "name", "content_type", "size")}
    return await transact(request, keep, lambda _: Answer(201, {**shown, "id": str(attachment["id"])}))


async def uploaded(request: web.Request, sent_name: str, content: bytes) -> Mapping[str, Any]:
    """A file put into the store, as an attachment that is yet to be kept (`EmailRepository.add_attachment`).

    Raises:
        Invalid: it is empty, or of a kind that is not attached.
    """
    if not content:
        raise Invalid("invalid", errors=(FieldError("file", "required"),))
    members = await asyncio.to_thread(_members, content)
    content_type = content_type_of(sent_name, content, members)
    if content_type is None:
        raise Invalid("invalid", errors=(FieldError("file", "not_attachable"),))
    # Content-addressed: whatever becomes of the transaction, nothing is overwritten and nothing points astray.
    key = f"attachments/{hashlib.sha256(content).hexdigest()}"
    document = await request.app[SERVICES].documents.put(key, content)
    return {
        "id": new_id(),
        "name": attached_name(sent_name, content_type),
        "content_type": content_type,
        "key": document.key,
        "sha256": document.sha256,
        "size": document.size,
        "created_at": request.app[SERVICES].clock(),
    }


def _members(content: bytes) -> list[str]:
    """The names in an archive, nothing unpacked; none of what is no archive, a broken one, or one made to burden us."""
    if not content.startswith(ZIP) or content.count(_MEMBER) > _MOST_MEMBERS:
        return []
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return []


def _file_of(request: web.Request, body: bytes) -> tuple[str, bytes]:
    """Name and content of the part `file`; nothing when there is none."""
    if request.content_type != MULTIPART:
        raise UnsupportedMediaType
    try:
        _, files = parts_of(request.headers["Content-Type"], body)
    except ValueError:
        files = ()
    return next(((file.name, file.content) for file in files if file.field == "file"), ("", b""))
