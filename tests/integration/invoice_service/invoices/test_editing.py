"""The fields of a pro forma, and the version that a change is based on."""

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

ONTARIO: Json = {**BILLING_ADDRESS, "id": "toronto", "kind": "shipping", "city": "Toronto", "province": "ON"}
SECOND: Json = {"id": "paul", "first_name": "Paul", "last_name": "Roy", "email": "paul@client.example"}


async def test_a_typed_field_stays_until_it_is_cleared(shop: Shop) -> None:
    customer = await shop.customer(contacts=[CONTACT, SECOND], addresses=[BILLING_ADDRESS, ONTARIO])
    invoice = await shop.billing({"price": "100.00"}, customer=customer)
    assert (invoice["ship_to"]["address"]["city"], figures(invoice)) == (
        "Toronto",
        ("100.00", ["13.00"], "113.00"),
    )
    typed: Json = {
        "date": "2025-03-15",
        "ship_to": "main",
        "billing_contact": "paul",
        "tax_code": "01",
        "payment_term": None,
        "payment_method": None,
        "language": "en",
        "message": "Pick up at the counter",
        "exchange_rate": "1.3712",
    }

    reply = await shop.patch(invoice, typed)

    edited = expect(reply, 200)
    assert reply.headers["ETag"] == f'"v{invoice["version"] + 1}"'
    assert edited["version"] == invoice["version"] + 1
    assert (edited["date"], edited["due_date"]) == ("2025-03-15", "2025-04-14")
    assert edited["ship_to"]["address"]["city"] == "Québec"
    assert (edited["billing_contact"]["id"], edited["sold_to"]["attention"]) == ("paul", "Paul Roy")
    assert (edited["tax_code"], figures(edited)) == ("01", ("100.00", ["5.00"], "105.00"))
    assert (edited["language"], edited["message"]) == ("en", "Pick up at the counter")
    assert edited["exchange_rate"] == "1.3712"
    assert edited["manual"] == sorted(set(typed) - {"payment_term", "payment_method"})
    assert await shop.get(invoice["number"]) == edited

    cleared = expect(await shop.patch(edited, dict.fromkeys(typed)), 200)

    assert cleared["manual"] == []
    assert {name: cleared[name] for name in typed} == {name: invoice[name] for name in typed}
    assert figures(cleared) == figures(invoice)


async def test_taxes_that_nobody_typed_follow_where_it_is_shipped(shop: Shop) -> None:
    customer = await shop.customer(addresses=[BILLING_ADDRESS, ONTARIO])
    invoice = await shop.billing({"price": "100.00"}, customer=customer)

    quebec = expect(await shop.patch(invoice, {"ship_to": "main"}), 200)
    typed = expect(await shop.patch(quebec, {"tax_code": "01"}), 200)
    back = expect(await shop.patch(typed, {"ship_to": "toronto"}), 200)
    cleared = expect(await shop.patch(back, {"tax_code": None}), 200)

    assert (quebec["tax_code"], back["tax_code"], cleared["tax_code"]) == ("QC", "01", "ON")
    assert [warning["code"] for warning in quebec["warnings"]] == ["registration_number_missing"] * 2


async def test_the_message_follows_the_language_unless_it_was_typed(shop: Shop) -> None:
    code = shop.code("M")
    text = {"fr": "Merci", "en": "Thanks"}
    expect(await shop.api.put(f"/form-messages/{code}", {"text": text, "on": ["invoice"]}), 201)
    invoice = await shop.invoice(customer=await shop.customer())

    english = expect(await shop.patch(invoice, {"language": "en"}), 200)
    typed = expect(await shop.patch(english, {"message": "Hello"}), 200)
    french = expect(await shop.patch(typed, {"language": "fr"}), 200)

    expect(await shop.api.delete(f"/form-messages/{code}"), 204)
    assert [one["message"] for one in (invoice, english, typed, french)] == [
        "Merci",
        "Thanks",
        "Hello",
        "Hello",
    ]


async def test_another_customer_brings_its_own_defaults(shop: Shop) -> None:
    invoice = await shop.billing({"price": "100.00"}, billing_contact="julie", date="2025-01-02")
    other = await shop.customer(name="Autre", language="en", addresses=[ONTARIO], contacts=[SECOND])

    edited = expect(await shop.patch(invoice, {"customer": other}), 200)

    assert (edited["customer"], edited["sold_to"]["name"], edited["language"]) == (other, "Autre", "en")
    assert edited["billing_contact"] is None
    assert figures(edited) == ("100.00", ["13.00"], "113.00")
    assert (edited["date"], edited["manual"]) == ("2025-01-02", ["date"])
    assert edited["number"] == invoice["number"]
    assert await shop.get(invoice["number"]) == edited


async def test_the_customer_is_fixed_once_a_line_comes_from_a_job(shop: Shop) -> None:
    invoice = await shop.invoice()

    reply = await shop.patch(invoice, {"customer": await shop.customer()})

    assert (reply.status, reply.code) == (409, "customer_fixed")


