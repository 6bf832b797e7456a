"""Lines of a pro forma: five kinds, typed values and their defaults, prices, order."""

import asyncio

import pytest

from tests.integration.invoice_service.invoices.shop import Json, Shop, expect, text_line

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def empty(shop: Shop, **customer: object) -> Json:
    return await shop.invoice(customer=await shop.customer(**customer))


async def test_each_kind_brings_what_its_source_says(shop: Shop) -> None:
    account = await shop.account()
    product = await shop.product(gl_account=account)
    customer = await shop.customer()
    job = await shop.job(
        customer,
        product=product,
        po_number="PO-3",
        extra_charges=[
            {
                "id": "x1",
                "description": "Livraison",
                "quantity": "2",
                "unit_price": "40.00",
                "gl_account": account,
            }
        ],
    )
    invoice = await shop.invoice(customer=customer)
    bodies: list[Json] = [
        {"kind": "job", "job": job},
        {"kind": "extra_charge", "job": job, "extra_charge": "x1"},
        {"kind": "product", "product": product},
        {"kind": "gl", "gl_account": account, "unit_price": "-12.50"},
        {"kind": "text", "description": "Merci"},
    ]

    lines = []
    for body in bodies:
        reply = await shop.add_line(invoice, body)
        lines.append(expect(reply, 201))
        invoice["version"] += 1
        assert reply.headers["ETag"] == f'"v{invoice["version"]}"'
        assert reply.headers["Location"].endswith(f"/invoices/{invoice['number']}/lines/{lines[-1]['id']}")

    told = (
        "kind",
        "description",
        "quantity",
        "ordered_quantity",
        "unit_price",
        "total",
        "gl_account",
        "product",
    )
    assert [tuple(line[name] for name in told) for line in lines] == [
        ("job", "Encarts", "1000", "1000", "15.81265", "15812.65", account, product),
        ("extra_charge", "Livraison", "2", "2", "40.00", "80.00", account, None),
        ("product", "Coupe", "1", None, "25.00", "25.00", account, product),
        ("gl", f"Compte {account}", "1", None, "-12.50", "-12.50", account, None),
        ("text", "Merci", None, None, None, None, None, None),
    ]
    assert [line["position"] for line in lines] == [0, 1, 2, 3, 4]
    assert [line["po_number"] for line in lines] == ["PO-3", None, None, None, None]
    now = await shop.get(invoice["number"])
    assert now["lines"] == lines
    assert (now["subtotal"], now["version"], now["jobs"]) == ("15905.15", invoice["version"], [job])


async def test_a_product_speaks_the_language_of_the_invoice(shop: Shop) -> None:
    product = await shop.product()
    invoice = await empty(shop, language="en")

    line = expect(await shop.add_line(invoice, {"kind": "product", "product": product}), 201)

    assert line["description"] == "Cutting"


async def test_a_price_for_the_whole_gives_its_share(shop: Shop) -> None:
    invoice = await shop.invoice(job=await shop.job())

    line = expect(await shop.patch_line(invoice, {"quantity": "333.5"}), 200)

    assert (line["total_price"], line["unit_price"], line["total"]) == ("15812.65", "15.81265", "5273.52")
    assert line["manual"] == ["quantity"]


async def test_typing_one_price_takes_the_other_away_and_clearing_brings_the_default_back(shop: Shop) -> None:
    invoice = await shop.invoice(job=await shop.job())

    by_unit = expect(await shop.patch_line(invoice, {"unit_price": "0.123456"}), 200)
    invoice["version"] += 1
    assert (by_unit["total_price"], by_unit["total"], by_unit["manual"]) == (None, "123.46", ["unit_price"])

    by_total = expect(await shop.patch_line(invoice, {"total_price": "500.00"}), 200)
    invoice["version"] += 1
    assert (by_total["unit_price"], by_total["total"], by_total["manual"]) == (
        "0.50",
        "500.00",
        ["total_price"],
    )

    back_to_unit = expect(await shop.patch_line(invoice, {"unit_price": "1.00", "total_price": None}), 200)
    invoice["version"] += 1
    assert (back_to_unit["total_price"], back_to_unit["total"]) == (None, "1000.00")

    cleared = expect(await shop.patch_line(invoice, {"unit_price": None}), 200)
    assert (cleared["total_price"], cleared["total"], cleared["manual"]) == ("15812.65", "15812.65", [])


async def test_typed_values_are_cleared_back_to_their_source(shop: Shop) -> None:
    account, other = await shop.account(), await shop.account()
    customer = await shop.customer()
    job = await shop.job(customer, description="Encarts pliés", po_number="PO-1", gl_account=account)
    invoice = await shop.invoice(job=job)
    typed: Json = {
        "description": "Autre texte",
        "po_number": "PO-2",
        "ordered_quantity": "500",
        "quantity": "10",
        "gl_account": other,
        "tax_code": "00",
    }

    line = expect(await shop.patch_line(invoice, typed), 200)
    invoice["version"] += 1
    assert {name: line[name] for name in typed} == typed
    assert line["manual"] == sorted(typed)
    assert line["total"] == "316.25"  # 15 812.65 for 500: ten are 316.253
    assert (await shop.get(invoice["number"]))["taxes"] == []

    back = expect(await shop.patch_line(invoice, dict.fromkeys(typed)), 200)

    assert {name: back[name] for name in typed} == {
        "description": "Encarts pliés",
        "po_number": "PO-1",
        "ordered_quantity": "1000",
        "quantity": "1000",
        "gl_account": account,
        "tax_code": None,
    }
    assert back["manual"] == []


