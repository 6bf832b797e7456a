"""The issuer's logo, fetched by the reference that a snapshot holds. What it looks like is the engine's to check."""

from typing import Protocol

from services.render_service.errors import bad_logo
from shared.contracts.values import DocumentRef, DocumentSnapshot
from shared.documents.pictures import MAX_BYTES
from shared.documents.store import BadDocumentKey, DocumentChanged, DocumentMissing


class Documents(Protocol):
    """The document store, read."""

    async def get(self, document: DocumentRef) -> bytes:
        """The bytes of a document, if they are what its reference says."""


async def logo_of(snapshot: DocumentSnapshot, documents: Documents) -> bytes | None:
    """The bytes of the issuer's logo; None when it has none.

    Raises:
        Unprintable: bad_logo: nothing is under its key, or something else; or it is far too big to be read here.
        StoreUnavailable: the store can't be read now.
    """
    logo = snapshot.issuer.logo
    if logo is None:
        return None
    if logo.document.size > MAX_BYTES:
        raise bad_logo(f"it has {logo.document.size} bytes, and {MAX_BYTES} are allowed")
    try:
        return await documents.get(logo.document)
    except (DocumentMissing, DocumentChanged, BadDocumentKey) as error:
        raise bad_logo(str(error)) from error
