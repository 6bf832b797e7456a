"""E-mails, journal, notifications, and what happens elsewhere, in a real browser."""

import asyncio
import re
from typing import Any

import pytest
from playwright.async_api import Route, expect

from tests.web.screens import Screen
from tests.web.shots import shot

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def call(screen: Screen, method: str, path: str, body: Any = None, version: int | None = None) -> Any:  # noqa: ANN401 - any JSON
    """A call of the API by an administrator's key."""
    headers = {"Authorization": f"Bearer {screen.shop.key}"}
    if version is not None:
        headers["If-Match"] = f'"v{version}"'
    answer = await screen.page.request.fetch(
        f"{screen.shop.address}/api/v1{path}", method=method, data=body, headers=headers
    )
    assert answer.ok, await answer.text()
    return await answer.json()


async def proforma(screen: Screen) -> Any:  # noqa: ANN401 - any JSON
    """A pro forma of this test's own, with one line."""
    listed = await call(screen, "GET", "/invoices?status=all&limit=50")
    original = next(one for one in listed["data"] if one["billing_contact"] and one["kind"] == "invoice")
    return await call(screen, "POST", f"/invoices/{original['number']}/duplicate")


async def test_an_e_mail_is_written_previewed_and_sent_and_its_state_shows_by_itself(screen: Screen) -> None:
    invoice, page = await proforma(screen), screen.page
    here = f"/invoices/{invoice['number']}/emails"
    await screen.open("/me")
    await screen.prefer(language="fr", theme="light")
    await screen.open(f"{here}/new")
    await page.fill("#subject", "Votre facture <b>&amp;")
    await page.fill("#body", "Bonjour,\n\n<script>alert(1)</script>\n\nMerci.")
    await page.set_input_files(
        "#file", {"name": "epreuve.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n"}
    )
    await expect(page.locator(".file-name")).to_have_text("epreuve.pdf")
    await page.click("label[for=side-preview]")
    frame = page.frame_locator("iframe[name=preview]")
    await expect(frame.locator("body")).to_contain_text("<script>alert(1)</script>")
    await shot(screen, "email-preview")
    assert await screen.barriers() == []
    await page.click("#send")
    await page.wait_for_url("**/emails?email=*")
    await expect(page.locator(".mail .mail-told .mail-state")).to_have_text("Accepté", timeout=30_000)
    await expect(page.locator(".mail .files")).to_contain_text("epreuve.pdf")
    await shot(screen, "emails")
    assert await screen.barriers() == []
    for name in ("journal", "emails"):
        await screen.open(f"/invoices/{invoice['number']}/{name}")
        await expect(page.locator("main")).to_contain_text(re.compile("Courriel|Votre facture"))
    await screen.open(f"/invoices/{invoice['number']}/journal")
    await shot(screen, "journal")


async def test_the_preview_that_was_asked_for_before_its_script_came_shows_what_is_typed(
    screen: Screen,
) -> None:
    invoice, page = await proforma(screen), screen.page
    come = asyncio.Event()

    async def late(route: Route) -> None:
        await come.wait()
        await route.continue_()

    await page.route("**/email.*js", late)
    await page.goto(f"{screen.shop.address}/invoices/{invoice['number']}/emails/new", wait_until="commit")
    await page.fill("#body", "Écrit tout de suite.")
    await page.click("label[for=side-preview]")
    come.set()
    frame = page.frame_locator("iframe[name=preview]")
    await expect(frame.locator("body")).to_contain_text("Écrit tout de suite.")
    await page.unroute("**/email.*js", late)


async def test_a_colleagues_change_shows_by_itself(screen: Screen) -> None:
    invoice, page = await proforma(screen), screen.page
    await screen.open("/me")
    await screen.prefer(language="fr", theme="light")
    await screen.open(f"/invoices/{invoice['number']}/journal")
    await expect(page.locator(".journal-entry")).to_have_count(1)

    await call(
        screen, "PATCH", f"/invoices/{invoice['number']}", {"message": "Merci <b>"}, invoice["version"]
    )

    await expect(page.locator(".journal-entry")).to_have_count(2, timeout=30_000)
    await expect(page.locator(".journal-changes").first).to_contain_text("Message")
    await expect(page.locator(".journal-changes").first).to_contain_text("Merci <b>")


async def test_what_happens_while_a_page_is_still_loading_shows_too(screen: Screen) -> None:
    invoice, page = await proforma(screen), screen.page
    drawn = asyncio.Event()

    async def later(route: Route) -> None:
        await drawn.wait()
        await route.continue_()

    await page.route("**/api/v1/events", later)
    await screen.open(f"/invoices/{invoice['number']}/journal")
    await expect(page.locator(".journal-entry")).to_have_count(1)
    change = {"message": "Merci"}
    await call(screen, "PATCH", f"/invoices/{invoice['number']}", change, invoice["version"])
    drawn.set()

    await expect(page.locator(".journal-entry")).to_have_count(2, timeout=30_000)
