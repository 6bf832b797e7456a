"""E-mails of an invoice: what is proposed, what is sent, and when it waits."""

import uuid

import pytest

from tests.integration.invoice_service.invoices.shop import (
    CONTACT,
    Json,
    Shop,
    expect,
    mailed,
    rendered,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

PAUL: Json = {
    "id": "paul",
    "first_name": "Paul",
    "last_name": "Roy",
    "email": "paul@client.example",
    "billing_email": True,
}
SENT_ALONE: Json = {**PAUL, "id": "anne", "first_name": "Anne", "email": "PAUL@client.example"}
RETIRED: Json = {**PAUL, "id": "old", "email": "old@client.example", "active": False}


async def draft(shop: Shop, invoice: Json) -> Json:
    return expect(await shop.api.get(f"/invoices/{invoice['number']}/emails/draft"), 200)


async def test_the_responsible_and_everybody_who_is_sent_invoices_get_it(shop: Shop) -> None:
    customer = await shop.customer(contacts=[CONTACT, PAUL, SENT_ALONE, RETIRED])
    invoice = await shop.invoice(job=await shop.job(customer, po_number="PO-5"))

    proposed = await draft(shop, invoice)

    assert proposed == {
        "from": {"name": "Imprimerie du Nord", "email": "factures@shop.example"},
        "to": [
            {"name": "Julie Tremblay", "email": "julie@client.example"},
            {"name": "Paul Roy", "email": "paul@client.example"},
        ],
        "cc": [],
        "bcc": [],
        "subject": f"Facture proforma {invoice['number']} \N{EN DASH} Imprimerie du Nord",
        "body": proposed["body"],
        "attachments": [],
        "pdf": True,
        "attachment_name": f"Proforma {invoice['number']}.pdf",
    }
    assert proposed["body"].startswith("Bonjour Madame Julie Tremblay,\n")
    assert "18 180,59 $" in proposed["body"].replace("\N{NO-BREAK SPACE}", " ")


async def test_the_payers_contacts_and_language_are_those_that_count(shop: Shop) -> None:
    payer = await shop.customer(language="en", contacts=[PAUL])
    invoice = await shop.billing({"price": "10.00"}, customer=await shop.customer(bill_to=payer))

    proposed = await draft(shop, invoice)

    assert [one["email"] for one in proposed["to"]] == ["paul@client.example"]
    assert proposed["subject"].startswith("Pro forma invoice ")


async def test_the_template_is_of_kind_and_language_with_its_copies(shop: Shop) -> None:
    names = ("NoFacture", "NomContact", "NomClient", "SousTotal", "DateFacture", "DateEcheance", "NoDossiers",
             "NoCommandes", "NoFactureCreditee")  # fmt: skip
    text = {"subject": "{{NoFacture}}", "body": "\n".join(f"{{{{{name}}}}}" for name in names)}
    words = {**text, "attachment_name": "{{NoFacture}}.pdf"}
    template = {
        "fr": words,
        "en": words,
        "cc": ["cc@shop.example"],
        "bcc": ["bcc@shop.example"],
        "bcc_sender": True,
    }
    before = {
        kind: expect(await shop.api.get(f"/email-templates/{kind}"), 200) for kind in ("final", "credit_note")
    }
    for kind in before:
        expect(await shop.api.put(f"/email-templates/{kind}", template), 200)
    job = await shop.job(po_number="PO-5")

    final = await shop.transferred(await shop.invoice(job=job))
    of_final = await draft(shop, final)
    of_credit = await draft(shop, expect(await shop.credit(final), 201))

    for kind, old in before.items():
        body = {name: old[name] for name in ("fr", "en", "cc", "bcc", "bcc_sender")}
        expect(await shop.api.put(f"/email-templates/{kind}", body), 200)
    assert (of_final["subject"], of_final["attachment_name"]) == (final["number"], f"{final['number']}.pdf")
    assert [one["email"] for one in of_final["cc"]] == ["cc@shop.example"]
    assert [one["email"] for one in of_final["bcc"]] == ["bcc@shop.example", "factures@shop.example"]
    assert of_final["body"].replace("\N{NO-BREAK SPACE}", " ").split("\n") == [
        final["number"], "Julie Tremblay", "Éditions du Nord", "15 812,65 $", "18 juillet 2025",
        "17 août 2025", job, "PO-5", "",
    ]  # fmt: skip
    assert of_credit["body"].split("\n")[-1] == final["number"]


async def test_it_waits_for_the_document_and_then_goes_with_it(shop: Shop) -> None:
    invoice = await shop.billing({"price": "10.00"})

    email = expect(await shop.email(invoice), 202)

    assert (email["state"], email["reason"], email["sent_at"]) == ("prepared", None, None)
    assert email["recipients"] == [
        {
            "role": "to",
            "name": "Julie Tremblay",
            "email": "julie@client.example",
            "state": "prepared",
            "reply": None,
        }
    ]
    waiting = await shop.get(invoice["number"])
    assert (waiting["rendering"]["state"], waiting["delivery"]["state"]) == ("pending", "pending")
    assert await shop.outbox(invoice, "email.send") == []
    (render,) = await shop.outbox(invoice, "document.render")
    assert (render["version"], render["document"]["stage"]) == (invoice["version"], "proforma")

    await shop.rendered(invoice)
    await shop.rendered(invoice)

    (command,) = await shop.outbox(invoice, "email.send")
    document = rendered(invoice)["document"]
    assert command["attachments"] == [
        {"name": f"Proforma {invoice['number']}.pdf", "content_type": "application/pdf", "document": document}
    ]
    assert command["recipients"] == [
        {"name": "Julie Tremblay", "email": "julie@client.example", "role": "to"}
    ]
    assert (command["sender"]["email"], command["subject"], command["message_id"], command["lane"]) == (
        "factures@shop.example",
        "Facture",
        email["message_id"],
        "email",
    )
    assert email["message_id"] == f"<{email['id']}@shop.example>"


async def test_with_the_document_there_or_without_one_it_goes_at_once(shop: Shop) -> None:
    invoice = await shop.billing({"price": "10.00"})
    expect(await shop.email(invoice, pdf=False), 202)
    assert [command["attachments"] for command in await shop.outbox(invoice, "email.send")] == [[]]
    expect(await shop.email(invoice), 202)
    await shop.rendered(invoice)

    expect(await shop.email(invoice), 202)

    assert len(await shop.outbox(invoice, "email.send")) == 3
    assert len(await shop.outbox(invoice, "document.render.")) == 1


async def test_each_address_is_written_to_once(shop: Shop) -> None:
    invoice = await shop.billing({"price": "10.00"})
    julie, boss = {"email": "julie@client.example"}, {"email": "boss@client.example"}

    email = expect(
        await shop.email(invoice, to=[julie], cc=[{"email": "Julie@client.example"}, boss], bcc=[boss]), 202
    )

    assert [(one["role"], one["email"]) for one in email["recipients"]] == [
        ("to", "julie@client.example"),
        ("cc", "boss@client.example"),
    ]


async def test_an_address_alone_will_do(shop: Shop) -> None:
    invoice = await shop.billing({"price": "10.00"})
    fields = {"from": "factures@shop.example", "to": ["a@client.example"], "cc": ["b@client.example"]}

    email = expect(await shop.email(invoice, **fields, bcc=["c@client.example"]), 202)

    assert email["from"] == {"name": "", "email": "factures@shop.example"}
    assert [(one["role"], one["name"], one["email"]) for one in email["recipients"]] == [
        ("to", "", "a@client.example"),
        ("cc", "", "b@client.example"),
        ("bcc", "", "c@client.example"),
    ]


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"to": ["nobody"]}, {"to[0].email": "invalid"}),
        ({"from": 5}, {"from": "invalid"}),
        ({"to": []}, {"to": "invalid"}),
        ({"to": [{"email": "nobody"}]}, {"to[0].email": "invalid"}),
        ({"subject": "a\nBcc: x@example.com"}, {"subject": "invalid"}),
        ({"subject": "=?utf-8?q?a=0A?="}, {"subject": "invalid"}),
        ({"subject": ""}, {"subject": "invalid"}),
        ({"to": [{"name": "a\r\nb", "email": "a@client.example"}]}, {"to[0].name": "invalid"}),
        ({"attachments": ["01a20bc5-b640-728c-bc82-09b53c9c2416"]}, {"attachments[0]": "unknown_reference"}),
        ({"attachments": ["nonsense"]}, {"attachments[0]": "invalid"}),
        ({"from": {"email": "president@other.example"}}, {"from": "foreign_sender"}),
        ({"colour": "red"}, {"colour": "unknown_field"}),
    ],
)
async def test_what_no_mail_can_be_is_refused(shop: Shop, fields: Json, refused: dict[str, str]) -> None:
    invoice = await shop.billing({"price": "10.00"})

    reply = await shop.email(invoice, **fields)

    assert (reply.status, reply.fields) == (422, refused), reply.text
    assert await shop.emails(invoice) == []


