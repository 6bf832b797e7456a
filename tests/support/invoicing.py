"""The invoice service's API over real HTTP on a real database: what its integration tests stand on.

`invoicing_database` is a migrated database of one's own; `invoicing` is an application on it, with an
administrator's key. The service connects as its own role, which owns nothing.
"""

# ruff: noqa: ANN401 - a test sends and reads any JSON

import asyncio
import datetime as dt
import json
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from aiohttp import ClientResponse, ClientSession
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from services.invoice_service.api.app import create_app
from services.invoice_service.api.routes import ROUTES
from services.invoice_service.api.routing import Route
from services.invoice_service.api.services import ApiServices
from services.invoice_service.composition import application, live_on, transactions_on
from services.invoice_service.settings import InvoiceSettings
from shared.documents.store import DocumentStore
from shared.postgres.migrations import ensure_roles, migrate
from shared.postgres.pool import Pool, open_pool
from shared.runtime import background
from tests.support.described import described
from tests.support.postgres import PrivatePostgres

MIGRATIONS = Path(__file__).parents[2] / "services/invoice_service/storage/migrations"
OWNER, SERVICE, PASSWORD = "invoice_owner", "invoice_service", "secret"
ADMIN_KEY = "fk_test-administrator"
_TEMPLATE = "invoicing_template"


@dataclass(frozen=True)
class Database:
    """A migrated database: the address for the service's role, and one for the administrator."""

    dsn: str
    admin_dsn: str

    async def fetch(self, sql: str, *values: Any) -> list[asyncpg.Record]:
        """Read (or spoil) something as the administrator."""
        connection = await asyncpg.connect(self.admin_dsn)
        try:
            return list(await connection.fetch(sql, *values))
        finally:
            await connection.close()


async def make_database(server: PrivatePostgres) -> Database:
    """A new migrated database, copied from a template that is migrated once per server."""
    name = f"invoicing_{uuid.uuid4().hex}"
    connection = await asyncpg.connect(server.admin_dsn())
    try:
        await _ensure_template(server, connection)
        # Copied as files: block by block through the write-ahead log takes several times as long.
        await connection.execute(f'create database "{name}" template "{_TEMPLATE}" strategy file_copy')
    finally:
        await connection.close()
    return Database(_as_service(server.admin_dsn(name)), server.admin_dsn(name))


async def _ensure_template(server: PrivatePostgres, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    if await connection.fetchval("select true from pg_database where datname = $1", _TEMPLATE):
        # Roles are the whole server's: another test may have given this one another password.
        await connection.execute(f"alter role {SERVICE} password '{PASSWORD}'")
        return
    await server.create_database(_TEMPLATE)
    dsn = server.admin_dsn(_TEMPLATE)
    await ensure_roles(dsn, owner=OWNER, service=SERVICE, password=PASSWORD)
    await migrate(dsn, MIGRATIONS, owner=OWNER)


def _as_service(admin_dsn: str) -> str:
    parts = urlsplit(admin_dsn)
    return urlunsplit(parts._replace(netloc=f"{SERVICE}:{PASSWORD}@{parts.hostname}:{parts.port}"))


@dataclass
class Clock:
    """A clock that a test moves."""

    now: dt.datetime = field(default_factory=lambda: dt.datetime(2025, 7, 18, 14, 0, tzinfo=dt.UTC))

    def __call__(self) -> dt.datetime:
        return self.now

    def pass_(self, **by: float) -> None:
        """Let time go by."""
        self.now += dt.timedelta(**by)


@dataclass
class Reply:
    """An answer, read to its end."""

    status: int
    headers: Mapping[str, str]
    text: str
    """What is no text is in `body` alone."""
    body: bytes = b""

    @property
    def json(self) -> Any:
        """Its JSON."""
        return json.loads(self.text)

    @property
    def code(self) -> str:
        """The code of a problem."""
        return str(self.json["code"])

    @property
    def fields(self) -> dict[str, str]:
        """The codes of a problem, by field."""
        return {error["field"]: error["code"] for error in self.json["errors"]}


@dataclass
class Invoicing:
    """A running API: call it, as the administrator or with another key."""

    session: ClientSession
    base: str
    database: Database
    clock: Clock
    services: ApiServices
    commits: list[None]
    pool: Pool
    key: str | None = ADMIN_KEY
    is_described: bool = True
    folder: Path = field(default_factory=Path)

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        raw: bytes | None = None,
        query: Mapping[str, str] | None = None,
        key: str | None = "",
    ) -> Reply:
        """One call; a path that begins with // stands at the root. An answer must be what the document says."""
        key = self.key if key == "" else key
        sent = {"Authorization": f"Bearer {key}"} if key else {}
        if body is not None or raw is not None:
            sent["Content-Type"] = "application/json"
        whole = path[1:] if path.startswith("//") else f"/api/v1{path}"
        data = raw if raw is not None else None if body is None else json.dumps(body).encode()
        async with self.session.request(
            method, self.base + whole, data=data, params=query, headers={**sent, **(headers or {})}
        ) as received:
            reply = await _read(received)
        if self.is_described:
            faults = described().faults(method, whole, reply.status, reply.headers, reply.text)
            assert not faults, f"{method} {whole} {reply.status}: {faults}"
        return reply

    async def get(self, path: str, **more: Any) -> Reply:
        """GET."""
        return await self.call("GET", path, **more)

    async def put(self, path: str, body: Any, **more: Any) -> Reply:
        """PUT."""
        return await self.call("PUT", path, body, **more)

    async def post(self, path: str, body: Any = None, **more: Any) -> Reply:
        """POST."""
        return await self.call("POST", path, body, **more)

    async def patch(self, path: str, body: Any, **more: Any) -> Reply:
        """PATCH."""
        return await self.call("PATCH", path, body, **more)

    async def delete(self, path: str, **more: Any) -> Reply:
        """DELETE."""
        return await self.call("DELETE", path, **more)

    async def key_for(self, role: str) -> str:
        """A new API key of this role."""
        reply = await self.post("/keys", {"name": f"test {role}", "role": role})
        assert reply.status == 201, reply.text
        return str(reply.json["key"])

    async def audit(self, kind: str, subject: str) -> list[dict[str, Any]]:
        """The trail of a thing, oldest first."""
        rows = await self.database.fetch(
            "select actor, action, changes, correlation_id from audit"
            " where subject_kind = $1 and subject = $2 order by id",
            kind,
            subject,
        )
        return [
            {**dict(row), "actor": json.loads(row["actor"]), "changes": json.loads(row["changes"])}
            for row in rows
        ]


