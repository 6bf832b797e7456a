import asyncio
from typing import Any

from tests.support.invoicing import Invoicing

GST: dict[str, Any] = {
    "code": "TPS",
    "name": {"fr": "TPS", "en": "GST"},
    "rates": [{"from": "2008-01-01", "rate": "0.05"}],
    "gl_account": "2210",
    "registration_number": "R-123",
}
PST: dict[str, Any] = {
    "code": "PST-BC",
    "name": {"fr": "TVP", "en": "PST"},
    "rates": [{"from": "2013-04-01", "rate": "0.07"}],
    "gl_account": None,
    "registration_number": "P-1",
}


async def account(invoicing: Invoicing, number: str = "2210") -> None:
    await invoicing.put(f"/gl-accounts/{number}", {"description": "TPS à payer", "category": "liability"})


async def tax_of(invoicing: Invoicing, tax_code: str, place: int = 0) -> dict[str, Any]:
    reply = await invoicing.get(f"/tax-codes/{tax_code}")
    tax: dict[str, Any] = reply.json["taxes"][place]
    return tax


async def test_is_put_whole_and_read_whole(invoicing: Invoicing) -> None:
    await account(invoicing)
    body = {"description": "Colombie-Britannique", "province": "BC", "taxes": [GST, PST]}

    created = await invoicing.put("/tax-codes/BC", body)
    again = await invoicing.put("/tax-codes/BC", body)
    read = await invoicing.get("/tax-codes/BC")
    listed = await invoicing.get("/tax-codes?province=BC")

    assert (created.status, created.json) == (
        201,
        {"code": "BC", **body, "is_default": False, "active": True},
    )
    assert (again.status, again.json) == (200, created.json)
    assert read.json == created.json
    assert listed.json["data"] == [created.json]
    assert [row["action"] for row in await invoicing.audit("tax_code", "BC")] == ["created"]


async def test_the_first_definition_by_the_shop_replaces_what_we_shipped(invoicing: Invoicing) -> None:
    await account(invoicing)
    own = {**GST, "name": {"fr": "T.P.S.", "en": "G.S.T."}}

    reply = await invoicing.put("/tax-codes/QC", {"description": "Québec", "taxes": [own]})

    assert reply.status == 200
    assert await tax_of(invoicing, "01") == own
    assert [row["action"] for row in await invoicing.audit("tax", "TPS")] == ["updated"]


async def test_a_tax_is_one_thing_for_all_codes_that_charge_it(invoicing: Invoicing) -> None:
    await account(invoicing)
    await account(invoicing, "2211")
    await invoicing.put("/tax-codes/01", {"description": "TPS", "taxes": [GST]})
    wrong = [
        {**GST, "name": {"fr": "TPS", "en": "Other"}},
        {**GST, "gl_account": "2211"},
        {**GST, "rates": [{"from": "2008-01-01", "rate": "0.06"}]},
    ]

    for tax in wrong:
        reply = await invoicing.put("/tax-codes/AB", {"description": "Alberta", "taxes": [tax]})
        assert (reply.status, reply.code, reply.fields) == (422, "tax_differs", {"taxes[0]": "tax_differs"})
        assert "TPS" in reply.json["detail"]

    assert await tax_of(invoicing, "01") == GST
    assert await tax_of(invoicing, "AB") == GST


async def test_what_a_shared_tax_lacks_is_filled_in_and_its_rates_go_on(invoicing: Invoicing) -> None:
    await account(invoicing)
    bare = {**GST, "gl_account": None, "registration_number": None}
    later = {"from": "2026-01-01", "rate": "0.06"}
    await invoicing.put("/tax-codes/01", {"description": "TPS", "taxes": [bare]})

    filled = await invoicing.put("/tax-codes/AB", {"description": "Alberta", "taxes": [GST]})
    silent = await invoicing.put("/tax-codes/01", {"description": "TPS", "taxes": [bare]})
    more = await invoicing.put(
        "/tax-codes/01", {"description": "TPS", "taxes": [{**bare, "rates": [later, *GST["rates"]]}]}
    )

    assert filled.json["taxes"] == [GST]
    assert silent.json["taxes"] == [GST]
    assert more.json["taxes"] == [{**GST, "rates": [*GST["rates"], later]}]
    assert await tax_of(invoicing, "AB") == {**GST, "rates": [*GST["rates"], later]}


