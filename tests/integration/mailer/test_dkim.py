"""A signed mail, as the mail server took it."""

from pydantic import SecretStr as Secret

from shared.bus.outcome import Ack, Retry
from tests.integration.mailer.mailroom import Mailroom
from tests.support.dkim_keys import private_key, verifies
from tests.support.smtp import Phase
from tests.unit.mailer.commands import send_email

NAME = "factures._domainkey.imprimerie.example"
SIGNING = {
    "dkim_domain": "imprimerie.example",
    "dkim_selector": "factures",
    "dkim_key": Secret(private_key().decode()),
}


async def test_a_signature_survives_the_way_and_a_resend_repeats_it(room: Mailroom) -> None:
    pdf = await room.attach("Facture 00004.pdf", b"%PDF-1.7\n.\n..\n" + bytes(range(256)))
    command = send_email(attachments=[pdf], body="Bonjour,\n.\n..\n\nDeux  espaces   \n")
    room.server.drop(Phase.DOT, taken=True, times=1)
    assert isinstance(await room.deliver(command, settings=SIGNING), Retry)
    room.later(600)
    assert await room.deliver(command, attempt=2, settings=SIGNING) == Ack()
    first, second = room.server.taken
    assert first.content == second.content
    assert verifies(first.content, name=NAME)


async def test_without_a_key_nothing_is_signed(room: Mailroom) -> None:
    await room.deliver(send_email())
    [mail] = room.server.taken
    assert "DKIM-Signature" not in mail.message
