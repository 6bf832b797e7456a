"""What the bench measures on is a shop as the service itself would have it."""

from pathlib import Path

import asyncpg
import pytest

from bench.filling import fill
from tests.support.invoicing import make_database, running
from tests.support.postgres import PrivatePostgres


async def test_a_filled_shop_is_one_that_the_api_serves_and_continues(
    postgres: PrivatePostgres, tmp_path: Path
) -> None:
    database = await make_database(postgres)
    await fill(database.admin_dsn, 300)

    async with running(database, tmp_path) as api:
        everything = (await api.get("/invoices", query={"status": "all", "limit": "200"})).json
        assert everything["count"] == 300
        assert {one["kind"] for one in everything["data"]} == {"invoice", "credit_note"}
        found = (await api.get("/invoices", query={"status": "all", "q": "D-00204"})).json
        assert [one["proforma_number"] for one in found["data"]] == ["PF-0204"]
        credit = (await api.get("/invoices/PF-0299")).json
        assert credit["credited_invoice"] == (await api.get("/invoices/PF-0249")).json["number"]

        made = await api.post("/invoices", {"customer": "C-00003"})
        assert made.json["number"] == "PF-0301"
        final = await api.post("/invoices/PF-0289/finalize")
        finals = await database.fetch("select count(*) from invoices where final_number is not null")
        assert int(final.json["final_number"]) == finals[0][0], final.text

    with pytest.raises(asyncpg.PostgresError, match="is final"):
        await database.fetch("update invoices set total = 1 where proforma_number = 'PF-0002'")
    with pytest.raises(asyncpg.UniqueViolationError):
        await fill(database.admin_dsn, 10)
