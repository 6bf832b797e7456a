"""Pro formas from a job, or empty for a customer."""

from collections.abc import Awaitable, Callable

import pytest

from tests.integration.invoice_service.invoices.shop import (
    BILLING_ADDRESS,
    CONTACT,
    CUSTOMER,
    Json,
    Shop,
    expect,
    figures,
    text_line,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_job_gives_what_remains_at_its_price(shop: Shop) -> None:
    customer = await shop.customer()
    job = await shop.job(customer, po_number="PO-7", description="Encarts pliés")

    reply = await shop.api.post("/invoices", {"job": job})

    made = expect(reply, 201)
    assert reply.headers["Location"] == f"/api/v1/invoices/{made['number']}"
    assert reply.headers["ETag"] == '"v1"'
    assert made["number"].startswith("PF-")
    assert (made["kind"], made["status"], made["customer"]) == ("invoice", "proforma_draft", customer)
    (line,) = made["lines"]
    assert {name: line[name] for name in ("kind", "job", "po_number", "description", "quantity")} == {
        "kind": "job",
        "job": job,
        "po_number": "PO-7",
        "description": "Encarts pliés",
        "quantity": "1000",
    }
    assert (line["unit_price"], line["total_price"], line["total"]) == ("15.81265", "15812.65", "15812.65")
    assert figures(made) == ("15812.65", ["790.63", "1577.31"], "18180.59")
    assert made["tax_code"] == "QC"
    assert made["billing_contact"]["name"] == "Julie Tremblay"
    assert (made["date"], made["due_date"]) == ("2025-07-18", "2025-08-17")
    assert made["jobs"] == [job]
    assert await shop.get(made["number"]) == made
    assert await shop.get(made["id"]) == made


async def test_an_empty_one_has_the_defaults_of_its_customer(shop: Shop) -> None:
    message = shop.code("M")
    expect(
        await shop.api.put(
            f"/form-messages/{message}", {"text": {"fr": "Merci !", "en": "Thank you!"}, "on": ["invoice"]}
        ),
        201,
    )
    rep = shop.code("R")
    expect(await shop.api.put(f"/sales-reps/{rep}", {"name": "Luc Roy"}), 201)
    customer = await shop.customer(language="en", sales_rep=rep, tax_code="01")

    made = await shop.invoice(customer=customer)

    expect(await shop.api.delete(f"/form-messages/{message}"), 204)
    assert made["lines"] == []
    assert figures(made) == ("0.00", [], "0.00")
    assert (made["language"], made["sales_rep"], made["tax_code"]) == ("en", rep, "01")
    assert (made["payment_term"], made["payment_method"]) == ("NET30", "COMPTE")
    assert (made["message"], made["currency"], made["business_entity"]) == ("Thank you!", "CAD", "MAIN")
    assert made["sold_to"]["address"]["city"] == "Québec"
    assert made["ship_to"]["name"] == "Éditions du Nord"


async def test_the_payer_gives_contact_language_term_and_currency_the_buyer_rep_tax_and_order_rule(
    shop: Shop,
) -> None:
    payer = await shop.customer(
        name="Siège social",
        language="en",
        currency="USD",
        payment_term=None,
        contacts=[{**CONTACT, "first_name": "Ann"}],
    )
    buyer = await shop.customer(name="Succursale", bill_to=payer, tax_code="01", po_required=True)

    made = await shop.invoice(job=await shop.job(buyer))

    assert (made["sold_to"]["name"], made["bill_to"]["name"]) == ("Succursale", "Siège social")
    assert (made["sold_to"]["attention"], made["bill_to"]["attention"]) == (None, "Ann Tremblay")
    assert (made["language"], made["currency"], made["payment_term"]) == ("en", "USD", None)
    assert made["tax_code"] == "01"
    assert made["due_date"] is None


async def test_the_job_says_where_it_is_shipped_and_the_province_which_taxes(shop: Shop) -> None:
    toronto = {
        **BILLING_ADDRESS,
        "id": "toronto",
        "kind": "shipping",
        "name": "Entrepôt",
        "city": "Toronto",
        "province": "ON",
    }
    customer = await shop.customer(addresses=[BILLING_ADDRESS, toronto])

    made = await shop.invoice(job=await shop.job(customer, ship_to="toronto"))

    assert made["ship_to"]["name"] == "Entrepôt"
    assert made["tax_code"] == "ON"
    assert [(tax["code"], tax["rate"], tax["amount"]) for tax in made["taxes"]] == [
        ("TVH-ON", "0.13", "2055.64")
    ]


async def test_a_second_one_bills_what_the_first_one_left(shop: Shop) -> None:
    job = await shop.job()
    first = await shop.invoice(job=job)
    expect(await shop.patch_line(first, {"quantity": "300"}), 200)

    second = await shop.invoice(job=job)

    (line,) = second["lines"]
    assert (line["quantity"], line["total"]) == ("700", "11068.86")
    assert [(use["number"], use["quantity"], use["status"]) for use in line["other_invoices"]] == [
        (first["number"], "300", "proforma_draft")
    ]
    assert (await shop.get_job(job))["remaining_quantity"] == "0"


async def test_a_billed_job_is_billed_again_by_force_with_a_quantity_to_fill_in(shop: Shop) -> None:
    job = await shop.job()
    await shop.invoice(job=job)

    made = expect(await shop.api.post("/invoices", {"job": job, "force": True}), 201)

    assert [(line["quantity"], line["total"]) for line in made["lines"]] == [("0", "0.00")]


async def refused(shop: Shop, **job: str) -> Json:
    return {"job": await shop.job(**job)}


async def of_customer(shop: Shop, **fields: bool | str) -> Json:
    return {"customer": await shop.customer(**fields)}


async def billed(shop: Shop) -> Json:
    job = await shop.job()
    await shop.invoice(job=job)
    return {"job": job}


async def of_payer(shop: Shop) -> Json:
    return {"job": await shop.job(await shop.customer(bill_to=await shop.customer(prospect=True)))}


@pytest.mark.parametrize(
    ("case", "code"),
    [
        (lambda shop: refused(shop, status="pending_launch"), "job_not_launched"),
        (lambda shop: refused(shop, status="cancelled"), "job_cancelled"),
        (lambda shop: refused(shop, currency="USD"), "other_currency"),
        (billed, "job_fully_billed"),
        (lambda shop: of_customer(shop, prospect=True), "customer_not_billable"),
        (lambda shop: of_customer(shop, active=False), "customer_not_billable"),
        (of_payer, "customer_not_billable"),
    ],
)
async def test_what_can_not_be_billed_is_refused(
    shop: Shop, case: Callable[[Shop], Awaitable[Json]], code: str
) -> None:
    body = await case(shop)
    before = await shop.api.get("/invoices", query={"status": "all"})

    reply = await shop.api.post("/invoices", body, headers={"Accept-Language": "en"})

    assert (reply.status, reply.code) == (409, code), reply.text
    assert reply.json["detail"] != code
    assert (await shop.api.get("/invoices", query={"status": "all"})).json["count"] == before.json["count"]


@pytest.mark.parametrize("status", ["pending_launch", "cancelled"])
async def test_force_does_not_pass_over_the_state_of_a_job(shop: Shop, status: str) -> None:
    job = await shop.job(status=status)

    reply = await shop.api.post("/invoices", {"job": job, "force": True})

    assert reply.status == 409
    assert reply.code in ("job_not_launched", "job_cancelled")


@pytest.mark.parametrize("body", [{"job": "D-none"}, {"customer": "C-none"}])
async def test_what_a_body_names_and_does_not_exist_is_an_unknown_reference(shop: Shop, body: Json) -> None:
    reply = await shop.api.post("/invoices", body)

    assert (reply.status, reply.code) == (422, "unknown_reference")
    assert reply.fields == dict.fromkeys(body, "unknown_reference")


@pytest.mark.parametrize(
    ("body", "code", "fields"),
    [
        ({}, "invalid", {"job": "required"}),
        ({"job": "D-1", "customer": "C-1"}, "invalid", {"customer": "invalid"}),
        ({"job": "D-1", "quantity": "5"}, "unknown_field", {"quantity": "unknown_field"}),
        ({"job": 7}, "invalid", {"job": "invalid"}),
        ({"job": "../x"}, "invalid", {"job": "invalid"}),
    ],
)
async def test_a_body_that_makes_no_sense_is_refused(
    shop: Shop, body: Json, code: str, fields: dict[str, str]
) -> None:
    reply = await shop.api.post("/invoices", body)

    assert (reply.status, reply.code, reply.fields) == (422, code, fields), reply.text
    assert "15812.65" not in reply.text  # the sentence of a decimal that is none


async def test_a_lost_answer_is_given_again_by_its_idempotency_key(shop: Shop) -> None:
    customer, key = await shop.customer(), shop.code("key")

    first = await shop.api.post("/invoices", {"customer": customer}, headers={"Idempotency-Key": key})
    second = await shop.api.post("/invoices", {"customer": customer}, headers={"Idempotency-Key": key})

    assert (second.status, second.json) == (201, first.json)
    assert second.headers["Idempotent-Replayed"] == "true"
    assert second.headers["Location"] == first.headers["Location"]
    listed = expect(await shop.api.get("/invoices", query={"customer": customer}), 200)
    assert listed["count"] == 1


async def test_a_duplicate_has_the_same_lines_and_of_jobs_what_remains(shop: Shop) -> None:
    job = await shop.job(unit_price="2.00")
    invoice = await shop.invoice(job=job)
    expect(await shop.patch_line(invoice, {"quantity": "300", "po_number": "PO-1"}), 200)
    invoice["version"] += 1
    expect(await shop.add_line(invoice, text_line("12.50", quantity="2")), 201)
    final = await shop.finalize(invoice)

    reply = await shop.api.post(f"/invoices/{final['number']}/duplicate")

    copy = expect(reply, 201)
    assert reply.headers["Location"].endswith(copy["number"])
    assert copy["status"] == "proforma_draft"
    assert [(line["kind"], line["quantity"], line["total"]) for line in copy["lines"]] == [
        ("job", "700", "1400.00"),
        ("text", "2", "25.00"),
    ]
    assert copy["lines"][0]["po_number"] == "PO-1"
    again = expect(await shop.api.post(f"/invoices/{final['number']}/duplicate"), 201)
    assert again["lines"][0]["quantity"] == "0"


async def test_an_invoice_of_a_customer_that_is_no_longer_billable_is_not_duplicated(shop: Shop) -> None:
    customer = await shop.customer()
    invoice = await shop.billing({"price": "10.00"}, customer=customer)
    expect(await shop.api.put(f"/customers/{customer}", {**CUSTOMER, "active": False}), 200)

    reply = await shop.api.post(f"/invoices/{invoice['number']}/duplicate")

    assert (reply.status, reply.code) == (409, "customer_not_billable")


async def test_the_same_warnings_are_told_at_once_and_later(shop: Shop) -> None:
    customer = await shop.customer(tax_code="ON")

    made = await shop.invoice(customer=customer)

    codes = [warning["code"] for warning in made["warnings"]]
    assert "tax_code_unfit" in codes
    assert (await shop.get(made["number"]))["warnings"] == made["warnings"]


async def test_a_deleted_one_gives_back_its_quantity_and_not_its_number(shop: Shop) -> None:
    job = await shop.job()
    invoice = await shop.invoice(job=job)

    reply = await shop.delete(invoice)

    assert (reply.status, reply.text) == (204, "")
    assert (await shop.api.get(f"/invoices/{invoice['number']}")).status == 404
    assert await shop.billed(job) == "0"
    assert (await shop.invoice(job=job))["number"] != invoice["number"]


async def test_a_final_and_one_with_an_email_under_way_are_not_deleted(shop: Shop) -> None:
    final = await shop.finalize(await shop.billing({"price": "10.00"}))
    mailed_ = await shop.billing({"price": "10.00"})
    expect(await shop.email(mailed_), 202)

    replies = [await shop.delete(final), await shop.delete(mailed_)]

    assert [(reply.status, reply.code) for reply in replies] == [(409, "not_deletable")] * 2
    action = (await shop.get(mailed_["number"]))["available_actions"]["delete"]
    assert (action["enabled"], action["reason"]["code"]) == (False, "email_under_way")
