"""The UBL document over HTTP: what the JSON says, of finals only, the same for ever."""

import hashlib
from decimal import Decimal

import pytest

from shared.contracts.values import DocumentSnapshot
from shared.ubl.document import ubl_document
from tests.contract.ubl.reading import UblFile
from tests.contract.ubl.schemas import schema_faults
from tests.integration.invoice_service.invoices.shop import ISSUER, Json, Shop, expect
from tests.support.invoicing import Reply

pytestmark = pytest.mark.asyncio(loop_scope="module")


def path(invoice: Json) -> str:
    return f"/invoices/{invoice['number']}/ubl"


async def served(shop: Shop, invoice: Json) -> Reply:
    reply = await shop.api.get(path(invoice))
    assert (reply.status, reply.headers["Content-Type"]) == (200, "application/xml"), reply.text
    assert schema_faults(reply.text.encode()) == []
    return reply


async def read(shop: Shop, invoice: Json) -> UblFile:
    """The file of a final, which says what its JSON says."""
    file = UblFile((await served(shop, invoice)).text.encode())
    sign = -1 if invoice["kind"] == "credit_note" else 1
    told = file.figures
    assert [str(told.subtotal), str(told.total)] == turned(sign, invoice["subtotal"], invoice["total"])
    assert [[str(base), str(amount)] for *_, base, amount in told.taxes] == [
        turned(sign, tax["base"], tax["amount"]) for tax in invoice["taxes"]
    ]
    assert [Decimal(percent) for _, percent, *_ in told.taxes] == [
        100 * Decimal(tax["rate"]) for tax in invoice["taxes"]
    ]
    totals = [line["total"] for line in invoice["lines"] if line["total"] is not None]
    assert [line.text("cbc:LineExtensionAmount") for line in file.lines] == turned(sign, *totals)
    file.assert_adds_up()
    return file


def turned(sign: int, *amounts: str) -> list[str]:
    """Amounts of the JSON as the file must write them."""
    return [f"{sign * Decimal(amount):.2f}" for amount in amounts]


async def test_a_thousand_at_a_total_price_in_quebec(shop: Shop) -> None:
    invoice = await shop.invoice(job=await shop.job(po_number="FR-00988"))

    file = await read(shop, final := await shop.finalize(invoice))

    assert str(file.figures.total) == "18180.59"
    assert file.figures.taxes == [
        ("GST", "5", Decimal("15812.65"), Decimal("790.63")),
        ("QST", "9.975", Decimal("15812.65"), Decimal("1577.31")),
    ]
    (line,) = file.lines
    assert line.text("cac:Price/cbc:PriceAmount") == "15812.65"
    assert line.text("cac:Price/cbc:BaseQuantity") == "1000"
    assert line.texts("cac:Item/cac:ClassifiedTaxCategory/cac:TaxScheme/cbc:ID") == ["GST", "QST"]
    assert file.text("cac:OrderReference/cbc:ID") == "FR-00988"
    assert file.text("cbc:DueDate") == final["due_date"]
    customer = file.one("cac:AccountingCustomerParty/cac:Party")
    assert customer.text("cac:Contact/cbc:ElectronicMail") == "julie@client.example"


async def test_five_thousand_without_taxes(shop: Shop) -> None:
    invoice = await shop.billing({"price": "0.9184", "quantity": "5000"}, tax_code="00")

    file = await read(shop, await shop.finalize(invoice))

    assert (str(file.figures.total), file.figures.taxes) == ("4592.00", [])


async def test_a_hundred_credited_in_ten_times_ten(shop: Shop) -> None:
    original = await shop.transferred(await shop.billing({"price": "100.00"}))
    file = await read(shop, original)
    assert (str(file.figures.total), [str(tax[3]) for tax in file.figures.taxes]) == (
        "114.98",
        ["5.00", "9.98"],
    )

    credits_ = []
    for _ in range(10):
        lines = [{"line": original["lines"][0]["id"], "amount": "10.00"}]
        draft = expect(await shop.credit(original, lines=lines), 201)
        credits_.append(await read(shop, await shop.finalize(draft)))

    first = credits_[0]
    assert first.kind == "CreditNote"
    reference = first.one("cac:BillingReference/cac:InvoiceDocumentReference")
    assert [reference.text("cbc:ID"), reference.text("cbc:IssueDate")] == [
        original["number"],
        original["date"],
    ]
    assert first.text("cac:DiscrepancyResponse/cbc:Description") == "erreur"
    assert sum(one.figures.total for one in credits_) == file.figures.total
    for which in (0, 1):
        assert sum(one.figures.taxes[which][3] for one in credits_) == file.figures.taxes[which][3]