async def test_who_is_not_there_does_not_become_the_customer(shop: Shop) -> None:
    invoice = await shop.invoice(customer=await shop.customer())

    reply = await shop.patch(invoice, {"customer": "C-none"})

    assert (reply.status, reply.code) == (422, "unknown_reference")
    assert reply.fields == {"customer": "unknown_reference"}


async def test_a_prospect_does_not_become_the_customer(shop: Shop) -> None:
    invoice = await shop.billing({"price": "1.00"})

    reply = await shop.patch(invoice, {"customer": await shop.customer(prospect=True)})

    assert (reply.status, reply.code) == (409, "customer_not_billable")


async def test_everything_unknown_is_told_at_once(shop: Shop) -> None:
    invoice = await shop.billing({"price": "1.00"})
    unknown = dict.fromkeys(
        (
            "business_entity",
            "ship_to",
            "billing_contact",
            "tax_code",
            "payment_term",
            "payment_method",
            "sales_rep",
        ),
        "none",
    )

    reply = await shop.patch(invoice, unknown)

    assert (reply.status, reply.code) == (422, "unknown_reference")
    assert reply.fields == dict.fromkeys(unknown, "unknown_reference")
    assert await shop.get(invoice["number"]) == invoice


@pytest.mark.parametrize(
    ("body", "code", "fields"),
    [
        ({"colour": "red"}, "unknown_field", {"colour": "unknown_field"}),
        ({"customer": None}, "invalid", {"customer": "required"}),
        ({"date": "2025-13-01"}, "invalid", {"date": "invalid"}),
        ({"date": "2025-W01-1"}, "invalid", {"date": "invalid"}),
        ({"date": 20250101}, "invalid", {"date": "invalid"}),
        ({"exchange_rate": "0"}, "invalid", {"exchange_rate": "invalid"}),
        ({"exchange_rate": 1.5}, "invalid", {"exchange_rate": "invalid"}),
        ({"hold": "because"}, "invalid", {"hold": "invalid"}),
        ({"hold": {"reason": ""}}, "invalid", {"hold.reason": "invalid"}),
        ({"language": "de"}, "invalid", {"language": "invalid"}),
    ],
)
async def test_values_that_do_not_fit_are_refused(
    shop: Shop, body: Json, code: str, fields: dict[str, str]
) -> None:
    invoice = await shop.invoice(customer=await shop.customer())

    reply = await shop.patch(invoice, body)

    assert (reply.status, reply.code, reply.fields) == (422, code, fields), reply.text
    if "date" in body:
        assert "15812.65" not in reply.text  # the sentence of a decimal that is none


async def test_a_change_that_is_based_on_an_older_version_is_told_the_current_one(shop: Shop) -> None:
    invoice = await shop.billing({"price": "1.00"})
    edited = expect(await shop.patch(invoice, {"message": "Un"}), 200)

    for reply in (
        await shop.patch(invoice, {"message": "Deux"}),
        await shop.add_line(invoice, text_line("2.00")),
        await shop.patch_line(invoice, {"description": "Autre"}),
        await shop.delete_line(invoice),
        await shop.order_lines(invoice, [line["id"] for line in invoice["lines"]]),
        await shop.delete(invoice),
    ):
        assert (reply.status, reply.code) == (412, "stale_version")
        assert reply.json["current"] == edited
    assert await shop.get(invoice["number"]) == edited


async def test_a_change_that_names_no_version_is_refused(shop: Shop) -> None:
    invoice = await shop.billing({"price": "1.00"})
    path = f"/invoices/{invoice['number']}"
    line = f"{path}/lines/{invoice['lines'][0]['id']}"

    replies = [
        await shop.api.patch(path, {"message": "Un"}),
        await shop.api.patch(path, {"note": "n", "message": "Un"}),
        await shop.api.post(f"{path}/lines", text_line("2.00")),
        await shop.api.patch(line, {"description": "Autre"}),
        await shop.api.delete(line),
        await shop.api.put(f"{path}/lines/order", {"lines": []}),
        await shop.api.delete(path),
    ]

    assert {(reply.status, reply.code) for reply in replies} == {(428, "version_required")}
    assert await shop.get(invoice["number"]) == invoice


@pytest.mark.parametrize("tag", ["v1", '"v1', '"v1", "v2"', "nonsense"])
async def test_what_is_no_tag_is_refused(shop: Shop, tag: str) -> None:
    invoice = await shop.invoice(customer=await shop.customer())

    reply = await shop.api.patch(
        f"/invoices/{invoice['number']}", {"message": "x"}, headers={"If-Match": tag}
    )

    assert (reply.status, reply.code, reply.fields) == (400, "invalid_parameter", {"If-Match": "invalid"})


async def test_any_version_may_be_named(shop: Shop) -> None:
    invoice = await shop.invoice(customer=await shop.customer())

    reply = await shop.api.patch(
        f"/invoices/{invoice['number']}", {"message": "x"}, headers={"If-Match": "*"}
    )

    assert expect(reply, 200)["message"] == "x"


