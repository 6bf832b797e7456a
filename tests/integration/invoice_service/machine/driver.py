"""The real thing, driven without `await`: Hypothesis calls rules one after the other, so one loop runs between them.

What every run begins with is kept in tables of its own, from which the database is put back in some milliseconds.
"""

import asyncio
import datetime as dt
import logging
import uuid
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import structlog

from services.invoice_service.application.verify import Report, verify
from services.invoice_service.storage.verification import PostgresBooks
from shared.documents.store import DocumentStore
from tests.integration.invoice_service.invoices.shop import ISSUER, Json, Shop, expect, open_shop
from tests.integration.invoice_service.machine.beginning import CUSTOMERS, JOBS, NOW, SETTINGS
from tests.integration.invoice_service.machine.model import trade
from tests.support.invoicing import Reply, make_database
from tests.support.postgres import PrivatePostgres

T = TypeVar("T")

_COPY = """
    create schema beginning;
    do $$ declare name text; begin
        for name in select tablename from pg_tables where schemaname = 'public' and tablename <> all ($1) loop
            execute format('create table beginning.%1$I as table public.%1$I', name);
        end loop;
    end $$"""
# Never truncated, and never put back: the runner of migrations, and the keys that we hold.
_KEPT = ("schema_migrations", "api_keys")
# Each run begins without: the rows of a table with generated columns can't be copied back as they are.
_EMPTY = ("audit", "invoices")


class Driver:
    """A running API on a database of its own, and the shop's workers, called one at a time."""

    def __init__(
        self, runner: asyncio.Runner, shop: Shop, admin: "asyncpg.Connection[asyncpg.Record]"
    ) -> None:
        self._runner = runner
        self._shop = shop
        self._admin = admin
        self._restore = ""
        self._last_entry = 0
        self.documents = DocumentStore(shop.api.services.settings.documents_url)
        self.keys: dict[str, str | None] = {}

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of something asynchronous."""
        return self._runner.run(work)

    def begin(self) -> None:
        """Put everything back to the beginning."""
        self.run(self._admin.execute(self._restore))
        self._shop.api.clock.now = NOW
        self._last_entry = 0

    def call(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        role: str = "admin",
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """One call over HTTP."""
        return self.run(self._shop.api.call(method, path, body, headers=headers, key=self.keys[role]))

    def read(self, path: str, *, role: str = "admin", **query: str) -> Json:
        """GET. Answers to actions are held against the OpenAPI document; this one is read too often for that."""
        self._shop.api.is_described = False
        try:
            return expect(self.run(self._shop.api.get(path, query=query, key=self.keys[role])), 200)
        finally:
            self._shop.api.is_described = True

    def result(self, type_: str, data: Json) -> str:
        """A worker's answer, through the consumer of results; the id of its message."""
        message = str(uuid.uuid4())
        self.run(self._shop.result(type_, data, message_id=message))
        return message

    def result_again(self, type_: str, data: Json, message: str) -> None:
        """The same answer, delivered once more."""
        self.run(self._shop.result(type_, data, message_id=message))

    def set_clock(self, now: dt.datetime) -> None:
        """Let it be this time."""
        self._shop.api.clock.now = now

    def new_entries(self) -> list[Json]:
        """The entries of the trail since the last time, oldest first."""
        rows = self.run(
            self._admin.fetch(
                "select id, actor::text, action, subject_kind, subject, changes::text from audit"
                " where id > $1 order by id",
                self._last_entry,
            )
        )
        self._last_entry = rows[-1]["id"] if rows else self._last_entry
        return [dict(row) for row in rows]

    def verify(self, ledger: list[Json]) -> Report:
        """What `verify` finds."""
        return self.run(verify(PostgresBooks(self._shop.api.pool), self.documents, ledger))

    async def prepare(self) -> None:
        """Declare what every run begins with, and remember it."""
        await _declare(self._shop)
        self.keys = {role: await self._shop.key(role) for role in ("viewer", "biller", "accountant")}
        self.keys["admin"] = self._shop.api.key
        await self._admin.execute("set session_replication_role = replica")
        statement = _COPY.replace("$1", f"array{[*_KEPT, *_EMPTY]!r}")
        await self._admin.execute(statement)
        tables = await self._admin.fetch(
            "select tablename from pg_tables where schemaname = 'public' and tablename <> all ($1)", _KEPT
        )
        names = [row["tablename"] for row in tables]
        filled = [name for name in names if name not in _EMPTY and await self._filled(name)]
        self._restore = f"truncate {', '.join(names)} restart identity cascade;" + "".join(
            f"insert into {name} select * from beginning.{name};" for name in filled
        )

    async def _filled(self, name: str) -> bool:
        return bool(await self._admin.fetchval(f"select exists (select from beginning.{name})"))


async def _declare(shop: Shop) -> None:
    for number, (description, category) in trade.ACCOUNTS.items():
        await _put(shop, f"/gl-accounts/{number}", {"description": description, "category": category})
    for code, body in trade.PRODUCTS.items():
        await _put(shop, f"/products/{code}", body)
    for code, body in trade.CHARGE_CODES.items():
        await _put(shop, f"/extra-charges/{code}", body)
    await _put(shop, "/payment-terms/FDM", {
        "description": {"fr": "Fin de mois", "en": "End of month"}, "days": 15, "end_of_month": True,
    })  # fmt: skip
    await _put(shop, f"/sales-reps/{trade.SALES_REP}", {"name": "Luc Roy"})
    await _put(shop, "/form-messages/MERCI", {"text": trade.MESSAGE, "on": ["invoice"]})
    await _put(shop, "/business-entities/DEUX", {**ISSUER, "name": "Usine 2", "is_default": False})
    for code in ("QC", "NS", "NB"):
        known = expect(await shop.api.get(f"/tax-codes/{code}"), 200)
        body = {name: value for name, value in known.items() if name != "code"}
        for tax in body["taxes"]:
            tax |= {"gl_account": trade.TAX_ACCOUNT, "registration_number": f"{tax['code']} 1"}
        await _put(shop, f"/tax-codes/{code}", body)
    expect(await shop.api.patch("/settings", SETTINGS), 200)
    for code, body in CUSTOMERS.items():
        await _put(shop, f"/customers/{code}", body)
    for number, body in JOBS.items():
        await _put(shop, f"/jobs/{number}", body)


async def _put(shop: Shop, path: str, body: Json) -> None:
    reply = await shop.api.put(path, body)
    assert reply.status in (200, 201), f"{path}: {reply.text}"


@contextmanager
def driven(server: PrivatePostgres, folder: Path) -> Iterator[Driver]:
    """A driver of an API on a database of its own. Its logs are quiet: a run makes thousands of requests."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    try:
        with asyncio.Runner() as runner:
            database = runner.run(make_database(server))
            opened = open_shop(database, folder)
            shop = runner.run(opened.__aenter__())
            admin = runner.run(asyncpg.connect(database.admin_dsn))
            try:
                driver = Driver(runner, shop, admin)
                runner.run(driver.prepare())
                yield driver
            finally:
                runner.run(admin.close())
                runner.run(opened.__aexit__(None, None, None))
    finally:
        structlog.configure(**before)
