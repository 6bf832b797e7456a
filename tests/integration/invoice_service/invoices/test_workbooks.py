"""Reports and the list of invoices as workbooks, read back: they say what the API says."""

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from services.invoice_service.api.workbooks import making
from tests.integration.invoice_service.invoices.season import MAY, Season, season_of
from tests.integration.invoice_service.invoices.shop import Shop, expect
from tests.support.invoicing import Reply
from tests.support.workbooks import cells, opened

pytestmark = pytest.mark.asyncio(loop_scope="module")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def season(shop: Shop) -> AsyncIterator[Season]:
    """The month, which no test changes."""
    async with season_of(shop) as opened:
        yield opened


async def rows_of(season: Season, path: str, *, language: str = "fr", **query: str) -> list[tuple[Any, ...]]:
    """The rows of a workbook, the headings first."""
    reply = await season.shop.api.get(path, query=query, headers={"Accept-Language": language})
    assert (reply.status, reply.headers["Content-Type"]) == (200, XLSX)
    assert int(reply.headers["Content-Length"]) == len(reply.body)
    with opened(reply.body) as sheet:
        return cells(sheet)


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def name_of(reply: Reply) -> str:
    return reply.headers["Content-Disposition"]


async def test_the_list_is_what_the_screen_shows_all_of_it(season: Season) -> None:
    api = season.shop.api
    held = await season.shop.billing({"price": "1.00"}, customer=season.zoe)
    expect(await api.patch(f"/invoices/{held['number']}", {"hold": {"reason": "x"}}), 200)
    query = {"status": "all", "sort": "subtotal,-number"}
    shown = expect(await api.get("/invoices", query=query), 200)["data"]

    headings, *rows = await rows_of(season, "/invoices.xlsx", **query)

    assert headings == (
        "Facture #",
        "Dossiers #",
        "Date",
        "Entreprise",
        "Sous-total",
        "Devise",
        "Statut",
        "En attente",
    )
    assert [row[0] for row in rows[:-2]] == [one["number"] for one in shown]
    assert [f"{row[4]:.2f}" for row in rows[:-2]] == [one["subtotal"] for one in shown]
    assert [row[2].date().isoformat() for row in rows[:-2]] == [one["date"] for one in shown]
    (row,) = [row for row in rows if row[0] == held["number"]]
    assert row[3:] == ("Zoé Éditions", 1, "CAD", "Proforma - en préparation", "oui")
    for currency, total in zip(("CAD", "USD"), rows[-2:], strict=True):
        assert (total[0], total[5]) == ("Total", currency)
        expected = sum(round(100 * row[4]) for row in rows[:-2] if row[5] == currency)
        assert round(100 * total[4]) == expected


async def test_the_list_has_the_filters_of_the_list_in_the_readers_language(season: Season) -> None:
    headings, *rows = await rows_of(season, "/invoices.xlsx", language="en", status="final_sent")

    assert headings[0] == "Invoice #"
    assert [(row[3], row[6]) for row in rows[:-1]] == [("Zoé Éditions", "Final - sent")]
    assert await rows_of(season, "/invoices.xlsx", q="nobody at all", language="en") == [headings]
    for parameter in ("limit", "after"):
        reply = await season.shop.api.get("/invoices.xlsx", query={parameter: "1"})
        assert (reply.status, reply.code) == (400, "unknown_parameter")


async def test_sales_final_by_final_with_sums_below(season: Season) -> None:
    headings, *rows = await rows_of(season, "/reports/sales.xlsx", **MAY)

    assert headings[0] == "Client"
    assert headings[-1] == "Total (CAD)"
    assert [row[0] for row in rows] == [
        "arcand & fils", "arcand & fils",
        "Boston Press", "Boston Press", "Boston Press",
        "Çà et là", "Çà et là",
        "Zoé Éditions", "Zoé Éditions", "Zoé Éditions",
        "Total CAD", "Total USD", "Total",
    ]  # fmt: skip
    first_of_boston, _, boston = rows[2:5]
    assert first_of_boston[2:] == (
        dt.datetime(2025, 5, 15),  # noqa: DTZ001 - a day
        "Luc", 10.01, 1.5, 11.51, "USD", 1.3755, 13.77, 2.07, 15.84,
    )  # fmt: skip
    assert boston[4:] == (20.02, 3, 23.02, "USD", None, 27.54, 4.14, 31.68)
    assert rows[-1][4:] == (None, None, None, None, None, 217.54, 23.22, 240.76)


async def test_sales_by_sales_rep(season: Season) -> None:
    headings, *rows = await rows_of(season, "/reports/sales.xlsx", group_by="sales_rep", language="en", **MAY)

    assert headings[:4] == ("Sales rep", "Invoice #", "Date", "Customer")
    sums = [(row[0], row[9]) for row in rows if row[1] is None]
    assert sums == [
        ("Ève", 40), ("Luc", 117.54), ("Without a sales rep", 60),
        ("Total CAD", 190), ("Total USD", 27.54), ("Total", 217.54),
    ]  # fmt: skip


async def test_taxes(season: Season) -> None:
    _, *rows = await rows_of(season, "/reports/taxes.xlsx", **MAY)

    assert [(row[0], row[2], row[3], row[8], row[9]) for row in rows] == [
        ("TPS", 0.05, "CAD", 90, 4.5),
        ("TPS", 0.05, "USD", 27.54, 1.38),
        ("TPS", None, None, 117.54, 5.88),
        ("TVH", 0.14, "CAD", 40, 5.6),
        ("TVH", None, "CAD", 40, 5.6),
        ("TVQ", 0.09975, "CAD", 90, 8.98),
        ("TVQ", 0.09975, "USD", 27.54, 2.76),
        ("TVQ", None, None, 117.54, 11.74),
        ("Total", None, None, None, 23.22),
        ("Ventes, taxées ou non", None, None, 217.54, None),
    ]


async def test_the_years_of_a_customer(season: Season) -> None:
    _, *rows = await rows_of(season, f"/customers/{season.boston}/sales.xlsx")

    assert [row[0] for row in rows] == ["2021", "2022", "2023", "2024", "2025"]
    assert rows[-1][1:] == ("USD", 2, 0, 20.02, 3, 23.02, 27.54, 4.14, 31.68)
    assert (await season.shop.api.get("/customers/C-0/sales.xlsx")).status == 404


async def test_files_have_a_name(season: Season) -> None:
    api = season.shop.api
    english = {"Accept-Language": "en"}

    assert name_of(await api.get("/invoices.xlsx")) == 'attachment; filename="Factures_2025-07-18.xlsx"'
    sales = await api.get("/reports/sales.xlsx", query=MAY, headers=english)
    assert name_of(sales) == 'attachment; filename="Sales_2025-05-01_2025-05-31.xlsx"'
    customer = await api.get(f"/customers/{season.zoe}/sales.xlsx")
    assert name_of(customer) == f'attachment; filename="Ventes_{season.zoe}.xlsx"'


async def test_more_rows_than_a_workbook_holds_are_refused_and_nothing_is_left(
    season: Season, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(making, "MOST_ROWS", 5)
    monkeypatch.setattr("services.invoice_service.api.workbooks.invoices.MOST_ROWS", 5)
    for path, query in (("/invoices.xlsx", {"status": "all"}), ("/reports/sales.xlsx", MAY)):
        reply = await season.shop.api.get(path, query=query)
        assert (reply.status, reply.code) == (400, "too_many_rows")
        assert "5" in reply.json["detail"]
    few = await season.shop.api.get("/reports/sales.xlsx", query={**MAY, "customer": season.zoe})
    assert few.status == 200
    assert names_in(tmp_path) == []
