"""The page of operations and what is done from it, without a script: outbox, workers, failures, switches."""

import asyncio
import signal
import sys
import uuid

import pytest

from services.invoice_service.composition import check_all, transactions_on
from services.invoice_service.messaging.book_checker import BookChecker
from shared.runtime import apart, background
from tests.integration.invoice_service.invoices.shop import Json, Shop, expect, mailed, not_transferred
from tests.integration.invoice_service.web.people import People
from tests.support.visitor import Seen, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATH = "/operations"


def region(seen: Seen, name: str) -> str:
    return " ".join(seen.one(f"//*[@data-region='{name}']").text_content().replace("\xa0", " ").split())


def item(seen: Seen, step: str, number: str) -> str:
    found = seen.all(f"//*[@data-region='trouble-{step}']//input[@name='item']/@value")
    (value,) = [one for one in found if one.endswith(f":{number}")]
    return str(value)


async def failed_mail(shop: Shop) -> Json:
    invoice = await shop.billing({"price": "10.00"})
    email = expect(await shop.email(invoice, pdf=False), 202)
    told = {**mailed(email, "refused"), "invoice_id": invoice["id"]}
    told["recipients"][0]["reply"] = "550 5.1.1 unknown mailbox"
    await shop.result("email.failed", {**told, "reason": {"code": "email_refused", "message": ""}})
    return invoice


async def accounts(shop: Shop) -> dict[str, str]:
    """An account for every posting."""
    for code in ("TPS", "TVQ"):
        account = await shop.account("liability")
        await shop.database.fetch("update taxes set gl_account = $1 where code = $2", account, code)
    return {
        "default_revenue_account": await shop.account(),
        "default_receivable_account": await shop.account("asset"),
    }


async def failed_transfer(shop: Shop) -> Json:
    final = await shop.finalize(await shop.billing({"price": "100.00"}))
    await shop.result("accounting.transfer_failed", not_transferred(final))
    return final


async def failed_document(shop: Shop) -> Json:
    invoice = await shop.billing({"price": "10.00"})
    assert (await shop.api.get(f"/invoices/{invoice['number']}/pdf?wait=0")).status == 202
    said = {"code": "rendering_failed", "message": ""}
    told = {"invoice_id": invoice["id"], "version": invoice["version"], "reason": said}
    await shop.result("document.render_failed", told)
    return invoice


async def test_what_failed_is_listed_with_its_reason_and_several_are_tried_again(
    shop: Shop, people: People
) -> None:
    admin = await people.the("admin")
    mail, transfer, document = (
        await failed_mail(shop),
        await failed_transfer(shop),
        await failed_document(shop),
    )
    booked = await accounts(shop)

    seen = await admin.get(PATH)
    assert "julie@client.example : 550 5.1.1 unknown mailbox" in region(seen, "trouble-email")
    assert "Tous les destinataires ont été refusés." in region(seen, "trouble-email")
    assert "compte fermé" in region(seen, "trouble-transfer")
    assert "Le document n'a pas pu être produit." in region(seen, "trouble-rendering")
    english = await (await people.one("admin", language="en")).get(PATH)
    assert "Every recipient was refused." in region(english, "trouble-email")

    chosen = [
        item(seen, "email", mail["number"]),
        item(seen, "transfer", transfer["number"]),
        item(seen, "rendering", document["number"]),
    ]
    fields = {"csrf": seen.all("//input[@name='csrf']/@value")[0], "item": [*chosen, chosen[0]]}
    async with shop.settings(connector="ledger", **booked):
        done = await admin.post(f"{PATH}/retry", fields)
        assert done.says("3 reprises sont demandées."), done.text
        assert (await shop.get(transfer["number"]))["transfer"]["state"] == "pending"
    assert (await shop.get(document["number"]))["rendering"]["state"] == "pending"
    assert len(await shop.emails(mail)) == 2
    assert [*await shop.outbox(transfer, "transfer")][-1]["attempt"] == 2

    # Again: what is under way already is refused by name, the e-mail is sent as was asked.
    again = await admin.post(f"{PATH}/retry", {**fields, "only": chosen[1]})
    assert again.status == 409
    assert again.says(f"{transfer['number']} : Rien à reprendre.")


async def test_nothing_is_tried_again_that_nobody_could_have_chosen(people: People) -> None:
    admin = await people.the("admin")
    token = (await admin.get(PATH)).all("//input[@name='csrf']/@value")[0]
    email = f"email:{uuid.uuid4()}:PF-9999"
    for wrong in ("", "x", "transfer::", "email:x:PF-0001", "else::PF-0001"):
        assert (await admin.post(f"{PATH}/retry", {"csrf": token, "only": wrong or "-"})).status == 422
    assert (
        await admin.post(f"{PATH}/retry", {"csrf": token, "item": [f"{email}{n}" for n in range(151)]})
    ).status == 422
    assert (await admin.post(f"{PATH}/retry", {"csrf": token, "only": email})).says("PF-9999 : introuvable.")


