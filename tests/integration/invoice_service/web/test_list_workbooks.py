"""Lists of the settings and of the operations as workbooks: what their pages show, whole."""

import datetime as dt

import pytest

from services.invoice_service.web.routes import PAGES
from tests.integration.invoice_service.invoices.shop import Shop, expect
from tests.integration.invoice_service.web.people import People
from tests.support.workbooks import cells, opened

pytestmark = pytest.mark.asyncio(loop_scope="module")

_LISTS = [
    page.path
    for page in PAGES
    if page.path.startswith(("/settings/", "/operations/")) and "xlsx" in page.path
]
# Failures stand on the page of the operations.
_ON_PAGE = {"/operations/failures.xlsx": "/operations"}


async def test_every_list_leads_to_itself_as_a_workbook_and_can_be_printed(people: People) -> None:
    assert len(_LISTS) == 16
    for language in ("fr", "en"):
        browser = await people.one("admin", language=language)
        for path in _LISTS:
            seen = await browser.get(_ON_PAGE.get(path, path.removesuffix(".xlsx")))
            assert len(seen.all(f"//main//a[@href='{path}']")) == 1, path
            assert len(seen.all("//main//button[@data-print]")) == 1, path
            answer = await browser.get(path)
            assert answer.status == 200, (path, answer.text)
            with opened(answer.body) as sheet:
                headings, *rows = cells(sheet)
            shown = [head.text_content().strip() for head in seen.all("//thead//th")]
            assert set(shown) - {"Modifier", "Edit"} <= set(headings), path
            codes = [head.text_content().strip() for head in seen.all("//tbody//th[@scope='row']")]
            assert {str(row[0]) for row in rows} >= set(codes), path


async def test_a_sheet_is_numbers_where_it_shows_numbers_and_only_what_it_was_asked_for(
    shop: Shop, people: People
) -> None:
    account, code, other = await shop.account(), shop.code("P"), shop.code("P")
    body = {
        "description": {"fr": "=1+1 Affiche", "en": "Poster"},
        "unit_price": "12.5",
        "gl_account": account,
    }
    expect(await shop.api.put(f"/products/{code}", body), 201)
    expect(await shop.api.put(f"/products/{other}", {**body, "active": False}), 201)
    browser = await people.the("viewer")
    seen = await browser.get(f"/settings/products?q={code}&active=true&limit=1")
    (link,) = (link.get("href") for link in seen.all("//main//a") if ".xlsx" in link.get("href"))
    assert link == f"/settings/products.xlsx?q={code}&active=true"
    with opened((await browser.get(link)).body) as sheet:
        _, row = cells(sheet)
        assert sheet.auto_filter.ref == "A1:F2"
    assert row == (code, "=1+1 Affiche", "Poster", 12.5, account, "Oui")
    with opened((await browser.get(f"/settings/products.xlsx?q={other}")).body) as sheet:
        assert [row[5] for row in cells(sheet)[1:]] == ["Non"]


async def test_failures_and_keys_tell_when_and_why(shop: Shop, people: People) -> None:
    invoice = await shop.billing({"price": "1.00"})
    await shop.database.fetch(
        """update invoice_axes set rendering_state = 'failed', rendering_at = '2026-03-02T03:00:00Z',
                  rendering_version = (select version from invoices where id = invoice_id),
                  rendering_reason = '{"code": "render_failed", "message": "x"}'
           where invoice_id = $1 returning invoice_id""",
        invoice["id"],
    )
    browser = await people.the("admin")
    with opened((await browser.get("/operations/failures.xlsx")).body) as sheet:
        (row,) = (row for row in cells(sheet) if row[1] == invoice["number"])
    # In the shop's time zone it is the day before.
    assert (row[0], row[4]) == ("PDF", dt.datetime(2026, 3, 1))  # noqa: DTZ001 - a workbook has no zones
    assert row[5]
    key = {"name": "Presse", "role": "integration", "expires": "2031-01-01T05:00:00Z"}
    expect(await shop.api.post("/keys", key), 201)
    with opened((await browser.get("/settings/keys.xlsx")).body) as sheet:
        (row,) = (row for row in cells(sheet) if row[0] == "Presse")
    assert (row[1], row[4]) == ("Intégration", dt.datetime(2030, 12, 31))  # noqa: DTZ001 - as above
