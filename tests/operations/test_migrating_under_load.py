"""A release is migrated while the one before it serves: no request fails."""

import asyncio
import shutil
from collections import Counter
from pathlib import Path

import asyncpg
import pytest
from structlog.testing import capture_logs

from shared.postgres.migrations import Patience, migrate
from tests.integration.invoice_service.invoices.shop import Shop, open_shop
from tests.support.invoicing import MIGRATIONS, OWNER, Database, make_database
from tests.support.postgres import PrivatePostgres
from tests.support.waiting import until

pytestmark = [pytest.mark.long, pytest.mark.asyncio]

# What a release brings along, of each kind that this project's migrations have had. Lines of invoices are written whole
# from JSON (`jsonb_populate_record`), where a default does not count: their new column may be null.
NEW = {
    "9001_columns.sql": "alter table invoices add column new_column text;"
    " alter table invoice_lines add column new_column integer;"
    " alter table customers add column new_column text; alter table settings add column new_column text;",
    "9002_table.sql": "create table new_table (id uuid primary key, invoice_id uuid references invoices);",
    "9003_index.sql": "-- outside a transaction\n"
    "create index concurrently if not exists new_index on invoices (new_column);\n",
    "9004_trigger.sql": "create function new_function() returns trigger language plpgsql as"
    " $$ begin return new; end $$;"
    " create trigger new_trigger before update on invoices for each row execute function new_function();",
}


_LANES = 3


class Load:
    """Requests one after the other, in several lanes, until it is stopped; what they were answered."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._stopped = False
        self.answers: Counter[tuple[str, int]] = Counter()
        self.rounds = 0

    async def lane(self) -> None:
        """One client: makes an invoice, changes it, lists, reads; again."""
        api = self._shop.api
        while not self._stopped:
            made = await self._shop.invoice()
            path = f"/invoices/{made['number']}"
            for name, reply in (
                ("read", await api.get(path)),
                ("list", await api.get("/invoices")),
                ("settings", await api.get("/settings")),
                ("change", await api.patch("/settings", {"accent_colour": None})),
                ("delete", await api.delete(path, headers={"If-Match": f'"v{made["version"]}"'})),
            ):
                self.answers[name, reply.status] += 1
            self.rounds += 1

    def stop(self) -> None:
        """No further round."""
        self._stopped = True


async def _migrated_after_a_wait(database: Database, folder: Path) -> list[str]:
    """What is applied, a long transaction having been in the way of the first tries."""
    patience = Patience(lock_seconds=0.3, tries=1000, pause_seconds=0.1)
    reader = await asyncpg.connect(database.admin_dsn)
    try:
        with capture_logs() as logs:
            async with reader.transaction():
                await reader.fetch("select count(*) from invoices")
                running = asyncio.create_task(
                    migrate(database.admin_dsn, folder, owner=OWNER, patience=patience)
                )
                await until(lambda: any("waits for a lock" in entry["event"] for entry in logs))
            return await running
    finally:
        await reader.close()


async def test_no_request_fails_meanwhile(postgres: PrivatePostgres, tmp_path: Path) -> None:
    database = await make_database(postgres)
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder)
    for name, text in NEW.items():
        (folder / name).write_text(text, encoding="utf-8")
    async with open_shop(database, tmp_path / "documents") as shop:
        load = Load(shop)
        # A lane that fails ends the test.
        async with asyncio.TaskGroup() as lanes:
            for _ in range(_LANES):
                lanes.create_task(load.lane())
            await until(lambda: load.rounds >= _LANES)
            assert await _migrated_after_a_wait(database, folder) == list(NEW)
            rounds = load.rounds
            await until(lambda: load.rounds > rounds + _LANES, seconds=60)
            load.stop()
    assert {status for _, status in load.answers} == {200, 204}, load.answers