async def test_another_product_brings_its_price_and_account_unless_they_are_typed(shop: Shop) -> None:
    account, typed = await shop.account(), await shop.account()
    first, second = await shop.product(), await shop.product(unit_price="30.00", gl_account=account)
    invoice = await empty(shop)
    expect(await shop.add_line(invoice, {"kind": "product", "product": first}), 201)
    invoice = await shop.get(invoice["number"])

    line = expect(await shop.patch_line(invoice, {"product": second}), 200)
    invoice["version"] += 1
    assert (line["unit_price"], line["gl_account"], line["manual"]) == ("30.00", account, ["product"])

    expect(await shop.patch_line(invoice, {"unit_price": "31.00", "gl_account": typed}), 200)
    invoice["version"] += 1
    line = expect(await shop.patch_line(invoice, {"product": first}), 200)
    assert (line["unit_price"], line["gl_account"]) == ("31.00", typed)


async def test_a_product_on_a_line_of_a_job_leaves_its_quantity(shop: Shop) -> None:
    product = await shop.product()
    invoice = await empty(shop)
    job = await shop.job(invoice["customer"], unit_price=None)

    line = expect(await shop.add_line(invoice, {"kind": "job", "job": job, "product": product}), 201)

    assert (line["quantity"], line["unit_price"], line["total"]) == ("1000", "25.00", "25000.00")


async def test_a_line_taxed_on_its_own_leaves_the_others(shop: Shop) -> None:
    invoice = await shop.billing(
        {"price": "100.00"}, {"price": "50.00", "tax_code": "01"}, {"price": "1.00", "tax_code": "00"}
    )

    assert [(tax["code"], tax["base"], tax["amount"]) for tax in invoice["taxes"]] == [
        ("TPS", "150.00", "7.50"),
        ("TVQ", "100.00", "9.98"),
    ]
    assert invoice["total"] == "168.48"


async def test_lines_go_behind_one_and_are_put_in_order(shop: Shop) -> None:
    invoice = await shop.billing(*({"price": "1.00", "description": text} for text in "ABC"))
    first, second, third = (line["id"] for line in invoice["lines"])

    added = expect(await shop.add_line(invoice, text_line("2.00", description="D", after=first)), 201)
    invoice["version"] += 1
    assert added["position"] == 1
    ordered = expect(await shop.order_lines(invoice, [third, added["id"], first, second]), 200)

    assert [line["description"] for line in ordered["lines"]] == ["C", "D", "A", "B"]
    assert [line["position"] for line in ordered["lines"]] == [0, 1, 2, 3]
    assert await shop.get(invoice["number"]) == ordered
    assert ordered["version"] == invoice["version"] + 1


async def test_a_line_is_moved_behind_another_or_to_the_end(shop: Shop) -> None:
    invoice = await shop.billing(*({"price": "1.00", "description": text} for text in "ABC"))
    first, second, third = (line["id"] for line in invoice["lines"])

    async def moved(line: int, after: str | None, **more: str) -> list[tuple[str, str]]:
        expect(await shop.patch_line(invoice, {"after": after, **more}, line=line), 200)
        now = await shop.get(invoice["number"])
        invoice["version"] = now["version"]
        return [(line["description"], line["total"]) for line in now["lines"]]

    a, b, c = (("A", "1.00"), ("B", "1.00"), ("C", "1.00"))
    assert await moved(2, first) == [a, c, b]
    assert await moved(0, None) == [c, b, a]
    assert await moved(1, third, quantity="2") == [c, ("B", "2.00"), a]
    before = invoice["version"]
    assert await moved(1, third) == [c, ("B", "2.00"), a]
    assert invoice["version"] == before
    for nowhere in (second, invoice["id"]):
        reply = await shop.patch_line(invoice, {"after": nowhere}, line=1)
        assert (reply.status, reply.fields) == (422, {"after": "unknown_reference"})


async def test_an_order_names_each_line_once(shop: Shop) -> None:
    invoice = await shop.billing({"price": "1.00"}, {"price": "2.00"})
    first, second = (line["id"] for line in invoice["lines"])

    for order in ([first], [first, first], [first, second, second], [first, invoice["id"]]):
        reply = await shop.order_lines(invoice, order)
        assert (reply.status, reply.code, reply.fields) == (422, "invalid", {"lines": "invalid"})


