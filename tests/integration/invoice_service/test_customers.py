from typing import Any

from services.invoice_service.application.context import Context
from services.invoice_service.application.put_customer import customer_of, put_customer
from services.invoice_service.domain.actors import SYSTEM
from shared.contracts.production import CustomerData
from tests.support.invoicing import Invoicing

CUSTOMER: dict[str, Any] = {
    "name": "Éditions Zoé",
    "language": "fr",
    "currency": "CAD",
    "active": True,
    "prospect": False,
    "po_required": True,
    "bill_to": None,
    "tax_code": "QC",
    "payment_term": "NET30",
    "payment_method": "COMPTE",
    "sales_rep": None,
    "receivable_account": None,
    "business_entity": "MAIN",
    "addresses": [
        {
            "id": "a1",
            "kind": "billing",
            "is_main": True,
            "name": None,
            "line1": "1, rue Principale",
            "line2": None,
            "city": "Québec",
            "province": "QC",
            "postal_code": "G1A 1A1",
            "country": "CA",
        }
    ],
    "contacts": [
        {
            "id": "c1",
            "first_name": "Zoé",
            "last_name": "Roy",
            "salutation": "Mme",
            "email": "zoe@exemple.test",
            "phone": None,
            "language": "fr",
            "is_default": True,
            "billing_responsible": True,
            "billing_email": True,
            "active": True,
        }
    ],
}


async def test_is_put_whole_and_read_whole(invoicing: Invoicing) -> None:
    created = await invoicing.put("/customers/C-0153", CUSTOMER)
    read = await invoicing.get("/customers/C-0153")
    replaced = await invoicing.put("/customers/C-0153", {"name": "Éditions Zoé inc."})

    assert (created.status, created.json) == (201, {"code": "C-0153", **CUSTOMER})
    assert read.json == created.json
    assert replaced.status == 200
    assert replaced.json["tax_code"] is None
    assert replaced.json["addresses"] == []
    assert replaced.json["po_required"] is False
    trail = await invoicing.audit("customer", "C-0153")
    assert [row["action"] for row in trail] == ["created", "updated"]
    changed = {change["field"] for change in trail[1]["changes"]}
    assert changed == {
        "name",
        "po_required",
        "tax_code",
        "payment_term",
        "payment_method",
        "business_entity",
        "addresses",
        "contacts",
    }


async def test_a_contact_that_is_taken_away_is_erased_from_the_trail_too(invoicing: Invoicing) -> None:
    erased = {
        "id": "z",
        "first_name": "Zénobie",
        "last_name": "Q",
        "email": "zq@secret.example",
        "phone": "5551",
    }
    await invoicing.put("/customers/C-0153", {**CUSTOMER, "contacts": [erased]})
    moved = {**erased, "email": "zenobie@secret.example", "billing_email": True}
    await invoicing.put("/customers/C-0153", {**CUSTOMER, "contacts": [moved]})

    await invoicing.put("/customers/C-0153", {**CUSTOMER, "contacts": []})

    trail = await invoicing.audit("customer", "C-0153")
    (change,) = trail[1]["changes"]
    told = [one[0]["email"] for one in (change["before"], change["after"])]
    assert (change["field"], told) == ("contacts", ["•••", "•••"])
    assert [one[0]["billing_email"] for one in (change["before"], change["after"])] == [False, True]
    assert trail[0]["changes"][-1]["after"][0]["salutation"] is None
    ((left,),) = await invoicing.database.fetch(
        "select count(*) from (select t::text from customers t union all select t::text from audit t) kept(row)"
        " where row ~* 'Zénobie|secret.example|5551'"
    )
    assert left == 0


async def test_putting_the_same_again_leaves_no_trace(invoicing: Invoicing) -> None:
    await invoicing.put("/customers/C-0153", CUSTOMER)
    before = await invoicing.database.fetch("select updated_at from customers")
    invoicing.clock.pass_(hours=1)

    again = await invoicing.put("/customers/C-0153", CUSTOMER)

    assert again.status == 200
    assert await invoicing.database.fetch("select updated_at from customers") == before
    assert len(await invoicing.audit("customer", "C-0153")) == 1


