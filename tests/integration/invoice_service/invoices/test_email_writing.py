"""What an e-mail says besides its text, in whose name, how large it may be; and that it is what was previewed."""

import email.policy
import uuid
from email.parser import BytesParser
from pathlib import Path

import pytest

from services.invoice_service.application.compose_email import Address
from services.invoice_service.application.context import Context
from services.invoice_service.application.send_email import resend_email, send_email
from services.invoice_service.application.write_email import EmailToSend
from services.invoice_service.domain.actors import Actor, Role
from services.mailer.message import compose
from shared.contracts.commands import SendEmail
from tests.integration.invoice_service.invoices.shop import Json, Shop, expect, open_shop, rendered
from tests.support.invoicing import make_database
from tests.support.postgres import PrivatePostgres

pytestmark = pytest.mark.asyncio(loop_scope="module")

TO: Json = {"to": [{"email": "julie@client.example"}]}


def spaced(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


async def command_of(shop: Shop, invoice: Json, number: int = -1) -> SendEmail:
    return SendEmail.model_validate((await shop.outbox(invoice, "email.send"))[number])


async def upload(shop: Shop, content: bytes, name: str = "notes.txt") -> str:
    head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    form = {"Content-Type": "multipart/form-data; boundary=x"}
    raw = head.encode() + content + b"\r\n--x--\r\n"
    return str(expect(await shop.api.call("POST", "/attachments", raw=raw, headers=form), 201)["id"])


async def test_it_says_who_writes_about_what_and_how_much(shop: Shop) -> None:
    async with shop.settings(accent_colour="#0b5394"):
        final = await shop.finalize(await shop.billing({"price": "10.00"}))
        expect(await shop.email(final, pdf=False), 202)

    summary = (await command_of(shop, final)).summary
    assert summary is not None
    assert (summary.issuer, summary.title, summary.accent_colour) == (
        "Imprimerie du Nord",
        f"Facture {final['number']}",
        "#0b5394",
    )
    assert [(fact.label, spaced(fact.value)) for fact in summary.facts] == [
        ("Date", "18 juillet 2025"),
        ("Échéance", "17 août 2025"),
        ("Total", "11,50 $"),
    ]
    assert summary.footer is not None
    assert "factures@shop.example" in summary.footer


async def test_sent_again_it_says_what_it_said_then(shop: Shop) -> None:
    invoice = await shop.billing({"price": "10.00"})
    first = expect(await shop.email(invoice), 202)
    await shop.rendered(invoice)
    line = invoice["lines"][0]["id"]
    headers = {"If-Match": f'"v{invoice["version"]}"'}
    path = f"/invoices/{invoice['number']}"
    expect(await shop.api.patch(f"{path}/lines/{line}", {"unit_price": "20.00"}, headers=headers), 200)

    expect(await shop.api.post(f"{path}/emails/{first['id']}/resend"), 202)
    expect(await shop.email(invoice, pdf=False), 202)

    then, again, anew = [(await command_of(shop, invoice, number)).summary for number in range(3)]
    assert then == again
    assert then is not None
    assert anew is not None
    assert [spaced(one.facts[-1].value) for one in (then, anew)] == ["11,50 $", "23,00 $"]


async def test_sent_again_with_the_current_document_it_speaks_of_that(shop: Shop) -> None:
    invoice = await shop.billing({"price": "10.00"})
    first = expect(await shop.email(invoice), 202)
    line = invoice["lines"][0]["id"]
    headers = {"If-Match": f'"v{invoice["version"]}"'}
    path = f"/invoices/{invoice['number']}"
    expect(await shop.api.patch(f"{path}/lines/{line}", {"unit_price": "20.00"}, headers=headers), 200)

    expect(await shop.api.post(f"{path}/emails/{first['id']}/resend"), 202)
    await shop.rendered(await shop.get(invoice["number"]))

    summary = (await command_of(shop, invoice)).summary
    assert summary is not None
    assert spaced(summary.facts[-1].value) == "23,00 $"


async def test_from_the_company_replies_and_refusals_go_to_it(shop: Shop) -> None:
    invoice = await shop.billing({"price": "10.00"})
    expect(await shop.email(invoice, pdf=False), 202)

    command = await command_of(shop, invoice)
    assert (command.sender.email, command.reply_to, command.envelope_sender, command.automatic) == (
        "factures@shop.example",
        None,
        None,
        False,
    )


async def test_each_entity_writes_in_its_own_name_from_its_own_address(shop: Shop) -> None:
    entity = shop.code("E")
    branch = {"name": "Imprimerie du Sud", "email": "sud@branch.example", "phone": "418 555-0199"}
    expect(await shop.api.put(f"/business-entities/{entity}", branch), 201)
    invoice = await shop.billing({"price": "10.00"}, business_entity=entity)
    path = f"/invoices/{invoice['number']}/emails"
    proposed = expect(await shop.api.get(f"{path}/draft"), 200)
    expect(await shop.api.post(path, {**TO, "subject": "x", "body": "x", "pdf": False}), 202)
    foreign = await shop.email(invoice, **{"from": {"email": "factures@shop.example"}})

    command = await command_of(shop, invoice)
    assert (
        proposed["from"] == command.sender.model_dump() == {"name": branch["name"], "email": branch["email"]}
    )
    assert command.message_id.endswith("@branch.example>")
    assert command.summary is not None
    assert (command.summary.issuer, command.summary.footer) == (
        "Imprimerie du Sud",
        "418 555-0199 · sud@branch.example",
    )
    assert foreign.fields == {"from": "foreign_sender"}


async def test_from_a_person_replies_go_there_and_refusals_to_the_company(shop: Shop) -> None:
    user = {"email": "luc@shop.example", "name": "Luc Roy", "role": "biller", "password": "correct horse"}
    made = expect(await shop.api.post("/users", user), 201)
    invoice = await shop.billing({"price": "10.00"})
    context = Context(Actor("user", made["id"], "Luc Roy", Role.BILLER), shop.api.clock(), "c")
    luc = Address("Luc@shop.example", "Luc Roy")
    written = EmailToSend([Address("a@client.example")], "x", "x", sender=luc, with_pdf=False)
    async with shop.api.services.transactions.writing() as uow:
        sent = await send_email(uow, context, invoice["number"], written)
    async with shop.api.services.transactions.writing() as uow:
        await resend_email(uow, context, invoice["number"], sent.id)

    for number in (0, 1):
        command = await command_of(shop, invoice, number)
        mail = compose(command, [])
        assert command.reply_to == command.sender
        assert command.sender.email == "Luc@shop.example"
        assert mail.sender == command.envelope_sender == "factures@shop.example"


# Shown before it is sent.


async def test_what_is_shown_is_what_is_sent(shop: Shop) -> None:
    invoice = await shop.billing({"price": "10.00"})
    fields = {
        **TO,
        "cc": [{"email": "boss@client.example"}, {"email": "JULIE@client.example"}],
        "bcc": [{"email": "me@shop.example"}],
        "from": {"name": "Imprimerie", "email": "factures@shop.example"},
        "subject": "Votre <facture>",
        "body": "Bonjour <b>vous</b>,\n\nVoir https://shop.example.",
        "attachments": [await upload(shop, b"abc")],
    }
    path = f"/invoices/{invoice['number']}/emails"

    before = expect(await shop.api.post(f"{path}/preview", fields), 200)
    assert await shop.emails(invoice) == []
    assert await shop.outbox(invoice, "email.send") == []
    assert (await shop.get(invoice["number"]))["delivery"]["state"] == "none"
    expect(await shop.email(invoice, **fields), 202)
    await shop.rendered(invoice)
    after = expect(await shop.api.post(f"{path}/preview", fields), 200)

    command = await command_of(shop, invoice)
    names = [f"Proforma {invoice['number']}.pdf", "notes.txt"]
    for shown, size in ((before, None), (after, rendered(invoice)["document"]["size"])):
        assert shown["from"] == command.sender.model_dump()
        assert shown["recipients"] == [one.model_dump() for one in command.recipients]
        assert (shown["subject"], shown["text"]) == (command.subject, command.body)
        assert [(file["name"], file["size"]) for file in shown["attachments"]] == [
            (names[0], size),
            (names[1], 3),
        ]
    mail = BytesParser(policy=email.policy.default).parsebytes(compose(command, []).content)
    page = mail.get_body(("html",))
    assert page is not None
    assert page.get_content().splitlines() == before["html"].splitlines() == after["html"].splitlines()
    assert [file.name for file in command.attachments] == names


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"to": []}, {"to": "invalid"}),
        ({"from": {"email": "president@other.example"}}, {"from": "foreign_sender"}),
        ({"attachments": [str(uuid.UUID(int=1))]}, {"attachments[0]": "unknown_reference"}),
        ({"subject": "a\nb"}, {"subject": "invalid"}),
    ],
)
async def test_what_would_not_be_sent_is_not_shown(shop: Shop, fields: Json, refused: dict[str, str]) -> None:
    invoice = await shop.billing({"price": "10.00"})

    body = {**TO, "subject": "x", "body": "x", **fields}
    reply = await shop.api.post(f"/invoices/{invoice['number']}/emails/preview", body)

    assert (reply.status, reply.fields) == (422, refused)


# As large as the mail server takes it.


async def test_a_mail_that_its_files_make_too_large_is_refused(
    postgres: PrivatePostgres, tmp_path: Path
) -> None:
    async with open_shop(await make_database(postgres), tmp_path, email_size_limit_mb=1) as shop:
        invoice = await shop.billing({"price": "10.00"})
        files = [await upload(shop, letter * 400_000) for letter in (b"a", b"b")]
        whole = {**TO, "subject": "x", "body": "x", "attachments": files}
        for action in ("emails", "emails/preview"):
            reply = await shop.api.post(f"/invoices/{invoice['number']}/{action}", whole)
            assert (reply.status, reply.fields) == (422, {"attachments": "email_too_large"})
            assert "1 Mo" in reply.json["errors"][0]["message"]
        await shop.result("document.rendered", rendered(invoice))
        expect(await shop.email(invoice, attachments=files[:1]), 202)

        heavy = rendered(invoice)["document"] | {"size": 900_000}
        other = await shop.billing({"price": "10.00"})
        await shop.result("document.rendered", {**rendered(other), "document": heavy})
        reply = await shop.email(other)
        assert (reply.status, reply.fields) == (422, {"attachments": "email_too_large"})
        expect(await shop.email(other, pdf=False), 202)
