"""A day of mail, over all services: written, looked at, sent, refused, sent again, unanswered, and told to a person."""

import itertools
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

from tests.e2e.documents import attached, printed
from tests.support.billing import drafted
from tests.support.books import eventually
from tests.support.deployment import Deployment
from tests.support.shop_client import Json, ShopClient, delivered
from tests.support.smtp import MailServer, Phase, TakenMail, mail_server

pytestmark = pytest.mark.asyncio(loop_scope="session")

CHANTAL, COMPTES = "chantal.fortin@ateliersboreal.example", "comptes@ateliersboreal.example"
JOBS = itertools.count(3001)
ALERTS = "alertes@imprimeriedufleuve.example"
BODY = "Bonjour Chantal,\n\nVoici la proforma, avec l'épreuve que vous attendiez."


@pytest_asyncio.fixture(loop_scope="session")
async def server(factures: Deployment) -> AsyncIterator[MailServer]:
    """The shop's mail server, which fails where it is told to; the usual one is back afterwards."""
    await factures.mail_down()
    try:
        async with mail_server(tls="none", port=factures.mail_port) as server:
            yield server
    finally:
        await factures.mail_up()


@pytest_asyncio.fixture(loop_scope="session")
async def number(factures: Deployment, shop: ShopClient, server: MailServer) -> AsyncIterator[str]:
    """A pro forma whose mails go to that server; it is deleted, since other tests count the mails of what is there."""
    number = await drafted(factures, shop, f"D-{next(JOBS)}")
    yield number
    await shop.edit(number, method="DELETE")


async def uploaded(shop: ShopClient, name: str, content: bytes) -> str:
    form = aiohttp.FormData()
    form.add_field("file", content, filename=name)
    async with shop.session.post(f"{shop.address}/api/v1/attachments", data=form) as response:
        assert response.status == 201, await response.text()
        return str((await response.json())["id"])


async def states(shop: ShopClient, number: str, email_id: str) -> dict[str, str]:
    history = (await shop.get(f"/invoices/{number}/emails"))["data"]
    (email,) = [one for one in history if one["id"] == email_id]
    return {"": email["state"], **{one["email"]: one["state"] for one in email["recipients"]}}


async def until_states(shop: ShopClient, number: str, email: Json, expected: dict[str, str]) -> None:
    async def differs() -> dict[str, str] | None:
        now = await states(shop, number, email["id"])
        return None if now == expected else now

    await eventually(f"{number}: the states of the e-mail", differs, seconds=60)


def sides(mail: TakenMail) -> tuple[str, str]:
    plain, html = mail.message.get_body(("plain",)), mail.message.get_body(("html",))
    assert plain is not None
    assert html is not None
    return str(plain.get_content()), str(html.get_content())


async def written(shop: ShopClient, number: str) -> Json:
    """The proposed e-mail as the clerk edits it, with a file; looked at first."""
    draft = await shop.get(f"/invoices/{number}/emails/draft")
    assert [one["email"] for one in draft["to"]] == [CHANTAL, COMPTES]
    body = {key: draft[key] for key in ("from", "to", "cc", "bcc")}
    file = await uploaded(shop, "épreuve.txt", "Bon à tirer\n".encode())
    return body | {"subject": f"Proforma {number}, pour accord", "body": BODY, "attachments": [file]}


async def test_a_mail_is_edited_looked_at_sent_refused_by_one_and_sent_again(
    number: str, shop: ShopClient, server: MailServer
) -> None:
    body = await written(shop, number)
    preview = await shop.call("POST", f"/invoices/{number}/emails/preview", body)
    assert server.taken == []
    server.answer(Phase.RCPT, "550 5.1.1 no such mailbox", to=COMPTES)

    email = await shop.call("POST", f"/invoices/{number}/emails", body)
    await until_states(shop, number, email, {"": "partly", CHANTAL: "sent", COMPTES: "refused"})

    (mail,) = server.taken
    plain, html = sides(mail)
    assert mail.recipients == (CHANTAL,)
    assert mail.message["Subject"] == body["subject"]
    assert plain.splitlines() == BODY.splitlines()
    assert html.splitlines() == preview["html"].splitlines()
    pdf, proof = attached(mail.message)
    assert number in printed(pdf)
    assert str(proof).rstrip() == "Bon à tirer"
    invoice = await shop.until(number, delivered)
    assert (invoice["status"], invoice["delivery"]["reason"]["code"]) == ("proforma_sent", "partly")

    server.forgive()
    again = await shop.call("POST", f"/invoices/{number}/emails/{email['id']}/resend")
    await until_states(shop, number, again, {"": "sent", CHANTAL: "sent", COMPTES: "sent"})

    assert set(server.taken[-1].recipients) == {CHANTAL, COMPTES}
    assert attached(server.taken[-1].message) == [pdf, proof]
    assert server.taken[-1].message["Message-ID"] != mail.message["Message-ID"]


async def test_a_mail_that_nobody_answers_for_is_repeated_once_and_a_person_is_told(
    number: str, shop: ShopClient, server: MailServer
) -> None:
    await shop.pdf(number)
    await shop.call("PATCH", "/settings", {"alert_email": ALERTS})
    server.drop(Phase.DOT, taken=True, times=2)

    email = await shop.send(number)
    await until_states(shop, number, email, {"": "uncertain", CHANTAL: "uncertain", COMPTES: "uncertain"})
    await server.until(lambda seen: len(seen.taken) == 3, seconds=60)
    await shop.call("PATCH", "/settings", {"alert_email": None})

    first, second, alert = server.taken
    assert (first.content, first.recipients) == (second.content, second.recipients)
    assert (await shop.get(f"/invoices/{number}"))["delivery"]["state"] == "uncertain"
    assert alert.recipients == (ALERTS,)
    assert alert.message["Auto-Submitted"] == "auto-generated"
    assert alert.message["Subject"] == f"{number} : On ne sait pas si le courriel a été pris."
    assert sides(alert)[1].count("On ne sait pas si le courriel a été pris.</p>") == 1


async def test_on_trial_a_mail_says_for_whom_it_was_meant(
    number: str, shop: ShopClient, server: MailServer
) -> None:
    await shop.call("PATCH", "/settings", {"outbound": "essai@imprimeriedufleuve.example"})
    try:
        await shop.send(number)
        await shop.until(number, delivered)
    finally:
        await shop.call("PATCH", "/settings", {"outbound": "on"})

    (mail,) = server.taken
    assert mail.recipients == ("essai@imprimeriedufleuve.example",)
    assert sides(mail)[0].splitlines()[0] == f"Essai : ce courriel était destiné à {CHANTAL}, {COMPTES}."
    assert mail.message["X-Factures-Original-To"] == f"{CHANTAL}, {COMPTES}"
