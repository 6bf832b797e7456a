"""Accueil, without a script: each figure is what the list that it leads to has."""

import re

import pytest

from tests.integration.invoice_service.invoices.shop import Shop, expect, mailed, not_transferred
from tests.integration.invoice_service.web.people import People
from tests.support.visitor import Seen

pytestmark = pytest.mark.asyncio(loop_scope="module")

_REASON = {"code": "refused", "message": "non"}


def figures(seen: Seen) -> dict[str, str]:
    """How many, by where it leads."""
    return {
        one.get("href"): one.xpath("span[@class='how-many']")[0].text_content().replace("\xa0", "")
        for one in seen.all("//a[contains(@class, 'figure')]")
    }


async def trouble(shop: Shop) -> None:
    """One of each thing that waits or went wrong."""
    await shop.job()
    await shop.billing({"price": "10.00"})
    held = await shop.billing({"price": "10.00"})
    expect(await shop.patch(held, {"hold": {"reason": "attendre"}}), 200)
    final = await shop.finalize(await shop.billing({"price": "20.00"}))
    await shop.result("accounting.transfer_failed", not_transferred(final))
    mails = {}
    for state in ("sent", "refused"):
        invoice = await shop.billing({"price": "30.00"})
        mails[state] = {"invoice_id": invoice["id"]}, expect(await shop.email(invoice, pdf=False), 202)
    about, email = mails["sent"]
    await shop.result("email.sent", mailed(email, "sent", **about))
    about, email = mails["refused"]
    await shop.result("email.failed", mailed(email, "refused", reason=_REASON, **about))
    edited = await shop.billing({"price": "40.00"})
    for invoice in (await shop.billing({"price": "40.00"}), edited):
        await shop.api.get(f"/invoices/{invoice['number']}/pdf?wait=0")
        failed = {"invoice_id": invoice["id"], "version": invoice["version"], "reason": _REASON}
        await shop.result("document.render_failed", failed)
    expect(await shop.patch(await shop.get(edited["number"]), {"message": "autre version"}), 200)
    await shop.job(await shop.customer(currency="USD"), total_price="99.00")


async def test_each_figure_agrees_with_its_list(shop: Shop, people: People) -> None:
    await trouble(shop)
    browser = await people.the("biller")
    found = figures(await browser.get("/"))
    assert len(found) == 8
    for address, count in found.items():
        listed = await browser.get(f"{address}{'&' if '?' in address else '?'}limit=200")
        assert listed.status == 200, address
        assert count == str(len(listed.all("//tbody//th"))), address
        assert int(count) > 0, address


async def test_what_waits_has_its_amount_in_each_currency(shop: Shop, people: People) -> None:
    await shop.job(await shop.customer(currency="USD"), total_price="99.00")
    seen = await (await people.the("viewer")).get("/")
    work = seen.one("//a[@href='/work-list'][contains(@class, 'figure')]").text_content().replace("\xa0", " ")
    listed = await (await people.the("viewer")).get("/work-list")
    for amount in re.findall(
        r"[\d ]+,\d\d \$(?: US)?", listed.one("//p[@class='sums']").text_content().replace("\xa0", " ")
    ):
        assert amount.strip() in work, (amount, work)


async def test_parked_messages_are_for_those_who_may_see_them(people: People) -> None:
    for role, sees in (("viewer", False), ("biller", False), ("accountant", True), ("admin", True)):
        seen = await (await people.the(role)).get("/")
        assert ("/operations/parked" in figures(seen)) is sees, role


async def test_sales_are_those_of_the_report_credits_taken_off(shop: Shop, people: People) -> None:
    for date, price in (
        ("2025-07-18", "200.00"), ("2025-07-02", "100.00"), ("2025-06-30", "50.00"), ("2024-07-18", "80.00"),
        ("2024-07-19", "1.00"), ("2024-02-03", "20.00"), ("2024-12-31", "3.00"), ("2023-07-04", "9.00"),
    ):  # fmt: skip
        await shop.transferred(await shop.billing({"price": price}, date=date))
    boston = await shop.customer(currency="USD")
    await shop.finalize(
        await shop.billing({"price": "10.01"}, customer=boston, date="2025-07-03", exchange_rate="1.3755")
    )
    sold = await shop.transferred(await shop.billing({"price": "30.00"}, date="2025-07-01"))
    await shop.finalize(expect(await shop.credit(sold), 201))
    browser = await people.the("viewer")
    seen = await browser.get("/")
    links = [link.get("href") for link in seen.all("//div[@class='sold']//a")]
    assert links == [
        "/reports/sales?from=2025-07-01&to=2025-07-18",
        "/reports/sales?from=2024-07-01&to=2024-07-18",
        "/reports/sales?from=2025-01-01&to=2025-07-18",
        "/reports/sales?from=2024-01-01&to=2024-07-18",
    ]
    for link in links:
        report = expect(await shop.api.get(link), 200)
        shown = seen.one(f"//div[@class='sold']//a[@href='{link}']").text_content()
        told = shown.replace("\xa0", "").replace(" ", "").replace(",", ".").removesuffix("$")
        assert told == report["subtotal"], (link, told, report)
        page = await browser.get(link)
        assert (page.status, page.says(shown.replace("\xa0", " "))) == (200, True), link
    assert len(seen.all("//figure//*[local-name()='rect'][@class='bar-now' and @height > 0]")) >= 2


async def test_who_logs_in_begins_here(people: People) -> None:
    person = await people.hire("biller")
    seen = await person.browser.log_in(person.email, "une longue phrase à retenir")
    assert (seen.path, seen.one("//h1").text) == ("/", "Accueil")
    assert seen.one("//nav[contains(@class, 'places')]//a[@aria-current='page']").text == "Accueil"
