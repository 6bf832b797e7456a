"""« Courriel » and « Historique de courriels », without a script."""

import pytest

from tests.integration.invoice_service.invoices.shop import Json, Shop, expect, mailed
from tests.integration.invoice_service.web.people import People
from tests.support.visitor import Seen, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="module")

PDF = ("épreuve.pdf", b"%PDF-1.7\n", "application/pdf")


def at(invoice: Json, rest: str = "") -> str:
    return f"/invoices/{invoice['number']}/emails{rest}"


async def form(people: People, invoice: Json) -> tuple[Visitor, Seen]:
    biller = await people.the("biller")
    return biller, await biller.get(at(invoice, "/new"))


async def test_what_is_proposed_is_sent_as_it_was_changed(shop: Shop, people: People) -> None:
    invoice = await shop.billing({"price": "10.00"})
    biller, seen = await form(people, invoice)
    fields = seen.form(at(invoice, "/new"))
    assert fields["to"] == "Julie Tremblay <julie@client.example>"
    assert fields["from"] == "factures@shop.example"
    assert invoice["number"] in fields["subject"]

    sent = await biller.send(
        seen,
        at(invoice, "/new"),
        do="send",
        to='"Tremblay, Julie" <julie@client.example>; comptes@client.example',
        cc="luc@client.example\nanne@client.example",
        subject="Votre facture",
        body="Bonjour,\r\n\r\nMerci.",
    )

    (email,) = await shop.emails(invoice)
    assert (sent.status, sent.path) == (200, at(invoice, f"?email={email['id']}"))
    assert [(one["role"], one["name"], one["email"]) for one in email["recipients"]] == [
        ("to", "Tremblay, Julie", "julie@client.example"),
        ("to", "", "comptes@client.example"),
        ("cc", "", "luc@client.example"),
        ("cc", "", "anne@client.example"),
    ]
    assert (email["subject"], email["body"], email["pdf"]) == ("Votre facture", "Bonjour,\n\nMerci.", True)


async def test_the_same_form_twice_is_one_e_mail(shop: Shop, people: People) -> None:
    invoice = await shop.billing({"price": "10.00"})
    biller, seen = await form(people, invoice)

    first = await biller.send(seen, at(invoice, "/new"), do="send")
    again = await biller.send(seen, at(invoice, "/new"), do="send")
    assert first.path == again.path
    assert len(await shop.emails(invoice)) == 1

    await biller.send(seen, at(invoice, "/new"), do="send", subject="Une autre")
    assert len(await shop.emails(invoice)) == 2


async def test_files_are_attached_and_taken_away_and_what_was_typed_stays(shop: Shop, people: People) -> None:
    invoice = await shop.billing({"price": "10.00"})
    biller, seen = await form(people, invoice)
    typed = {**seen.form(at(invoice, "/new")), "subject": "À moi", "body": "Typed <b>"}

    seen = await biller.upload(
        at(invoice, "/new"), {**typed, "do": "attach"}, [PDF, ("plan.csv", b"a;b\n", "text/csv")]
    )
    assert [name.text for name in seen.all("//*[@class='file-name']")] == ["épreuve.pdf", "plan.csv"]
    kept = seen.form(at(invoice, "/new"))
    assert (kept["subject"], str(kept["body"]).strip()) == ("À moi", "Typed <b>")

    remove = seen.all("//button[@name='remove']")[1].get("value")
    seen = await biller.send(seen, at(invoice, "/new"), remove=remove)
    assert [name.text for name in seen.all("//*[@class='file-name']")] == ["épreuve.pdf"]

    await biller.upload(at(invoice, "/new"), {**seen.form(at(invoice, "/new")), "do": "send"}, [PDF])
    (email,) = await shop.emails(invoice)
    assert [file["name"] for file in email["attachments"]] == ["épreuve.pdf", "épreuve.pdf"]


async def test_a_file_that_is_not_attached_says_why_and_costs_nothing(shop: Shop, people: People) -> None:
    invoice = await shop.billing({"price": "10.00"})
    biller, seen = await form(people, invoice)

    refused = await biller.upload(
        at(invoice, "/new"),
        {**seen.form(at(invoice, "/new")), "do": "send", "body": "Typed"},
        [("setup.exe", b"MZ\x90", "application/pdf")],
    )

    assert refused.status == 422
    assert refused.one("//*[@id='fault-file']").text
    assert refused.one("//textarea").text.strip() == "Typed"
    assert await shop.emails(invoice) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("to", "julie"), ("to", ""), ("cc", "a@b.example, <x>"), ("subject", "a\tb"), ("from", "x@y.example")],
)
async def test_what_is_wrong_stands_below_its_field(
    shop: Shop, people: People, field: str, value: str
) -> None:
    invoice = await shop.billing({"price": "10.00"})
    biller, seen = await form(people, invoice)

    refused = await biller.send(seen, at(invoice, "/new"), do="send", **{field: value})

    assert refused.status == 422
    assert refused.one(f"//*[@id='fault-{field}']").text
    assert refused.one(f"//*[@name='{field}']").get("aria-invalid") == "true"
    assert await shop.emails(invoice) == []


