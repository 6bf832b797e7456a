"""A logo goes from the entity that was put to the renderer by reference, and arrives as it left."""

import json

import pytest

from services.invoice_service.api.bodies.entities import BusinessEntityBody
from services.invoice_service.application.keep_logo import keep_logo
from services.render_service.engine.pdf import PdfMaker
from services.render_service.logo import logo_of
from shared.contracts.values import DocumentSnapshot, Logo
from shared.documents.store import DocumentChanged, DocumentStore
from tests.support.pictures import data_url, png, svg
from tests.unit.render_service.snapshots import plain


def _snapshot(logo: Logo | None) -> DocumentSnapshot:
    """A snapshot of an issuer with this logo, as it arrives in a message."""
    sent = plain(issuer=plain().issuer.model_copy(update={"logo": logo}))
    return DocumentSnapshot.model_validate_json(sent.model_dump_json())


@pytest.mark.parametrize(
    ("content", "content_type", "ending"),
    [
        (png(7, 5), "image/png", "png"),
        (svg('<path d="M0 0h10v10z"/>', attributes='viewBox="0 0 10 10"'), "image/svg+xml", "svg"),
    ],
)
async def test_what_was_put_is_printed(content: bytes, content_type: str, ending: str) -> None:
    store = DocumentStore("memory:///")
    body = BusinessEntityBody.model_validate_json(json.dumps({"name": "Acmé", "logo": data_url(content)}))

    entity = await keep_logo(store, body.entity("ACME"))

    assert entity.logo == body.logo
    kept = entity.logo_document
    assert kept is not None
    assert kept.content_type == content_type
    assert kept.document.key == f"logos/{kept.document.sha256}.{ending}"
    snapshot = _snapshot(kept)
    assert await logo_of(snapshot, store) == content
    assert PdfMaker().make(snapshot, content).startswith(b"%PDF")


async def test_no_logo_is_none_all_the_way() -> None:
    store = DocumentStore("memory:///")
    put = BusinessEntityBody(name="Acmé").entity("ACME")

    entity = await keep_logo(store, put)

    assert entity == put
    assert await logo_of(_snapshot(entity.logo_document), store) is None


async def test_a_damaged_store_is_not_referred_to() -> None:
    store = DocumentStore("memory:///")
    put = BusinessEntityBody(name="Acmé", logo=data_url(png())).entity("ACME")
    kept = (await keep_logo(store, put)).logo_document
    assert kept is not None
    damaged = DocumentStore("memory:///")
    await damaged.put(kept.document.key, b"something else")

    with pytest.raises(DocumentChanged, match=kept.document.key):
        await keep_logo(damaged, put)