async def test_without_an_address_of_the_company_there_is_no_sender(shop: Shop) -> None:
    entity = shop.code("E")
    expect(await shop.api.put(f"/business-entities/{entity}", {"name": "Filiale"}), 201)
    invoice = await shop.billing({"price": "10.00"}, business_entity=entity)

    proposed = await draft(shop, invoice)
    reply = await shop.api.post(
        f"/invoices/{invoice['number']}/emails",
        {"to": [{"email": "a@client.example"}], "subject": "x", "body": "x"},
    )

    assert proposed["from"] is None
    assert (reply.status, reply.fields) == (422, {"from": "required"})


# The switch of everything outbound.


async def lanes(shop: Shop, invoice: Json) -> list[tuple[str, list[str]]]:
    commands = await shop.outbox(invoice, "email.send")
    return [(one["lane"], [recipient["email"] for recipient in one["recipients"]]) for one in commands]


async def test_while_outbound_is_off_it_waits_and_says_why(shop: Shop) -> None:
    before = await shop.billing({"price": "10.00"})
    expect(await shop.email(before, pdf=False), 202)
    async with shop.settings(outbound="off"):
        during = await shop.billing({"price": "10.00"})
        email = expect(await shop.email(during, pdf=False), 202)
        assert (email["state"], email["reason"]["code"]) == ("prepared", "outbound_off")
        for invoice in (before, during):
            (kept,) = await shop.emails(invoice)
            now = await shop.get(invoice["number"])
            assert (kept["state"], kept["reason"]["code"]) == ("prepared", "outbound_off")
            assert (now["delivery"]["state"], now["delivery"]["reason"]["code"]) == (
                "pending",
                "outbound_off",
            )
            assert await lanes(shop, invoice) == [("email", ["julie@client.example"])]
            assert await shop.leased(invoice, "email.send") == 0

    for invoice in (before, during):
        assert await shop.leased(invoice, "email.send") == 1
        assert [one["reason"] for one in await shop.emails(invoice)] == [None]
        assert (await shop.get(invoice["number"]))["delivery"]["reason"] is None