async def test_another_currency_tells_its_rate(shop: Shop) -> None:
    customer = await shop.customer(currency="USD", language="en")
    invoice = await shop.billing(
        {"price": "12.345678"}, customer=customer, tax_code="00", exchange_rate="1.3725"
    )

    file = await read(shop, await shop.finalize(invoice))

    rate = file.one("cac:TaxExchangeRate")
    assert [element.text for element in rate.element] == ["USD", "CAD", "1.3725", "multiply"]
    assert file.text("cac:PaymentTerms/cbc:Note") == "Net 30 days"


async def test_the_worker_that_renders_can_make_the_very_same_bytes(shop: Shop) -> None:
    entity = await shop.api.put("/business-entities/MAIN", {**ISSUER, "phone": "418 555-0142"})
    assert entity.status == 200
    final = await shop.finalize(
        await shop.billing({"price": "10.00"}, {"price": "-2.50", "description": "Rabais\nde volume"})
    )

    (command,) = await shop.outbox(final, "document.render.")
    snapshot = DocumentSnapshot.model_validate(command["document"])

    assert ubl_document(snapshot).decode() == (await served(shop, final)).text


async def test_it_is_known_by_its_tag_and_called_by_its_number(shop: Shop) -> None:
    final = await shop.finalize(await shop.billing({"price": "10.00"}))
    reply = await served(shop, final)
    tag = reply.headers["ETag"]

    known = [
        await shop.api.get(path(final), headers={"If-None-Match": named})
        for named in (tag, f'"other", W/{tag}', "*")
    ]
    other = await shop.api.get(path(final), headers={"If-None-Match": '"other"'})

    assert tag == f'"{hashlib.sha256(reply.text.encode()).hexdigest()}"'
    assert reply.headers["Content-Disposition"] == f'attachment; filename="{final["number"]}.xml"'
    assert reply.headers["Cache-Control"] == "private, no-cache"
    assert [(one.status, one.text, one.headers["ETag"]) for one in known] == [(304, "", tag)] * 3
    assert (other.status, other.text) == (200, reply.text)


async def test_it_stays_as_it_was_whatever_changes_after(shop: Shop) -> None:
    customer = await shop.customer()
    final = await shop.finalize(await shop.billing({"price": "10.00"}, customer=customer))
    before = await served(shop, final)

    renamed = {**(expect(await shop.api.get(f"/customers/{customer}"), 200)), "name": "Autre nom"}
    expect(
        await shop.api.put(f"/customers/{customer}", {key: renamed[key] for key in ("name", "language")}), 200
    )
    sent = await shop.transferred(final)
    async with shop.settings(show_job_number_on_lines=False):
        after = await served(shop, sent)

    assert sent["status"] == "final_sent"
    assert (after.text, after.headers["ETag"]) == (before.text, before.headers["ETag"])


async def test_its_pro_forma_number_and_its_id_still_find_it(shop: Shop) -> None:
    final = await shop.finalize(await shop.billing({"price": "10.00"}))

    texts = {
        (await shop.api.get(f"/invoices/{ref}/ubl")).text
        for ref in (final["number"], final["proforma_number"], final["id"])
    }

    assert len(texts) == 1
    assert f"<cbc:ID>{final['final_number']}</cbc:ID>" in texts.pop()


@pytest.mark.parametrize(
    ("language", "detail"), [("fr", "La facture n'est pas finale."), ("en", "The invoice is not final.")]
)
async def test_a_pro_forma_has_none(shop: Shop, language: str, detail: str) -> None:
    invoice = await shop.billing({"price": "10.00"})

    reply = await shop.api.get(path(invoice), headers={"Accept-Language": language})

    assert (reply.status, reply.code, reply.json["detail"]) == (409, "not_final", detail)


async def test_what_does_not_exist_has_none(shop: Shop) -> None:
    assert (await shop.api.get("/invoices/99999/ubl")).status == 404


async def test_whoever_may_read_the_pdf_may_read_it(shop: Shop) -> None:
    final = await shop.finalize(await shop.billing({"price": "10.00"}))

    answered = {
        role: (await shop.api.get(path(final), key=await shop.key(role))).status
        for role in ("viewer", "biller", "accountant", "integration")
    }

    assert set(answered.values()) == {200}
    assert (await shop.api.get(path(final), key=None)).status == 401
