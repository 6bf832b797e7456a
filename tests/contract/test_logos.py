"""A logo goes from the entity that was put to the renderer by reference, and arrives as it left."""

import json

import pytest

from services.invoice_service.api.bodies.entities import BusinessEntityBody
from services.invoice_service.application.keep_logo import keep_logo, reference_to
from services.render_service.engine.pool import Pool
from services.render_service.logo import logo_of
from shared.contracts.values import DocumentSnapshot, Logo
from shared.documents.pictures import BadPicture
from shared.documents.store import DocumentChanged, DocumentStore
from tests.integration.render_service.documents import ROOMY
from tests.support.pictures import data_url, png, svg
from tests.unit.render_service.snapshots import plain


def _snapshot(logo: Logo) -> DocumentSnapshot:
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
    assert body.logo is not None

    await keep_logo(store, body.logo)

    kept = reference_to(body.logo)
    assert kept.content_type == content_type
    assert kept.document.key == f"logos/{kept.document.sha256}.{ending}"
    snapshot = _snapshot(kept)
    assert await logo_of(snapshot, store) == content
    async with Pool.running(ROOMY, size=1) as pool:
        assert (await pool.render(snapshot, content)).startswith(b"%PDF")


async def test_a_damaged_store_is_not_referred_to() -> None:
    store = DocumentStore("memory:///")
    key = reference_to(data_url(png())).document.key
    await store.put(key, b"something else")

    with pytest.raises(DocumentChanged, match=key):
        await keep_logo(store, data_url(png()))


async def test_only_a_picture_is_kept() -> None:
    store = DocumentStore("memory:///")
    script = data_url(svg("<script/>"))

    with pytest.raises(BadPicture):
        await keep_logo(store, script)

    assert await store.find(reference_to(script).document.key) is None