async def test_an_invoice_that_changed_meanwhile_is_not_sent_unread(shop: Shop, people: People) -> None:
    invoice = await shop.billing({"price": "10.00"})
    biller, seen = await form(people, invoice)
    expect(await shop.patch(invoice, {"message": "Merci"}), 200)

    held = await biller.send(seen, at(invoice, "/new"), do="send", body="Typed")
    assert (held.status, held.one("//textarea").text.strip()) == (409, "Typed")
    assert await shop.emails(invoice) == []

    await biller.send(held, at(invoice, "/new"), do="send")
    assert [email["body"] for email in await shop.emails(invoice)] == ["Typed"]


async def test_the_preview_is_a_page_of_its_own_that_runs_nothing(shop: Shop, people: People) -> None:
    invoice = await shop.billing({"price": "10.00"})
    biller, seen = await form(people, invoice)
    assert seen.one("//iframe").get("sandbox") == ""

    proposed = await biller.get(at(invoice, "/preview"))
    assert proposed.says(invoice["number"])
    typed = {**seen.form(at(invoice, "/new")), "body": "<script>alert(1)</script>"}
    shown = await biller.post(at(invoice, "/preview"), typed)
    assert shown.says("<script>alert(1)</script>")
    assert shown.all("//script") == []
    for one in (proposed, shown):
        policy = one.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "sandbox" in policy
    wrong = await biller.post(at(invoice, "/preview"), {**typed, "to": "julie"})
    assert (wrong.status, bool(wrong.all("//li"))) == (422, True)


async def test_each_recipients_state_is_told_and_one_is_sent_again(shop: Shop, people: People) -> None:
    invoice = await shop.billing({"price": "10.00"})
    biller = await people.the("biller")
    assert (await biller.get(at(invoice))).says("Aucun courriel")
    email = expect(await shop.email(invoice, to=["a@b.example", "c@d.example"]), 202)
    told = mailed(email, "sent", "refused")
    await shop.result(
        "email.failed", {**told, "invoice_id": invoice["id"], "reason": {"code": "refused", "message": "x"}}
    )

    seen = await biller.get(at(invoice))
    assert [state.text for state in seen.all("//article//td//*[contains(@class, 'mail-state')]")] == [
        "Accepté",
        "Refusé",
    ]
    assert seen.says("Au moins un destinataire ne l'a pas reçu")

    again = await biller.send(seen, at(invoice, f"/{email['id']}/resend"))
    assert again.path.startswith(at(invoice, "?email="))
    newest, _ = await shop.emails(invoice)
    assert (newest["state"], newest["id"] in again.path) == ("prepared", True)


async def test_uncertain_is_said_plainly(shop: Shop, people: People) -> None:
    invoice = await shop.billing({"price": "10.00"})
    email = expect(await shop.email(invoice), 202)
    told = {**mailed(email, "uncertain"), "invoice_id": invoice["id"], "possible_duplicate": True}
    await shop.result(
        "email.uncertain", {**told, "reason": {"code": "email_uncertain", "message": "no answer"}}
    )

    seen = await (await people.the("viewer")).get(at(invoice))

    assert seen.says("personne ne sait si le courriel est arrivé")
    assert seen.says("deux fois")
    assert seen.all("//form[contains(@action, 'resend')]") == []


async def test_the_history_goes_on_page_by_page(shop: Shop, people: People) -> None:
    invoice = await shop.billing({"price": "10.00"})
    for _ in range(3):
        expect(await shop.email(invoice), 202)
    viewer = await people.the("viewer")

    seen = await viewer.get(at(invoice, "?limit=2"))
    assert len(seen.all("//nav//ul/li/a[contains(@href, 'email=')]")) == 2
    older = await viewer.get(at(invoice) + seen.one("//a[contains(@href, 'after=')]").get("href"))
    assert len(older.all("//nav//ul/li/a[contains(@href, 'email=')]")) == 1
    assert (await viewer.get(at(invoice, "?email=x"))).status == 400


async def test_who_only_reads_writes_nothing(shop: Shop, people: People) -> None:
    invoice = await shop.billing({"price": "10.00"})
    viewer = await people.the("viewer")

    assert (await viewer.get(at(invoice, "/new"))).status == 403
    assert (await viewer.get(at(invoice))).status == 200
