"""Journal and notifications, without a script."""

import pytest

from tests.integration.invoice_service.invoices.shop import Json, Shop, expect, mailed, not_transferred
from tests.integration.invoice_service.web.people import People

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOSTILE = "<script>alert(1)</script>"


async def test_the_journal_tells_what_was_done_in_the_readers_language(shop: Shop, people: People) -> None:
    invoice = await shop.invoice()
    expect(await shop.patch(invoice, {"message": HOSTILE}), 200)
    invoice = await shop.get(invoice["number"])
    expect(await shop.patch_line(invoice, {"quantity": "900"}), 200)
    viewer = await people.the("viewer")

    seen = await viewer.get(f"/invoices/{invoice['number']}/journal")
    assert seen.says("Qté facturée : 1 000 → 900")
    assert seen.says(f"Message : {HOSTILE}")
    assert seen.all("//script[not(@src)]") == []
    told = [entry.text_content() for entry in seen.all("//*[@class='journal-what']")]
    assert told == ["Ligne 1 modifiée", "Modifiée", f"Créée sous le numéro {invoice['number']}"]

    english = await (await people.one("viewer", language="en")).get(f"/invoices/{invoice['number']}/journal")
    assert english.says("Billed quantity: 1,000 → 900")


async def test_the_journal_goes_on_page_by_page_and_names_who_did_it(shop: Shop, people: People) -> None:
    invoice = await shop.billing({"price": "10.00"})
    email = expect(await shop.email(invoice), 202)
    await shop.result("email.sent", {**mailed(email, "sent"), "invoice_id": invoice["id"]})
    viewer = await people.the("viewer")

    seen = await viewer.get(f"/invoices/{invoice['number']}/journal?limit=1")
    assert seen.says("par l'envoi du courriel")
    behind = seen.one("//a[contains(@href, 'after=')]").get("href")
    older = await viewer.get(f"/invoices/{invoice['number']}/journal{behind}")
    assert older.says("Courriel préparé pour")
    assert (await viewer.get("/invoices/none/journal")).status == 404
    assert (await viewer.get(f"/invoices/{invoice['number']}/journal?after=x")).status == 400


async def failed_mail(shop: Shop) -> Json:
    invoice = await shop.billing({"price": "10.00"})
    email = expect(await shop.email(invoice), 202)
    told = {**mailed(email, "refused"), "invoice_id": invoice["id"]}
    await shop.result("email.failed", {**told, "reason": {"code": "refused", "message": "550 no"}})
    return invoice


async def test_what_went_wrong_is_told_with_what_to_do_until_it_is_read(shop: Shop, people: People) -> None:
    await shop.database.fetch("delete from notifications")
    viewer, other = await people.one("viewer"), await people.one("viewer")
    assert (await viewer.get("/notifications")).says("Rien à signaler")
    refused = await failed_mail(shop)
    final = await shop.finalize(await shop.invoice())
    await shop.result("accounting.transfer_failed", not_transferred(final))

    seen = await viewer.get("/notifications")
    assert seen.one("//*[@class='bell-count']").text == "2"
    transfer, mail = seen.all("//li[contains(@class, 'notice')]")
    assert (final["number"] in transfer.text_content(), refused["number"] in mail.text_content()) == (
        True,
        True,
    )
    assert "reprenez le transfert" in transfer.text_content()

    (action,) = mail.xpath(".//form[.//input[@name='next'][contains(@value, '/emails')]]/@action")
    csrf = str(seen.form("/notifications/read")["csrf"])
    opened = await viewer.post(action, {"csrf": csrf, "next": f"/invoices/{refused['number']}/emails"})
    assert opened.path == f"/invoices/{refused['number']}/emails"
    seen = await viewer.get("/notifications?read=false")
    assert len(seen.all("//li[contains(@class, 'notice')]")) == 1
    assert (await viewer.get("/notifications/bell")).one("//*[@class='bell-count']").text == "1"

    seen = await viewer.send(seen, "/notifications/read")
    assert (seen.path, seen.all("//*[@class='bell-count']")) == ("/notifications", [])
    assert len((await other.get("/notifications?read=false")).all("//li[contains(@class, 'notice')]")) == 2


async def test_all_that_is_read_is_what_was_shown(shop: Shop, people: People) -> None:
    await shop.database.fetch("delete from notifications")
    viewer = await people.one("viewer")
    await failed_mail(shop)
    seen = await viewer.get("/notifications")
    await failed_mail(shop)

    seen = await viewer.send(seen, "/notifications/read")

    assert seen.one("//*[@class='bell-count']").text == "1"
    csrf = str(seen.form("/notifications/read")["csrf"])
    assert (await viewer.post("/notifications/read", {"csrf": csrf, "until": "x"})).status == 422
    elsewhere = await viewer.post(
        seen.all("//button[@class='primary']/ancestor::form")[0].get("action"),
        {"csrf": csrf, "next": "//evil.example"},
    )
    assert elsewhere.path == "/notifications"