async def test_a_removed_line_is_gone_and_the_others_move_up(shop: Shop) -> None:
    invoice = await shop.billing(*({"price": "1.00", "description": text} for text in "ABC"))

    reply = await shop.delete_line(invoice, line=1)

    assert (reply.status, reply.text) == (204, "")
    assert reply.headers["ETag"] == f'"v{invoice["version"] + 1}"'
    now = await shop.get(invoice["number"])
    assert [(line["description"], line["position"]) for line in now["lines"]] == [("A", 0), ("C", 1)]
    assert now["subtotal"] == "2.00"
    assert (await shop.delete_line(now | {"lines": invoice["lines"]}, line=1)).status == 404


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"kind": "product", "product": "none"}, {"product": "unknown_reference"}),
        ({"kind": "gl", "gl_account": "none"}, {"gl_account": "unknown_reference"}),
        (text_line("1.00", product="none", gl_account="none", tax_code="none"),
         {"product": "unknown_reference", "gl_account": "unknown_reference", "tax_code": "unknown_reference"}),
        (text_line("1.00", total_price="2.00"), {"total_price": "price_twice"}),
        (text_line("1.00", after="01a20bc5-b640-728c-bc82-09b53c9c2416"), {"after": "unknown_reference"}),
        (text_line("1.00", quantity="-1"), {"quantity": "invalid"}),
        (text_line("1.00", quantity="1.00001"), {"quantity": "invalid"}),
        (text_line("1.0000001"), {"unit_price": "invalid"}),
        (text_line("1e3"), {"unit_price": "invalid"}),
        ({"kind": "text", "description": "x", "quantity": 1}, {"quantity": "invalid"}),
        ({"kind": "text", "description": "x", "colour": "red"}, {"colour": "unknown_field"}),
        ({"kind": "text"}, {"description": "required"}),
        ({"kind": "job"}, {"job": "required"}),
        ({"kind": "product"}, {"product": "required"}),
        ({"kind": "gl"}, {"gl_account": "required"}),
        ({"kind": "extra_charge", "job": "D-1"}, {"extra_charge": "required"}),
        ({"kind": "extra_charge", "extra_charge": "x1"}, {"extra_charge": "unknown_reference"}),
        ({"kind": "product", "product": "P", "job": "D-1"}, {"job": "invalid"}),
        ({"kind": "deposit"}, {"kind": "invalid"}),
    ],
)  # fmt: skip
async def test_what_a_line_can_not_say_is_refused(shop: Shop, body: Json, fields: dict[str, str]) -> None:
    invoice = await empty(shop)

    reply = await shop.add_line(invoice, body)

    assert (reply.status, reply.fields) == (422, fields), reply.text
    (said,) = set(fields.values())
    assert reply.code == (
        said if said in ("unknown_field", "unknown_reference", "price_twice") else "invalid"
    )
    assert await shop.get(invoice["number"]) == invoice


async def test_a_job_or_charge_that_does_not_exist_is_refused(shop: Shop) -> None:
    invoice = await empty(shop)
    job = await shop.job(invoice["customer"])

    no_job = await shop.add_line(invoice, {"kind": "job", "job": "D-none"})
    no_charge = await shop.add_line(invoice, {"kind": "extra_charge", "job": job, "extra_charge": "none"})
    no_line = await shop.api.patch(
        f"/invoices/{invoice['number']}/lines/{invoice['id']}", {"quantity": "1"}, headers={"If-Match": "*"}
    )

    assert (no_job.status, no_job.code, no_job.fields) == (
        422,
        "unknown_reference",
        {"job": "unknown_reference"},
    )
    assert (no_charge.status, no_charge.fields) == (422, {"extra_charge": "unknown_reference"})
    assert (no_line.status, no_line.code) == (404, "not_found")


@pytest.mark.parametrize("body", [{"amount": "5.00"}, {"release_quantity": False}])
async def test_what_only_a_credit_has_is_refused_on_an_invoice(shop: Shop, body: Json) -> None:
    invoice = await shop.billing({"price": "1.00"})

    reply = await shop.patch_line(invoice, body)

    assert (reply.status, reply.fields) == (422, dict.fromkeys(body, "unknown_field")), reply.text


@pytest.mark.parametrize(
    "body",
    [
        text_line("99999999999999.000000", quantity="99999999999999"),
        {"kind": "text", "description": "x", "quantity": "99999999999999", "ordered_quantity": "0.0001",
         "total_price": "999999999999999.00"},
    ],
)  # fmt: skip
async def test_amounts_that_nobody_could_owe_are_refused(shop: Shop, body: Json) -> None:
    invoice = await empty(shop)

    reply = await shop.add_line(invoice, body)

    assert (reply.status, reply.code, reply.fields) == (
        422,
        "invalid",
        {**dict.fromkeys(("subtotal", "total"), "amount_too_large"), "lines[0].total": "amount_too_large"},
    )


async def test_two_clerks_who_edit_one_invoice_at_once_do_not_lose_an_edit(shop: Shop) -> None:
    invoice = await empty(shop)

    replies = await asyncio.gather(
        *(shop.add_line(invoice, text_line("1.00", description=f"Ligne {n}")) for n in range(6))
    )

    assert sorted(reply.status for reply in replies) == [201, 412, 412, 412, 412, 412]
    assert len((await shop.get(invoice["number"]))["lines"]) == 1
