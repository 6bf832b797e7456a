"""Reports and customers, without a script: what the pages say is what the API says."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from services.invoice_service.web import reports
from tests.integration.invoice_service.invoices.season import Season, season_of
from tests.integration.invoice_service.invoices.shop import Shop, expect
from tests.integration.invoice_service.web.people import People
from tests.support.visitor import Seen
from tests.support.workbooks import cells, opened

pytestmark = pytest.mark.asyncio(loop_scope="module")

MAY = "from=2025-05-01&to=2025-05-31"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def season(shop: Shop) -> AsyncIterator[Season]:
    """The month, which no test changes."""
    async with season_of(shop) as opened_:
        yield opened_


def texts(seen: Seen, path: str) -> list[str]:
    return [" ".join(one.text_content().replace("\xa0", " ").split()) for one in seen.all(path)]


def rows(seen: Seen, path: str) -> list[str]:
    """Rows of a table, with a blank between their cells."""
    return [
        " ".join(" ".join(cell.text_content().replace("\xa0", " ").split()) for cell in row).strip()
        for row in seen.all(path)
    ]


async def test_sales_are_grouped_with_their_sums_and_lead_to_the_invoices(
    season: Season, people: People
) -> None:
    browser = await people.the("viewer")
    seen = await browser.get(f"/reports/sales?{MAY}&group_by=&customer=&sales_rep=")
    assert seen.path == f"/reports/sales?{MAY}"
    assert texts(seen, "//tr[@class='group']/th") == [
        "arcand & fils",
        "Boston Press",
        "Çà et là",
        "Zoé Éditions",
    ]
    boston, zoe = rows(seen, "//tr[@class='group']")[1::2]
    assert boston.endswith("2 fiches 27,54 $20,02 USD 4,14 $3,00 USD 31,68 $23,02 USD")
    assert zoe.endswith("2 fiches 90,00 $ 13,48 $ 103,48 $")
    assert texts(seen, "//tfoot//td")[-3:] == [
        "217,54 $190,00 CAD20,02 USD",
        "23,22 $19,08 CAD3,00 USD",
        "240,76 $209,08 CAD23,02 USD",
    ]
    assert len(seen.all("//tr[@class='final']")) == 6
    first = seen.one("//tbody[1]/tr[@class='final']//a")
    assert (await browser.get(first.get("href"))).status == 200
    assert seen.says("Du 1er mai 2025 au 31 mai 2025")


async def test_the_chart_says_each_amount_in_figures(season: Season, people: People) -> None:
    browser = await people.the("viewer")
    seen = await browser.get(f"/reports/sales?{MAY}")
    chart = seen.one("//*[@class='chart']")
    assert chart.get("role") == "img"
    assert "tableau" in chart.get("aria-label")
    bars = texts(seen, "//*[@class='chart']//text")
    assert bars == [
        "Zoé Éditions", "90,00 $", "Çà et là", "60,00 $", "arcand & fils", "40,00 $", "Boston Press", "27,54 $",
    ]  # fmt: skip


async def test_too_many_to_show_are_summed_up(
    season: Season, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "MOST_LINES", 5)
    browser = await people.the("viewer")
    seen = await browser.get(f"/reports/sales?{MAY}&group_by=sales_rep")
    assert seen.all("//tr[@class='final']") == []
    assert seen.says("6 factures : seules les sommes sont montrées ici.")
    assert texts(seen, "//tr[@class='group']/th") == ["Ève", "Luc", "Sans représentant"]
    one = await browser.get(f"/reports/sales?{MAY}&customer={season.zoe}")
    assert len(one.all("//tr[@class='final']")) == 2


async def test_taxes_are_told_as_they_are_declared(season: Season, people: People) -> None:
    browser = await people.the("viewer")
    seen = await browser.get(f"/reports/taxes?{MAY}")
    assert rows(seen, "//tr[@class='group']") == [
        "TPS à déclarer 123456789 RT0001  3 1 117,54 $ 5,88 $",
        "TVH à déclarer 123456789 RT0001  1 0 40,00 $ 5,60 $",
        "TVQ à déclarer 1234567890 TQ0001  3 1 117,54 $ 11,74 $",
    ]
    assert "9,975 %" in texts(seen, "//tbody[3]/tr[1]")[0]
    assert rows(seen, "//tfoot/tr") == [
        "Toutes les taxes  23,22 $",
        "Toutes les ventes, taxées ou non   5 1 217,54 $",
    ]


async def test_a_period_is_a_click_away_and_a_wrong_one_is_told_beside_the_form(
    season: Season, people: People
) -> None:
    browser = await people.the("viewer")
    for name in ("sales", "taxes"):
        seen = await browser.get(f"/reports/{name}")
        here = seen.all("//ul[@class='periods']//a[@aria-current]")
        assert [one.text for one in here] == ["Ce mois-ci", "Ce trimestre"]
        quarter = seen.one("//ul[@class='periods']//a[.='Le trimestre dernier']").get("href")
        assert (await browser.get(quarter)).says("Du 1er avril 2025 au 30 juin 2025")
        wrong = await browser.get(f"/reports/{name}?from=2025-06-01&to=2025-05-01")
        assert wrong.status == 400
        assert wrong.one("//input[@name='from']").value == "2025-06-01"
        assert wrong.all("//*[@role='alert']")


async def test_a_customer_is_found_and_shows_five_years(season: Season, people: People) -> None:
    browser = await people.the("biller")
    seen = await browser.get("/customers?q=zoe&active=")
    assert seen.path == "/customers?q=zoe"
    seen = await browser.get(seen.one("//tbody//th/a").get("href"))
    assert texts(seen, "//h1") == ["Zoé Éditions"]
    assert seen.says("Ventes annuelles 2021")
    assert texts(seen, "//*[@class='chart-amount']") == ["300 $", "106 $"]
    assert rows(seen, "//section[@class='customer-sales']//tbody/tr")[2:] == [
        "2023 1 0 300,00 $ 344,93 $",
        "2024 0 0 0,00 $ 0,00 $",
        "2025 3 1 106,00 $ 121,88 $",
    ]
    assert texts(seen, "//a[contains(@class, 'primary')]") == ["Créer une facture"]
    assert (await browser.get("/customers/C-0")).status == 404
    assert (await browser.get(f"/customers/{season.nobody}")).status == 200


async def test_workbooks_are_in_the_readers_language_and_of_what_is_seen(
    season: Season, people: People
) -> None:
    browser = await people.one("viewer", language="en")
    for path, heading in (
        (f"/reports/sales?{MAY}&group_by=sales_rep", "Sales rep"),
        (f"/reports/taxes?{MAY}", "Tax"),
        (f"/customers/{season.zoe}", "Year"),
        (f"/invoices?status=all&customer={season.zoe}&sort=number&limit=2", "Invoice #"),
    ):
        seen = await browser.get(path)
        link = seen.one("//a[normalize-space()='Excel']").get("href")
        found = await browser.get(link)
        assert found.status == 200, link
        with opened(found.body) as sheet:
            headings, *rows = cells(sheet)
        assert headings[0] == heading
        assert len(rows) > 4
    assert (await browser.get("/invoices.xlsx?status=wrong", Accept="text/html")).status == 400


async def test_the_customers_as_a_workbook(shop: Shop, people: People) -> None:
    rep = shop.code("R")
    expect(await shop.api.put(f"/sales-reps/{rep}", {"name": "Marc-André"}), 201)
    codes = [await shop.customer(name=f"Presse {n}", sales_rep=rep, active=n == 0) for n in range(2)]
    browser = await people.the("viewer")
    seen = await browser.get(f"/customers?sales_rep={rep}&limit=1&sort=-name")
    with opened((await browser.get(seen.one("//a[contains(@href, '.xlsx')]").get("href"))).body) as sheet:
        rows = cells(sheet)
    assert rows == [
        ("Code", "Entreprise", "Ville", "Représentant", "État"),
        (codes[1], "Presse 1", "Québec", "Marc-André", "Inactif"),
        (codes[0], "Presse 0", "Québec", "Marc-André", "Actif"),
    ]


async def test_a_shop_that_issues_as_several_can_ask_for_one_of_them(
    season: Season, shop: Shop, people: People
) -> None:
    browser = await people.the("viewer")
    pages = [f"/reports/{name}?{MAY}&business_entity=AUTRE" for name in ("sales", "taxes")]
    assert [(await browser.get(path)).all("//select[@name='business_entity']") for path in pages] == [[], []]
    main = expect(await shop.api.get("/business-entities/MAIN"), 200)
    body = {name: main[name] for name in ("address", "gst_number", "qst_number")}
    expect(await shop.api.put("/business-entities/AUTRE", {**body, "name": "Autre presse"}), 201)
    try:
        for path in pages:
            seen = await browser.get(path)
            assert seen.one("//select[@name='business_entity']").value == "AUTRE"
            assert "business_entity=AUTRE" in seen.one("//a[contains(@href, '.xlsx')]").get("href")
            assert seen.all("//tr[@class='final']") == []
        of_main = await browser.get(f"/reports/sales?{MAY}&business_entity=MAIN")
        assert len(of_main.all("//tr[@class='final']")) == 6
    finally:
        expect(await shop.api.delete("/business-entities/AUTRE"), 204)
