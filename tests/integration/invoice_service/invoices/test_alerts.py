"""What goes wrong is also told by mail, to the address in the settings."""

import asyncio
import datetime as dt

import pytest

from services.invoice_service.composition import transactions_on
from services.invoice_service.messaging.alerting import AlertMailer
from tests.integration.invoice_service.invoices.shop import (
    ISSUER,
    Json,
    Shop,
    expect,
    mailed,
    not_transferred,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

ALERTS = "compta@shop.example"
REASON: Json = {"code": "refused", "message": "550 no"}


async def mails(shop: Shop, invoice: Json) -> list[Json]:
    """The mails that wait to be sent to those who are alerted."""
    return [
        mail
        for mail in await shop.outbox(invoice, "email.send")
        if ALERTS in [recipient["email"] for recipient in mail["recipients"]]
    ]


async def alerted(shop: Shop, *, minutes: float = 16) -> int:
    """So many minutes later the relay looks whether something is to be told. How many mails it wrote."""
    shop.api.clock.pass_(minutes=minutes)
    counted = "select 1 from outbox where type = 'commands.email.send.v1'"
    before = len(await shop.database.fetch(counted))
    every = dt.timedelta(minutes=15)
    await AlertMailer(transactions_on(shop.api.pool), shop.api.clock, every, lambda: None)()
    return len(await shop.database.fetch(counted)) - before


async def failed_transfer(shop: Shop) -> Json:
    account = await shop.account("asset")
    async with shop.settings(
        connector="beancount",
        default_revenue_account=await shop.account(),
        default_receivable_account=account,
    ):
        final = await shop.finalize(await shop.billing({"price": "10.00"}, tax_code="00"))
        await shop.result("accounting.transfer_failed", not_transferred(final))
    return final


async def test_a_transfer_that_fails(shop: Shop) -> None:
    async with shop.settings(alert_email=ALERTS):
        final = await failed_transfer(shop)
        assert await mails(shop, final) == []
        assert await alerted(shop) == 1

    (mail,) = await mails(shop, final)
    assert mail["subject"] == f"{final['number']} : Le transfert a échoué."
    assert mail["body"] == "Le transfert a échoué.\n\nDétail : compte fermé"
    assert (mail["sender"]["email"], mail["attachments"], mail["lane"]) == (
        "factures@shop.example",
        [],
        "email",
    )
    assert await shop.notices(final) == ["transfer_failed"]
    assert await shop.emails(final) == []


async def test_nobody_is_written_to_unless_the_shop_says_whom(shop: Shop) -> None:
    final = await failed_transfer(shop)
    assert await alerted(shop) == 0

    assert await shop.notices(final) == ["transfer_failed"]
    assert await shop.outbox(final, "email.send") == []


async def test_who_wants_to_be_told_no_more_is_not_told_of_what_waited(shop: Shop) -> None:
    async with shop.settings(alert_email=ALERTS):
        await failed_transfer(shop)

    assert await alerted(shop) == 0
    async with shop.settings(alert_email=ALERTS):
        assert await alerted(shop) == 0


async def test_a_document_or_an_email_that_fails_and_what_becomes_of_an_alert_alerts_nobody(
    shop: Shop,
) -> None:
    invoice = await shop.billing({"price": "10.00"})
    reason = {"code": "render_timeout", "message": "30 s"}
    async with shop.settings(alert_email=ALERTS, language="en"):
        expect(await shop.email(invoice), 202)
        failed = {"invoice_id": invoice["id"], "version": invoice["version"], "reason": reason}
        await shop.result("document.render_failed", failed)
        assert await alerted(shop) == 1
        (mail,) = await mails(shop, invoice)
        recipients = [{"email": ALERTS, "role": "to", "state": "refused", "reply": "550 no"}]
        await shop.result(
            "email.failed",
            {
                "invoice_id": invoice["id"],
                "email_id": mail["email_id"],
                "recipients": recipients,
                "reason": {"code": "refused", "message": "550 no"},
                "at": "2025-07-18T14:05:00Z",
            },
        )

        assert await alerted(shop) == 0

    assert mail["subject"] == f"{invoice['number']}: The document could not be made."
    assert mail["body"] == "The document could not be made.\n\nDetail: The layout took too long: “30 s”"
    assert len(await mails(shop, invoice)) == 1
    assert await shop.notices(invoice) == ["rendering_failed"]


async def test_an_email_that_somebody_refused_names_whom(shop: Shop) -> None:
    invoice = await shop.billing({"price": "10.00"})
    to = [{"name": "", "email": "a@client.example"}, {"name": "", "email": "b@client.example"}]
    async with shop.settings(alert_email=ALERTS):
        email = expect(await shop.email(invoice, to=to, pdf=False), 202)
        await shop.result("email.sent", mailed(email, "sent", "refused", invoice_id=invoice["id"]))
        await alerted(shop)

    (mail,) = await mails(shop, invoice)
    assert mail["body"].startswith("Un destinataire a été refusé.\n\nDétail : b@client.example : ")
    assert "a@client.example" not in mail["body"]
    assert await shop.notices(invoice) == ["partly"]


async def test_a_company_without_an_address_writes_from_that_of_the_alerts(shop: Shop) -> None:
    expect(await shop.api.put("/business-entities/MAIN", {**ISSUER, "email": None}), 200)
    async with shop.settings(alert_email=ALERTS):
        final = await failed_transfer(shop)
        await alerted(shop)
    expect(await shop.api.put("/business-entities/MAIN", ISSUER), 200)

    (mail,) = await mails(shop, final)
    assert mail["sender"]["email"] == ALERTS


async def test_on_trial_an_alert_goes_to_the_one_address_too(shop: Shop) -> None:
    async with shop.settings(alert_email=ALERTS, outbound="essai@shop.example"):
        final = await failed_transfer(shop)
        await alerted(shop)

    (mail,) = await shop.outbox(final, "email.send")
    assert ([one["email"] for one in mail["recipients"]], mail["lane"]) == (["essai@shop.example"], "trial")


async def test_it_says_of_what_it_speaks_and_that_no_person_wrote_it(shop: Shop) -> None:
    async with shop.settings(alert_email=ALERTS, accent_colour="#0b5394"):
        final = await failed_transfer(shop)
        await alerted(shop)

    (mail,) = await mails(shop, final)
    assert mail["automatic"] is True
    summary = mail["summary"]
    assert (summary["issuer"], summary["title"], summary["accent_colour"]) == (
        "Imprimerie du Nord",
        f"Facture {final['number']}",
        "#0b5394",
    )
    facts = {fact["label"]: fact["value"].replace("\N{NO-BREAK SPACE}", " ") for fact in summary["facts"]}
    assert facts == {"Client": final["sold_to"]["name"], "Total": "10,00 $"}


async def test_the_same_of_one_invoice_is_mailed_once_in_an_hour_and_told_each_time(shop: Shop) -> None:
    async with shop.settings(alert_email=ALERTS):
        final = await failed_transfer(shop)
        assert await alerted(shop) == 1
        mailings = []
        for minutes in (20, 30, 20):
            shop.api.clock.pass_(minutes=minutes)
            await shop.result("accounting.transfer_failed", not_transferred(final))
            mailings.append(await alerted(shop, minutes=0))
        assert await shop.notices(final) == ["transfer_failed"] * 4
        email = expect(await shop.email(final, pdf=False), 202)
        await shop.result("email.failed", mailed(email, "refused", invoice_id=final["id"], reason=REASON))
        mailings.append(await alerted(shop))

    assert mailings == [0, 0, 1, 1]
    subjects = [mail["subject"] for mail in await mails(shop, final)]
    assert subjects[2:] == [f"{final['number']} : Le courriel n'a pas pu être envoyé."]


async def test_an_outage_is_one_mail_that_says_each_thing_once(shop: Shop) -> None:
    async with shop.settings(alert_email=ALERTS):
        first = await failed_transfer(shop)
        assert await alerted(shop) == 1
        failed = [await failed_transfer(shop) for _ in range(3)]
        refused = await shop.billing({"price": "20.00"})
        email = expect(await shop.email(refused, pdf=False), 202)
        await shop.result("email.failed", mailed(email, "refused", invoice_id=refused["id"], reason=REASON))
        assert await alerted(shop, minutes=14) == 0
        assert await alerted(shop, minutes=2) == 1
        assert await alerted(shop) == 0

    (mail,) = await mails(shop, failed[0])
    assert len(await mails(shop, first)) == 1
    assert mail["subject"] == mail["summary"]["title"] == "4 alertes de facturation"
    body = mail["body"].replace("\N{NO-BREAK SPACE}", " ")
    assert body == "\n".join(
        [
            "Le transfert a échoué :",
            *(f"- {one['number']}, Éditions du Nord, 10,00 $ : compte fermé" for one in failed),
            "",
            "Le courriel n'a pas pu être envoyé :",
            f"- {refused['number']}, Éditions du Nord, 23,00 $ : julie@client.example : 250 refused",
        ]
    )
    assert mail["automatic"]


async def test_of_several_relays_one_writes_the_mail(shop: Shop) -> None:
    async with shop.settings(alert_email=ALERTS):
        final = await failed_transfer(shop)
        shop.api.clock.pass_(minutes=16)
        await asyncio.gather(*(alerted(shop, minutes=0) for _ in range(4)))

    assert len(await mails(shop, final)) == 1


async def test_of_hundreds_the_mail_lists_some_and_counts_the_others(shop: Shop) -> None:
    async with shop.settings(alert_email=ALERTS, language="en"):
        final = await failed_transfer(shop)
        await shop.database.fetch(
            """insert into notifications (id, code, invoice_id, message, mail_wanted)
               select gen_random_uuid(), n.code, gen_random_uuid(), n.message, true
               from notifications n, generate_series(1, 60) where n.mail_wanted and n.mailed_at is null"""
        )
        assert await alerted(shop) == 1

    rows = await shop.database.fetch("select body from outbox where body like '%61 billing alerts%'")
    assert len(rows) == 1
    assert "And 11 more: see the notifications." in rows[0]["body"]
    assert "(invoice deleted)" in rows[0]["body"]
    assert await shop.notices(final) == ["transfer_failed"]


async def test_while_everything_outbound_is_off_an_alert_waits_too(shop: Shop) -> None:
    async with shop.settings(alert_email=ALERTS, outbound="off"):
        final = await failed_transfer(shop)
        await alerted(shop)
        assert await shop.leased(final, "email.send") == 0

    assert await shop.leased(final, "email.send") == len(await mails(shop, final)) == 1