async def _read(reply: ClientResponse) -> Reply:
    body = await reply.read()
    return Reply(reply.status, reply.headers, body.decode(errors="replace"), body)


@asynccontextmanager
async def running(
    database: Database, folder: Path, *, routes: Sequence[Route] = ROUTES, **overrides: Any
) -> AsyncIterator[Invoicing]:
    """An API on this database; `overrides` are settings by name."""
    values: dict[str, Any] = {
        "database_url": SecretStr(database.dsn),
        "documents_url": f"file://{folder}",
        "admin_key": SecretStr(ADMIN_KEY),
        "key_cache_seconds": 0,
        "live_poll_seconds": 0.05,
        "pool_size": 5,
        # A test may ask faster than people do.
        "rate_limit": "1000000/minute",
        "templates": "standard-1,epinettes-2",
        **overrides,
    }
    settings = InvoiceSettings(**values)
    pool = await open_pool(
        settings.database_url.get_secret_value(),
        application_name="test",
        max_size=settings.pool_size,
        acquire_seconds=settings.pool_acquire_seconds,
        statement_seconds=settings.statement_seconds,
        lock_seconds=settings.lock_seconds,
        sessions_kept=True,
    )
    clock = Clock()
    commits: list[None] = []
    live = live_on(pool, settings)
    services = ApiServices(
        transactions=transactions_on(pool),
        clock=clock,
        settings=settings,
        documents=DocumentStore(settings.documents_url),
        live=live,
        after_commit=lambda: commits.append(None),
        checks={"database": pool.ready},
    )
    # With routes of a test's own there are no pages; else it is the application as it is deployed.
    app = application(services) if routes is ROUTES else create_app(services, routes=routes)
    server = TestServer(app)
    try:
        await server.start_server()
        async with background("live", live.run), ClientSession() as session:
            yield Invoicing(
                session,
                str(server.make_url("")).rstrip("/"),
                database,
                clock,
                services,
                commits,
                pool,
                is_described=routes is ROUTES,
                folder=folder,
            )
    finally:
        await server.close()
        await asyncio.wait_for(pool.close(), 10)


@pytest.fixture
async def invoicing_database(postgres: PrivatePostgres) -> Database:
    """A migrated database of one's own."""
    return await make_database(postgres)


@pytest.fixture
async def invoicing(invoicing_database: Database, tmp_path: Path) -> AsyncIterator[Invoicing]:
    """An API on a database of its own."""
    async with running(invoicing_database, tmp_path) as api:
        yield api