async def test_unknown_references_are_told_all_at_once(invoicing: Invoicing) -> None:
    reply = await invoicing.put(
        "/customers/C-1",
        {
            "name": "x",
            "bill_to": "C-9",
            "tax_code": "XX",
            "payment_term": "NET99",
            "payment_method": "OR",
            "sales_rep": "ZZ",
            "receivable_account": "9999",
            "business_entity": "NONE",
        },
    )

    assert (reply.status, reply.code) == (422, "unknown_reference")
    assert set(reply.fields) == {
        "bill_to",
        "tax_code",
        "payment_term",
        "payment_method",
        "sales_rep",
        "receivable_account",
        "business_entity",
    }


async def test_what_there_is_one_of_is_there_once(invoicing: Invoicing) -> None:
    contact = CUSTOMER["contacts"][0]
    reply = await invoicing.put(
        "/customers/C-1", {"name": "x", "bill_to": "C-1", "contacts": [contact, {**contact, "id": "c2"}]}
    )

    assert (reply.status, reply.code) == (422, "invalid")
    assert reply.fields == {
        "bill_to": "invalid",
        "contacts[1].is_default": "duplicate",
        "contacts[1].billing_responsible": "duplicate",
    }


async def test_words_are_found_whatever_their_case_and_accents(invoicing: Invoicing) -> None:
    for code, name in (("C-1", "Éditions Zoé"), ("C-2", "Imprimerie du 100 % Nord"), ("C-3", "Zoé Émond")):
        await invoicing.put(f"/customers/{code}", {"name": name})

    async def codes(**query: str) -> list[str]:
        reply = await invoicing.get("/customers", query=query)
        return [customer["code"] for customer in reply.json["data"]]

    assert await codes(q="ZOE edit") == ["C-1"]
    assert await codes(q="émond") == ["C-3"]
    assert await codes(q="c-2") == ["C-2"]
    assert await codes(q="100 %") == ["C-2"]
    assert await codes(q="%") == ["C-2"]
    assert await codes(q="_") == []
    assert await codes(q="\\") == []
    assert await codes() == ["C-1", "C-2", "C-3"]
    assert await codes(sort="-name") == ["C-3", "C-2", "C-1"]


async def test_lists_are_filtered(invoicing: Invoicing) -> None:
    await invoicing.put("/sales-reps/JT", {"name": "Julie"})
    await invoicing.put("/customers/C-1", {"name": "a", "sales_rep": "JT"})
    await invoicing.put("/customers/C-2", {"name": "b", "active": False})
    await invoicing.put("/customers/C-3", {"name": "c", "prospect": True})

    async def codes(query: str) -> list[str]:
        return [one["code"] for one in (await invoicing.get(f"/customers?{query}")).json["data"]]

    assert await codes("active=true") == ["C-1", "C-3"]
    assert await codes("active=false") == ["C-2"]
    assert await codes("active=false&active=true") == ["C-1", "C-2", "C-3"]
    assert await codes("prospect=false&active=true") == ["C-1"]
    assert await codes("sales_rep=JT") == ["C-1"]


async def test_what_a_message_tells_is_put_the_same_way(invoicing: Invoicing) -> None:
    data = CustomerData.model_validate({"code": "C-0153", **CUSTOMER})
    context = Context(SYSTEM, invoicing.clock(), "m-1")

    async with invoicing.services.transactions.writing() as uow:
        put = await put_customer(uow, context, customer_of(data, await uow.settings.get()))

    assert put.created
    assert (await invoicing.get("/customers/C-0153")).json == {"code": "C-0153", **CUSTOMER}


async def test_who_says_no_language_and_no_currency_has_those_of_the_shop(invoicing: Invoicing) -> None:
    await invoicing.patch("/settings", {"language": "en", "currency": "USD"})
    data = CustomerData.model_validate({"code": "C-2", "name": "Zoë"})
    context = Context(SYSTEM, invoicing.clock(), "m-1")

    put = await invoicing.put("/customers/C-1", {"name": "Zoë"})
    null = await invoicing.put("/customers/C-3", {"name": "Zoë", "language": None, "currency": None})
    async with invoicing.services.transactions.writing() as uow:
        await put_customer(uow, context, customer_of(data, await uow.settings.get()))
    told = await invoicing.get("/customers/C-2")

    for reply in (put, null, told):
        assert (reply.json["language"], reply.json["currency"]) == ("en", "USD")
