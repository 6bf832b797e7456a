"""With 100 000 jobs and invoices, the page that a clerk begins with reads what waits, not all there ever was."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from bench.filling import fill
from tests.integration.invoice_service.invoices.shop import open_shop
from tests.integration.invoice_service.invoices.test_statements import Counted
from tests.integration.invoice_service.web.people import People
from tests.support.invoicing import Database, make_database
from tests.support.postgres import PrivatePostgres

pytestmark = [pytest.mark.long, pytest.mark.asyncio]

_PATHS = (
    "/",
    "/work-list",
    "/work-list?q=depliants&customer=C-00007",
    "/invoices",
    "/invoices?status=all&sort=-subtotal,-number",
    "/invoices?q=rien+de+tel",
    "/invoices/new?q=depliants",
)
_LARGE = {"jobs", "invoices", "invoice_lines", "invoice_axes"}
_WAITING = """
    insert into jobs (number, customer, title, ordered_quantity, total_price, status, completed_at)
    select 'W-' || w, 'C-' || lpad((1 + w % 500)::text, 5, '0'), 'Dépliants ' || w, 1000, 100 + w % 900,
           'production_complete', now() - w * interval '1 hour'
    from generate_series(1, 3000) w"""
# A page of fifty, each with its customer, its charges and its invoices, and the sums of three thousand.
_MOST_BLOCKS = 40_000


class Explained(Counted):
    """The statements of the API with their parameters, to be explained."""

    asked: list[tuple[str, tuple[Any, ...]]]

    def _note(self, query: asyncpg.connection.LoggedQuery) -> None:
        super()._note(query)
        if query.query.lstrip().lower().startswith(("select", "with")):
            self.asked.append((query.query, tuple(query.args)))


def scans(plan: dict[str, Any]) -> Iterator[str]:
    """The tables that a plan reads from end to end."""
    if plan["Node Type"] == "Seq Scan":
        yield plan["Relation Name"]
    for below in plan.get("Plans", ()):
        yield from scans(below)


async def test_a_page_reads_what_waits(
    postgres: PrivatePostgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = await make_database(postgres)
    await fill(database.admin_dsn, 100_000)
    await database.fetch(_WAITING)
    await database.fetch("vacuum analyze")
    async with open_shop(database, tmp_path) as shop, People(shop) as people:
        browser = await people.one("admin")
        explained = Explained(shop, monkeypatch)
        for path in _PATHS:
            explained.asked = []
            assert (await browser.get(path)).status == 200
            for statement, values in explained.asked:
                plan = await explain(database, statement, values)
                assert not _LARGE & set(scans(plan)), statement
                assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < _MOST_BLOCKS, statement


# A hundredth of them, with their taxes.
_MOST_BLOCKS_OF_A_MONTH = 30_000


async def test_a_report_of_a_month_reads_that_month(
    postgres: PrivatePostgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = await make_database(postgres)
    await fill(database.admin_dsn, 100_000)
    ((month, customer),) = await database.fetch(
        "select date_trunc('month', max(date) - interval '1 month')::date::text, max(customer) from invoices"
    )
    async with open_shop(database, tmp_path) as shop:
        explained = Explained(shop, monkeypatch)
        paths = (
            f"/reports/sales?to={month[:8]}28",
            f"/reports/sales?to={month[:8]}28&group_by=sales_rep",
            f"/reports/sales.xlsx?to={month[:8]}28",
            f"/reports/taxes?to={month[:8]}28",
            f"/customers/{customer}/sales",
        )
        for path in paths:
            explained.asked = []
            assert (await shop.api.get(path)).status == 200
            assert explained.asked
            for statement, values in explained.asked:
                plan = await explain(database, statement, values)
                assert not {"invoices", "invoice_taxes"} & set(scans(plan)), statement
                assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < _MOST_BLOCKS_OF_A_MONTH, (
                    statement
                )


async def explain(database: Database, statement: str, values: tuple[Any, ...]) -> dict[str, Any]:
    """The plan of a statement, done once more."""
    ((found,),) = await database.fetch(f"explain (analyze, buffers, format json) {statement}", *values)
    (told,) = json.loads(found)
    plan: dict[str, Any] = told["Plan"]
    return plan