async def test_on_trial_everything_goes_to_one_address_that_stands_for_all(shop: Shop) -> None:
    invoice = await shop.billing({"price": "10.00"})
    people = {"to": [{"email": "julie@client.example"}], "cc": [{"email": "boss@client.example"}]}
    async with shop.settings(outbound="trial@shop.example"):
        email = expect(await shop.email(invoice, pdf=False, **people), 202)
        assert await lanes(shop, invoice) == [("trial", ["trial@shop.example"])]
        (command,) = await shop.outbox(invoice, "email.send")
        assert [one["email"] for one in command["meant_for"]] == [
            "julie@client.example",
            "boss@client.example",
        ]
        assert await shop.leased(invoice, "email.send") == 1
        async with shop.settings(outbound="off"):
            assert await shop.leased(invoice, "email.send") == 0
    told = {"email": "trial@shop.example", "role": "to", "state": "sent", "reply": "250 ok"}

    await shop.result(
        "email.sent", {**mailed(email, "sent", "sent"), "invoice_id": invoice["id"], "recipients": [told]}
    )

    (kept,) = await shop.emails(invoice)
    assert (kept["state"], [one["state"] for one in kept["recipients"]]) == ("sent", ["sent", "sent"])


async def test_the_trial_address_may_be_that_of_a_recipient(shop: Shop) -> None:
    invoice = await shop.billing({"price": "10.00"})
    people = {"to": [{"email": "julie@client.example"}], "bcc": [{"email": "trial@shop.example"}]}
    async with shop.settings(outbound="trial@shop.example"):
        email = expect(await shop.email(invoice, pdf=False, **people), 202)
    told = {"email": "trial@shop.example", "role": "to", "state": "sent", "reply": "250 ok"}

    await shop.result(
        "email.sent", {**mailed(email, "sent", "sent"), "invoice_id": invoice["id"], "recipients": [told]}
    )

    (kept,) = await shop.emails(invoice)
    assert (kept["state"], (await shop.get(invoice["number"]))["delivery"]["state"]) == ("sent", "succeeded")