@pytest.mark.parametrize(
    ("body", "field", "value"),
    [
        ({"note": "Rappeler Julie"}, "note", "Rappeler Julie"),
        ({"hold": {"reason": "prix à confirmer"}}, "hold", {"reason": "prix à confirmer"}),
        ({"favourite": True}, "favourite", True),
    ],
)
async def test_what_is_not_on_paper_needs_and_counts_no_version(
    shop: Shop, body: Json, field: str, value: object
) -> None:
    invoice = await shop.billing({"price": "1.00"})

    reply = await shop.api.patch(f"/invoices/{invoice['number']}", body)

    edited = expect(reply, 200)
    assert reply.headers["ETag"] == f'"v{invoice["version"]}"'
    assert (edited[field], edited["version"]) == (value, invoice["version"])
    assert (await shop.get(invoice["number"]))[field] == value
    back = expect(
        await shop.api.patch(
            f"/invoices/{invoice['number']}", {field: False if field == "favourite" else None}
        ),
        200,
    )
    assert back[field] == invoice[field]


async def test_a_change_that_changes_nothing_counts_no_version(shop: Shop) -> None:
    invoice = await shop.billing({"price": "1.00"}, message="Un")

    again = expect(await shop.patch(invoice, {"message": "Un"}), 200)

    assert again["version"] == invoice["version"]


async def test_a_default_that_was_typed_is_typed(shop: Shop) -> None:
    invoice = await shop.billing({"price": "1.00"})

    edited = expect(await shop.patch(invoice, {"date": invoice["date"]}), 200)

    assert (edited["date"], edited["manual"]) == (invoice["date"], ["date"])
    assert await shop.get(invoice["number"]) == edited


async def test_the_axes_count_no_version(shop: Shop) -> None:
    invoice = await shop.billing({"price": "1.00"})

    email = expect(await shop.email(invoice), 202)
    await shop.rendered(invoice)
    sent = await shop.get(invoice["number"])

    assert email["state"] == "prepared"
    assert (sent["rendering"]["state"], sent["delivery"]["state"]) == ("succeeded", "pending")
    assert sent["version"] == invoice["version"]


async def test_a_star_is_its_owners_alone(shop: Shop) -> None:
    invoice = await shop.invoice(customer=await shop.customer())
    clerk = await shop.key("biller")
    path = f"/invoices/{invoice['number']}"

    expect(await shop.api.patch(path, {"favourite": True}, key=clerk), 200)

    assert (await shop.api.get(path, key=clerk)).json["favourite"] is True
    assert (await shop.api.get(path)).json["favourite"] is False


async def test_of_a_final_only_note_and_star_can_change(shop: Shop) -> None:
    final = await shop.finalize(await shop.billing({"price": "1.00"}))
    path = f"/invoices/{final['number']}"

    edited = expect(await shop.api.patch(path, {"note": "payée", "favourite": True}), 200)
    frozen = [
        await shop.patch(final, {"message": "x"}),
        await shop.patch(final, {"hold": {"reason": "x"}}),
        await shop.patch(final, {"note": "x", "language": "en"}),
        await shop.add_line(final, text_line("1.00")),
        await shop.patch_line(final, {"quantity": "2"}),
        await shop.delete_line(final),
        await shop.order_lines(final, [line["id"] for line in final["lines"]]),
    ]

    assert (edited["note"], edited["favourite"], edited["version"]) == ("payée", True, final["version"])
    assert {(reply.status, reply.code) for reply in frozen} == {(409, "frozen")}
    assert await shop.get(final["number"]) == {**edited, "note": "payée"}


async def test_an_edited_one_has_no_document_until_it_is_rendered_again(shop: Shop) -> None:
    invoice = await shop.billing({"price": "1.00"})
    expect(await shop.email(invoice), 202)
    await shop.rendered(invoice)

    edited = expect(await shop.patch(invoice, {"message": "Autre"}), 200)

    assert (edited["rendering"]["state"], edited["rendering"]["document"]) == ("none", None)
    assert await shop.get(invoice["number"]) == edited


async def test_the_customer_as_it_was_stays_on_the_invoice(shop: Shop) -> None:
    customer = await shop.customer()
    invoice = await shop.billing({"price": "1.00"}, customer=customer)
    expect(await shop.api.put(f"/customers/{customer}", {**CUSTOMER, "name": "Nouveau nom"}), 200)

    edited = expect(await shop.patch(invoice, {"message": "x"}), 200)

    assert edited["sold_to"]["name"] == "Éditions du Nord"


async def test_there_is_no_exchange_rate_for_the_currency_of_the_company(shop: Shop) -> None:
    invoice = await shop.billing({"price": "10.00"}, exchange_rate="1.3712")

    final = await shop.finalize(invoice)

    assert (final["currency"], final["exchange_rate"]) == ("CAD", None)
    assert await shop.get(final["number"]) == final
