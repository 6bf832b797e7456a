"""Keep an entity's logo where the renderer finds it. Before any transaction: the store may be slow or away."""

import hashlib
from dataclasses import replace
from typing import Protocol

from services.invoice_service.application.records import BusinessEntity
from shared.contracts.values import DocumentRef, Logo
from shared.documents.pictures import PictureType, picture_in
from shared.documents.store import DocumentChanged

_ENDINGS: dict[PictureType, str] = {"image/png": "png", "image/svg+xml": "svg"}


class Documents(Protocol):
    """The document store, written."""

    async def put(self, key: str, content: bytes) -> DocumentRef:
        """Keep a document; when the key is taken, what is there stays and is what is returned."""


async def keep_logo(documents: Documents, declared: BusinessEntity) -> BusinessEntity:
    """The entity with its logo kept and referred to; as it is when it has none.

    The key is made of the content: whatever becomes of the entity, nothing is overwritten and no frozen document
    loses the logo that it refers to.

    Raises:
        BadPicture: the logo is none.
        StoreUnavailable: it can't be kept now.
        DocumentChanged: something else is under its key, so the store is damaged.
    """
    if declared.logo is None:
        return replace(declared, logo_document=None)
    picture = picture_in(declared.logo)
    digest = hashlib.sha256(picture.content).hexdigest()
    document = await documents.put(f"logos/{digest}.{_ENDINGS[picture.content_type]}", picture.content)
    if document.sha256 != digest:
        raise DocumentChanged(document.key)
    return replace(declared, logo_document=Logo(content_type=picture.content_type, document=document))