async def test_what_was_written_to_real_addresses_never_goes_on_trial(shop: Shop) -> None:
    async with shop.settings(outbound="off"):
        invoice = await shop.billing({"price": "10.00"})
        expect(await shop.email(invoice, pdf=False), 202)

    async with shop.settings(outbound="trial@shop.example"):
        assert await shop.leased(invoice, "email.send") == 0


# Sent again.


async def test_sent_again_it_is_an_email_of_its_own_with_the_same_words(shop: Shop) -> None:
    invoice = await shop.billing({"price": "10.00"})
    first = expect(await shop.email(invoice, subject="Votre facture", body="Bonjour !"), 202)
    await shop.rendered(invoice)
    await shop.result("email.failed", {**mailed(first, "refused"), "invoice_id": invoice["id"],
                                       "reason": {"code": "refused", "message": "550"}})  # fmt: skip

    again = expect(await shop.api.post(f"/invoices/{invoice['number']}/emails/{first['id']}/resend"), 202)

    assert again["id"] != first["id"]
    assert again["message_id"] != first["message_id"]
    assert (again["subject"], again["body"], again["state"]) == ("Votre facture", "Bonjour !", "prepared")
    assert [one["state"] for one in again["recipients"]] == ["prepared"]
    assert [one["id"] for one in await shop.emails(invoice)] == [again["id"], first["id"]]
    one, other = await shop.outbox(invoice, "email.send")
    assert one["attachments"] == other["attachments"]
    assert (await shop.get(invoice["number"]))["delivery"]["state"] == "pending"


async def test_sent_again_after_an_edit_it_has_the_document_it_had(shop: Shop) -> None:
    invoice = await shop.billing({"price": "10.00"})
    first = expect(await shop.email(invoice), 202)
    await shop.rendered(invoice)
    expect(await shop.patch(invoice, {"message": "x"}), 200)

    expect(await shop.api.post(f"/invoices/{invoice['number']}/emails/{first['id']}/resend"), 202)

    commands = await shop.outbox(invoice, "email.send")
    assert [one["attachments"][0]["document"] for one in commands] == [rendered(invoice)["document"]] * 2


async def test_sent_again_without_the_document_it_had_it_goes_with_the_current_one(shop: Shop) -> None:
    invoice = await shop.billing({"price": "10.00"})
    first = expect(await shop.email(invoice), 202)
    edited = expect(await shop.patch(invoice, {"message": "x"}), 200)
    failure = {
        "invoice_id": invoice["id"],
        "version": invoice["version"],
        "reason": {"code": "x", "message": "x"},
    }
    await shop.result("document.render_failed", failure)

    expect(await shop.api.post(f"/invoices/{invoice['number']}/emails/{first['id']}/resend"), 202)
    await shop.rendered(edited)

    (command,) = await shop.outbox(invoice, "email.send")
    assert command["attachments"][0]["document"] == rendered(edited)["document"]

    final = await shop.finalize(edited)
    refused = await shop.api.post(f"/invoices/{final['number']}/emails/{first['id']}/resend")
    assert (refused.status, refused.code) == (409, "no_document")


async def test_only_an_email_of_this_invoice_is_sent_again(shop: Shop) -> None:
    invoice, other = await shop.billing({"price": "10.00"}), await shop.billing({"price": "10.00"})
    email = expect(await shop.email(other), 202)

    for email_id in (email["id"], str(uuid.uuid4())):
        reply = await shop.api.post(f"/invoices/{invoice['number']}/emails/{email_id}/resend")
        assert (reply.status, reply.code) == (404, "not_found")
