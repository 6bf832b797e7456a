"""Keep an entity's logo where the renderer finds it. Before any transaction: the store may be slow or away."""

import hashlib
from typing import Protocol

from shared.contracts.values import DocumentRef, Logo
from shared.documents.pictures import Picture, PictureType, decode, picture_in
from shared.documents.store import DocumentChanged

_ENDINGS: dict[PictureType, str] = {"image/png": "png", "image/svg+xml": "svg"}


class Documents(Protocol):
    """The document store, written."""

    async def put(self, key: str, content: bytes) -> DocumentRef:
        """Keep a document; when the key is taken, what is there stays and is what is returned."""


async def keep_logo(documents: Documents, url: str) -> None:
    """Keep the logo in a data URL; `put_business_entity` then refers to it.

    The key is made of the content: whatever becomes of the entity, nothing is overwritten and no frozen document
    loses the logo that it refers to.

    Raises:
        BadPicture: the logo is none.
        StoreUnavailable: it can't be kept now.
        DocumentChanged: something else is under its key, so the store is damaged.
    """
    picture = picture_in(url)
    document = _reference(picture).document
    if await documents.put(document.key, picture.content) != document:
        raise DocumentChanged(document.key)


def reference_to(url: str) -> Logo:
    """Where `keep_logo` keeps the logo in this data URL.

    Raises:
        BadPicture: it is no data URL of a picture.
    """
    return _reference(decode(url))


def _reference(picture: Picture) -> Logo:
    digest = hashlib.sha256(picture.content).hexdigest()
    key = f"logos/{digest}.{_ENDINGS[picture.content_type]}"
    document = DocumentRef(key=key, sha256=digest, size=len(picture.content))
    return Logo(content_type=picture.content_type, document=document)
