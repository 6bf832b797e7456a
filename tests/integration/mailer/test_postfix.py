"""A mail server as a shop has it: Debian's Postfix takes our mails, and lays them into mailboxes."""

import asyncio
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from pydantic import SecretStr as Secret

from services.mailer.composition import database
from services.mailer.handler import utc_now
from services.mailer.settings import MailerSettings
from shared.bus import topology
from shared.bus.outcome import Ack
from shared.bus.port import Delivery
from shared.contracts.commands import Fact, SendEmail, Summary
from tests.integration.mailer.mailroom import Desk
from tests.support.dkim_keys import private_key, verifies
from tests.support.postfix import HOST, Postfix
from tests.support.waiting import PAUSE_SECONDS
from tests.unit.mailer.commands import enveloped, recipient, send_email

SUMMARY = Summary(
    issuer="Imprimerie Untel", title="Facture 00004", facts=(Fact(label="Total", value="18 180,59 $"),)
)
SIGNING = {
    "dkim_domain": "imprimerie.example",
    "dkim_selector": "factures",
    "dkim_key": Secret(private_key().decode()),
}


@pytest.fixture
async def desk(postfix: Postfix, base_settings: MailerSettings, tmp_path: Path) -> AsyncIterator[Desk]:
    """A desk whose mail server is Postfix."""
    settings = base_settings.model_copy(
        update={
            "smtp_host": HOST,
            "smtp_port": postfix.port,
            "smtp_ca_file": postfix.ca_file,
            "hello_name": "mailer.test",
            "documents_url": tmp_path.as_uri(),
        }
    )
    async with database(settings) as pool:
        desk = Desk(settings, pool)
        desk.now = utc_now()
        yield desk


async def delivered(postfix: Postfix, name: str, command: SendEmail) -> list[EmailMessage]:
    """The copies of a mail in a mailbox, once there is one."""
    async with asyncio.timeout(30):
        while True:
            found = [mail for mail in postfix.mailbox(name) if mail["Message-ID"] == command.message_id]
            if found:
                return found
            await asyncio.sleep(PAUSE_SECONDS)


async def test_a_mail_lies_in_each_mailbox_as_it_was_written(postfix: Postfix, desk: Desk) -> None:
    pdf = await desk.attach("Facture 00004, épreuve.pdf", b"%PDF-1.7\n.\n..\n" + bytes(range(256)) * 2000)
    command = send_email(
        recipient("a@client.example", name="Côté, Émile"),
        recipient("b@client.example", "cc"),
        recipient("c@client.example", "bcc"),
        subject="Facture à échéance — 18 180,59 $",
        body="Bonjour,\n.\n..\nFrom here\n\n" + "Voici votre facture. " * 60,
        attachments=[pdf],
    ).model_copy(update={"summary": SUMMARY})

    assert await desk.deliver(command, settings=SIGNING) == Ack()

    assert await desk.states(command) == ["sent"] * 3
    replies = {one.reply for one in (await desk.record(command)).recipients}
    assert all(reply and reply.startswith("250 2.0.0 Ok: queued as ") for reply in replies)
    for name in ("a", "b", "c"):
        [mail] = await delivered(postfix, name, command)
        assert all(not part.defects for part in mail.walk())
        assert mail["Return-Path"] == "<factures@imprimerie.example>"
        assert mail["From"] == "Imprimerie Untel <factures@imprimerie.example>"
        assert [one.display_name for one in mail["To"].addresses] == ["Côté, Émile"]
        assert (mail["Cc"], mail["Bcc"]) == ("b@client.example", None)
        assert mail["Subject"] == command.subject
        assert mail["Date"].datetime == command.date
        assert " with ESMTPS id " in mail["Received"]
        text, page = mail.get_body(("plain",)), mail.get_body(("html",))
        assert text is not None
        assert page is not None
        assert text.get_content().rstrip("\n") == command.body
        assert "Facture 00004</h1>" in page.get_content()
        [attached] = mail.iter_attachments()
        assert attached.get_filename() == pdf.name
        assert attached.get_content() == await desk.documents.get(pdf.document)
    [content] = [one for one in postfix.contents("a") if command.message_id.encode() in one]
    whole = content[content.index(b"DKIM-Signature: ") :].replace(b"\n", b"\r\n")
    assert verifies(whole, name="factures._domainkey.imprimerie.example")


async def test_it_refuses_whom_it_does_not_know_and_takes_the_others(postfix: Postfix, desk: Desk) -> None:
    command = send_email(recipient("nobody@client.example"), recipient("a@client.example"))

    assert await desk.deliver(command) == Ack()

    assert await desk.states(command) == ["refused", "sent"]
    nobody, _ = (await desk.record(command)).recipients
    assert nobody.reply is not None
    assert nobody.reply.startswith("550 5.1.1 ")
    assert await delivered(postfix, "a", command)


async def test_an_address_beyond_ascii_is_delivered_to(postfix: Postfix, desk: Desk) -> None:
    command = send_email(recipient("émile@client.example"))

    assert await desk.deliver(command) == Ack()

    assert await delivered(postfix, "émile", command)
    [content] = postfix.contents("émile")
    assert "\nTo: émile@client.example\n".encode() in content


async def test_several_mails_go_through_one_connection(postfix: Postfix, desk: Desk) -> None:
    commands = [send_email(recipient("b@client.example")) for _ in range(3)]
    before = postfix.log().count(": connect from ")

    async with desk.handler() as handler:
        for command in commands:
            assert await handler.handle(Delivery(enveloped(command), topology.EMAIL, 1)) == Ack()

    for command in commands:
        assert await delivered(postfix, "b", command)
    assert postfix.log().count(": connect from ") == before + 1
