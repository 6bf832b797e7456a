import asyncio
import hashlib
import shutil
from itertools import pairwise
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from shared.contracts.values import Logo
from tests.integration.invoice_service.billing import bill
from tests.support.invoicing import Invoicing
from tests.support.pictures import data_url, png, svg

ACME: dict[str, Any] = {
    "name": "Imprimerie Acmé inc.",
    "address": {
        "line1": "1, rue Principale",
        "line2": None,
        "city": "Québec",
        "province": "QC",
        "postal_code": "G1A 1A1",
        "country": "CA",
    },
    "phone": "418 555-0100",
    "email": "facturation@exemple.test",
    "website": "https://exemple.test",
    "gst_number": "123456789 RT0001",
    "qst_number": "1234567890 TQ0001",
    "logo": data_url(png()),
    "is_default": True,
    "active": True,
}


async def series(invoicing: Invoicing, code: str) -> dict[str, str]:
    replies = {
        kind: await invoicing.get(f"/number-series/{code}/{kind}")
        for kind in ("proforma", "final", "credit_note")
    }
    return {kind: reply.json["prefix"] for kind, reply in replies.items()}


async def default(invoicing: Invoicing) -> list[str]:
    reply = await invoicing.get("/business-entities")
    return [entity["code"] for entity in reply.json["data"] if entity["is_default"]]


async def test_the_first_one_takes_the_place_of_what_a_new_system_has(invoicing: Invoicing) -> None:
    await invoicing.patch("/number-series/MAIN/final", {"next_value": 12345})

    created = await invoicing.put("/business-entities/ACME", {**ACME, "is_default": False})
    listed = await invoicing.get("/business-entities")

    assert (created.status, created.json) == (201, {"code": "ACME", **ACME})
    assert listed.json["data"] == [created.json]
    assert (await invoicing.get("/business-entities/MAIN")).status == 404
    assert await series(invoicing, "ACME") == {"proforma": "PF-", "final": "", "credit_note": "NC-"}
    assert (await invoicing.get("/number-series/ACME/final")).json["next_value"] == 12345
    (told,) = await invoicing.audit("business_entity", "ACME")
    assert told["action"] == "created"


async def test_an_inactive_one_takes_no_place(invoicing: Invoicing) -> None:
    closed = {**ACME, "active": False, "is_default": False}

    created = await invoicing.put("/business-entities/ACME", closed)

    assert (created.status, created.json) == (201, {"code": "ACME", **closed})
    assert await default(invoicing) == ["MAIN"]


async def test_the_first_one_may_keep_its_code(invoicing: Invoicing) -> None:
    reply = await invoicing.put("/business-entities/MAIN", ACME)
    second = await invoicing.put("/business-entities/DEUX", {"name": "Deux"})

    assert (reply.status, reply.json["name"]) == (200, ACME["name"])
    assert second.status == 201
    assert await default(invoicing) == ["MAIN"]


async def test_another_one_gets_series_that_start_with_its_code(invoicing: Invoicing) -> None:
    await invoicing.put("/business-entities/ACME", ACME)

    created = await invoicing.put("/business-entities/usine_2", {"name": "Usine 2"})
    again = await invoicing.put("/business-entities/usine_2", {"name": "Usine 2"})
    clashing = await invoicing.put("/business-entities/USINE.2", {"name": "x"})
    same = await invoicing.put("/business-entities/Usine-2", {"name": "x"})

    assert (created.status, created.json["is_default"]) == (201, False)
    assert again.status == 200
    assert await series(invoicing, "usine_2") == {
        "proforma": "USINE-2-PF-",
        "final": "USINE-2-",
        "credit_note": "USINE-2-NC-",
    }
    assert clashing.status == 201
    assert (same.status, same.code, same.fields) == (422, "prefix_taken", {"code": "prefix_taken"})


async def test_exactly_one_is_the_default(invoicing: Invoicing) -> None:
    await invoicing.put("/business-entities/ACME", ACME)

    kept = await invoicing.put("/business-entities/ACME", {"name": "Acmé"})
    inactive = await invoicing.put("/business-entities/ACME", {"name": "Acmé", "active": False})
    await invoicing.put("/business-entities/DEUX", {"name": "Deux", "is_default": True})
    taken = await default(invoicing)
    await invoicing.put("/business-entities/ACME", {"name": "Acmé", "is_default": True})

    assert kept.json["is_default"] is True
    assert (inactive.status, inactive.fields) == (422, {"active": "invalid"})
    assert taken == ["DEUX"]
    assert await default(invoicing) == ["ACME"]
    trail = await invoicing.audit("business_entity", "ACME")
    assert trail[-2]["changes"] == [{"field": "is_default", "before": True, "after": False}]