async def test_a_tax_of_one_code_alone_is_free(invoicing: Invoicing) -> None:
    await invoicing.put("/tax-codes/BC", {"description": "C.-B.", "taxes": [PST]})
    other = {**PST, "rates": [{"from": "2030-01-01", "rate": "0.08"}], "registration_number": None}

    reply = await invoicing.put("/tax-codes/BC", {"description": "C.-B.", "taxes": [other]})

    assert (reply.status, reply.json["taxes"]) == (200, [other])


async def test_a_default_takes_the_place_of_the_one_its_province_had(invoicing: Invoicing) -> None:
    reply = await invoicing.put("/tax-codes/QC2", {"description": "Q2", "province": "QC", "is_default": True})

    assert reply.json["is_default"] is True
    assert (await invoicing.get("/tax-codes/QC")).json["is_default"] is False
    assert (await invoicing.get("/tax-codes/ON")).json["is_default"] is True
    (told,) = await invoicing.audit("tax_code", "QC")
    assert told["changes"] == [{"field": "is_default", "before": True, "after": False}]


async def test_an_unfit_code_is_refused(invoicing: Invoicing) -> None:
    twice = [{"from": "2008-01-01", "rate": "0.05"}] * 2

    taxes = await invoicing.put("/tax-codes/X", {"description": "x", "taxes": [PST, PST]})
    days = await invoicing.put("/tax-codes/X", {"description": "x", "taxes": [{**PST, "rates": twice}]})
    unknown = await invoicing.put("/tax-codes/X", {"description": "x", "taxes": [{**PST, "gl_account": "9"}]})

    assert (taxes.status, taxes.code, taxes.fields) == (422, "invalid", {"taxes[1].code": "duplicate"})
    assert days.fields == {"taxes[0].rates[1].from": "duplicate"}
    assert (unknown.code, unknown.fields) == (
        "unknown_reference",
        {"taxes[0].gl_account": "unknown_reference"},
    )
    assert (await invoicing.get("/tax-codes/X")).status == 404


async def test_is_deleted_with_the_taxes_that_nobody_else_charges(invoicing: Invoicing) -> None:
    await account(invoicing)
    await invoicing.put(
        "/tax-codes/BC", {"description": "C.-B.", "taxes": [GST, {**PST, "gl_account": "2210"}]}
    )
    await invoicing.put("/customers/C-1", {"name": "x", "tax_code": "BC"})

    in_use = await invoicing.delete("/tax-codes/BC")
    await invoicing.put("/customers/C-1", {"name": "x"})
    deleted = [await invoicing.delete("/tax-codes/BC"), await invoicing.delete("/tax-codes/BC")]

    assert (in_use.status, in_use.code) == (409, "in_use")
    assert [reply.status for reply in deleted] == [204, 404]
    taxes = await invoicing.database.fetch("select code from taxes where gl_account = '2210'")
    assert [row["code"] for row in taxes] == ["TPS"]
    assert (await invoicing.audit("tax_code", "BC"))[-1]["action"] == "deleted"


async def test_two_definitions_at_once_agree(invoicing: Invoicing) -> None:
    other = {**PST, "rates": [{"from": "2013-04-01", "rate": "0.08"}]}

    replies = await asyncio.gather(
        *(
            invoicing.put(f"/tax-codes/X{place}", {"description": "x", "taxes": [tax]})
            for place, tax in enumerate([PST, other] * 5)
        )
    )

    assert {reply.status for reply in replies} == {201, 422}
    kept = [reply.json["taxes"] for reply in replies if reply.status == 201]
    assert all(taxes == kept[0] for taxes in kept)