async def test_the_switch_holds_back_what_waits_and_says_how_much(shop: Shop, people: People) -> None:
    admin = await people.the("admin")
    seen = await admin.get(PATH)
    done = await admin.send(seen, f"{PATH}/switches", outbound="off", connector_paused="yes")
    assert done.says("C'est fait.")
    assert (expect(await shop.api.get("/settings"), 200)["outbound"]) == "off"
    await shop.database.fetch("delete from outbox")
    invoice = await shop.billing({"price": "10.00"})
    expect(await shop.email(invoice, pdf=False), 202)

    seen = await admin.get(PATH)
    assert "1 courriel est retenu par l'interrupteur des envois." in region(seen, "outbox")

    wrong = await admin.send(seen, f"{PATH}/switches", outbound="trial", trial="personne")
    assert wrong.status == 422
    assert wrong.one("//*[@id='fault-outbound']").text
    assert wrong.one("//input[@name='outbound'][@checked]").get("value") == "trial"
    await admin.send(seen, f"{PATH}/switches", outbound="trial", trial="essai@shop.example")
    settings = expect(await shop.api.get("/settings"), 200)
    assert (settings["outbound"], settings["connector_paused"]) == ("essai@shop.example", True)

    # A page of before changes only what its reader has changed.
    stale = await admin.get(PATH)
    await admin.send(stale, f"{PATH}/switches", outbound="on")
    await admin.send(stale, f"{PATH}/switches", connector_paused="no")
    settings = expect(await shop.api.get("/settings"), 200)
    assert (settings["outbound"], settings["connector_paused"]) == ("on", False)
    assert "est retenu" not in region(await admin.get(PATH), "outbox")


async def test_the_workers_are_those_that_were_seen(shop: Shop, people: People) -> None:
    admin = await people.the("admin")
    await shop.database.fetch("delete from queues_seen")
    assert "est-il en marche ?" in region(await admin.get(PATH), "workers")
    async with transactions_on(shop.api.pool).writing() as uow:
        await uow.operations.note_queues([("mailer.email", 1200, 2), ("accounting.transfer", 0, 0)])
        await uow.operations.note_answer("results.email.sent.v1")

    told = region(await admin.get(PATH), "workers")
    assert "Envoi des courriels 2 en marche. 1 200 messages en file. Dernière réponse il y a" in told
    assert "Transfert à la comptabilité Aucun en marche. 0 message en file." in told
    assert "Relais Il publie, et regarde les files." in told

    await shop.database.fetch("update queues_seen set seen_at = seen_at - interval '3 days'")
    told = region(await admin.get(PATH), "workers")
    assert "Il ne regarde plus les files" in told
    assert "Vu par le relais il y a 3 jours." in told


async def test_the_books_are_checked_on_demand_never_two_at_once(shop: Shop, people: People) -> None:
    admin = await people.the("admin")
    await shop.finalize(await shop.billing({"price": "100.00"}))
    seen = await admin.get(PATH)
    assert "Aucune vérification" in region(seen, "check")

    running = await admin.send(seen, f"{PATH}/check")
    assert "Une vérification est en cours" in region(running, "check")
    assert running.all("//form[@action='/operations/check']") == []
    twice = await admin.send(seen, f"{PATH}/check")
    assert twice.status == 409
    assert twice.says("Une vérification est déjà demandée ou en cours.")

    seen = await checked(shop, admin)
    assert "Les livres sont justes" in region(seen, "check")
    assert "Le grand livre n'est pas comparé ici" in region(seen, "check")
    assert "demandée par Personne" in region(seen, "check")
    asked = await shop.database.fetch("select subject from audit where subject_kind = 'book_check'")
    assert len(asked) == 1

    await shop.database.fetch(
        "update number_series set next_value = next_value + 1 where kind = 'final' and used"
    )
    await admin.send(await admin.get(PATH), f"{PATH}/check")
    told = region(await checked(shop, admin), "findings")
    assert "Numéros · " in told
    assert "aucune facture n'a ce numéro de la séquence final" in told
    english = await (await people.one("admin", language="en")).get(PATH)
    assert "no invoice has this number of the final series" in region(english, "findings")


async def test_a_check_whose_process_is_killed_is_done_once_by_another(shop: Shop, people: People) -> None:
    admin = await people.the("admin")
    await admin.send(await admin.get(PATH), f"{PATH}/check")
    (asked,) = await shop.database.fetch("select id from book_checks where ended_at is null")
    dying = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.integration.invoice_service.dying_checker"), shop.database.dsn, "1"
    )
    assert await dying.wait() == -signal.SIGKILL
    (left,) = await shop.database.fetch(
        "select leased_until, attempts from book_checks where id = $1", asked["id"]
    )
    assert left["attempts"] == 1

    seen = await checked(shop, admin)

    (done,) = await shop.database.fetch(
        "select ended_at, attempts, report from book_checks where id = $1", asked["id"]
    )
    assert done["ended_at"] > left["leased_until"]
    assert done["attempts"] == 2
    assert done["report"] is not None
    assert "Une vérification est en cours" not in region(seen, "check")


async def checked(shop: Shop, admin: Visitor) -> Seen:
    """The page once what was asked for is done, as a process of the API does it."""
    settings = shop.api.services.settings
    checker = BookChecker(
        transactions_on(shop.api.pool), lambda: apart(lambda: check_all(settings, None)), poll_seconds=0.05
    )
    async with background("checks", checker.run):
        await shop.until_rows("select 1 from book_checks where ended_at is null", some=False)
    return await admin.get(PATH)