async def test_two_new_defaults_at_once_leave_one(invoicing: Invoicing) -> None:
    await invoicing.put("/business-entities/ACME", ACME)

    replies = await asyncio.gather(
        *(invoicing.put(f"/business-entities/E{n}", {"name": f"E{n}", "is_default": True}) for n in "ABCDE")
    )

    assert [reply.status for reply in replies] == [201] * 5
    assert len(await default(invoicing)) == 1


async def test_only_one_that_never_issued_anything_is_deleted(invoicing: Invoicing) -> None:
    await invoicing.put("/business-entities/ACME", ACME)
    for code in ("DEUX", "TROIS", "QUATRE"):
        await invoicing.put(f"/business-entities/{code}", {"name": code})
    await invoicing.put("/customers/C-1", {"name": "x", "business_entity": "TROIS"})
    await invoicing.database.fetch("update number_series set used = true where business_entity = 'QUATRE'")

    replies = {
        code: await invoicing.delete(f"/business-entities/{code}")
        for code in ("ACME", "TROIS", "QUATRE", "DEUX", "CINQ")
    }

    assert {code: reply.status for code, reply in replies.items()} == {
        "ACME": 409,
        "TROIS": 409,
        "QUATRE": 409,
        "DEUX": 204,
        "CINQ": 404,
    }
    assert {replies[code].code for code in ("ACME", "TROIS", "QUATRE")} == {"in_use"}
    assert (await invoicing.get("/number-series/DEUX/final")).status == 404


async def test_an_entity_that_issued_finals_keeps_its_code(invoicing: Invoicing) -> None:
    await invoicing.put("/customers/C-1", {"name": "x"})
    await invoicing.put(
        "/jobs/D-1", {"customer": "C-1", "title": "x", "ordered_quantity": "1", "status": "shipped"}
    )
    await bill(invoicing.database, "PF-0001", job="D-1", quantity="1", final=True)
    await invoicing.database.fetch("update number_series set used = true where kind = 'final'")

    other = await invoicing.put("/business-entities/ACME", {"name": "Acmé"})
    itself = await invoicing.put("/business-entities/MAIN", {"name": "Principale"})

    assert (other.status, other.json["is_default"]) == (201, False)
    assert (await series(invoicing, "ACME"))["final"] == "ACME-"
    assert (itself.status, itself.json["is_default"]) == (200, True)


async def test_a_logo_is_kept_as_a_document_and_shown_as_it_was_put(invoicing: Invoicing) -> None:
    pictures = [png(), svg("<g/>"), png(size=300_000)]
    for picture in pictures:
        reply = await invoicing.put("/business-entities/ACME", {**ACME, "logo": data_url(picture)})
        shown = await invoicing.get("/business-entities/ACME")
        logo = await _kept(invoicing)

        assert reply.json["logo"] == shown.json["logo"] == data_url(picture)
        assert logo is not None
        assert await invoicing.services.documents.get(logo.document) == picture
        assert logo.document.key.endswith(".svg" if logo.content_type == "image/svg+xml" else ".png")
    reply = await invoicing.put("/business-entities/ACME", {**ACME, "logo": None})

    assert (reply.json["logo"], await _kept(invoicing)) == (None, None)
    trail = await invoicing.audit("business_entity", "ACME")
    told = [
        (change["before"], change["after"])
        for row in trail
        for change in row["changes"]
        if change["field"] == "logo"
    ]
    names = [None, *(f"sha256:{hashlib.sha256(picture).hexdigest()}" for picture in pictures), None]
    assert told == list(pairwise(names))
    assert "base64" not in str(trail)


async def _kept(invoicing: Invoicing) -> Logo | None:
    (row,) = await invoicing.database.fetch("select logo_document from business_entities where code = 'ACME'")
    return Logo.model_validate_json(row["logo_document"]) if row["logo_document"] else None


async def test_while_the_document_store_is_away_no_logo_is_taken(
    invoicing: Invoicing, tmp_path: Path
) -> None:
    _take_away(tmp_path)

    with_logo = await invoicing.put("/business-entities/ACME", ACME)
    without = await invoicing.put("/business-entities/DEUX", {"name": "Deux"})

    assert (with_logo.status, with_logo.code) == (503, "unavailable")
    assert (await invoicing.get("/business-entities/ACME")).status == 404
    assert without.status == 201


def _take_away(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("a file in its place")


async def test_the_database_takes_no_logo_without_its_document(invoicing: Invoicing) -> None:
    with pytest.raises(asyncpg.CheckViolationError, match="business_entities_logo"):
        await invoicing.database.fetch("update business_entities set logo = 'data:'")


@pytest.mark.parametrize(
    "logo", [data_url(svg("<script/>")), "https://exemple.test/logo.png", data_url(png(9, 9000))]
)
async def test_a_logo_that_is_none_is_refused(invoicing: Invoicing, logo: str) -> None:
    reply = await invoicing.put("/business-entities/ACME", {"name": "Acmé", "logo": logo})

    assert (reply.status, reply.fields) == (422, {"logo": "invalid"})
    assert "300" in reply.json["errors"][0]["message"]
