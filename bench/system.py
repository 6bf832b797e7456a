"""The system that is measured: a durable PostgreSQL, a RabbitMQ, and the processes of the services, all private.

PostgreSQL runs as shipped, fsync on; the bare programs use the same server, a database beside that of the service.
"""

import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from services.invoice_service.composition import OWNER, SERVICE
from services.standalone.postgres import Server
from shared.postgres.migrations import ensure_roles, migrate
from tests.support.ports import stable_port
from tests.support.postgres import reachable_folder
from tests.support.processes import ProcessFailed, ServiceProcess, run_command
from tests.support.rabbitmq import running_broker

KEY = "fk_bench"
_PASSWORD = "bench"  # noqa: S105 - of a server that lives as long as the run
_MIGRATIONS = Path(__file__).parents[1] / "services/invoice_service/storage/migrations"
_TABLES = Path(__file__).with_name("limits") / "tables.sql"
# What one caller may ask is no limit of the machine.
_SETTINGS = {"INVOICE_RATE_LIMIT": "1000000/second", "FACTURES_ADMIN_KEY": KEY, "INVOICE_LEAVE_SECONDS": "0"}


@dataclass(frozen=True, slots=True)
class System:
    """What runs, and where. `database`: of the service."""

    folder: Path
    server: Server
    amqp_url: str
    database: str = "factures"

    @property
    def limits_dsn(self) -> str:
        """The database of the bare programs."""
        return self.server.admin_dsn("limits")

    @property
    def admin_dsn(self) -> str:
        """The service's database, as the administrator."""
        return self.server.admin_dsn(self.database)

    async def sql(self, statement: str, *values: Any) -> list[asyncpg.Record]:  # noqa: ANN401 - SQL's values
        """Something of the service's database, as the administrator."""
        connection = await asyncpg.connect(self.admin_dsn)
        try:
            return list(await connection.fetch(statement, *values))
        finally:
            await connection.close()

    @asynccontextmanager
    async def running(self, *parts: str) -> AsyncIterator[int]:
        """These processes (`api`, `relay`, `consumer`, `render`), ready; the API's port."""
        port = stable_port()
        started = [self._process(part, port) for part in parts]
        try:
            for process in started:
                process.start()
            for process in started:
                await process.ready()
            yield port
        finally:
            for process in started:
                process.kill()

    def command(self, *arguments: str) -> None:
        """Run a command of the service to its end."""
        done = run_command(arguments, home=self.folder, settings=self._settings(0))
        if done.returncode != 0:
            raise ProcessFailed(arguments[0], f"ended with {done.returncode}", done.stdout + done.stderr)

    def _process(self, part: str, port: int) -> ServiceProcess:
        arguments = ["services.render_service"] if part == "render" else ["services.invoice_service", part]
        return ServiceProcess(part, arguments, self._settings(port), self.folder)

    def _settings(self, port: int) -> Mapping[str, str]:
        parts = urlsplit(self.admin_dsn)
        place = parts.netloc.rpartition("@")[2]
        return {
            **_SETTINGS,
            "INVOICE_DATABASE_URL": urlunsplit(parts._replace(netloc=f"{SERVICE}:{_PASSWORD}@{place}")),
            "INVOICE_PORT": str(port),
            "DOCUMENTS_URL": f"file://{self.folder / 'documents'}",
            "AMQP_URL": self.amqp_url,
            "RENDER_INTERACTIVE_CONCURRENCY": "1",
        }


@asynccontextmanager
async def database_server() -> AsyncIterator[Server]:
    """A PostgreSQL of our own, durable."""
    with reachable_folder() as folder:
        server = Server(folder)
        try:
            await server.start()
            yield server
        finally:
            await server.stop()


async def migrated(server: Server, name: str) -> str:
    """A new database of the invoice service; its address for the administrator."""
    await server.create_database(name)
    dsn = server.admin_dsn(name)
    await ensure_roles(dsn, owner=OWNER, service=SERVICE, password=_PASSWORD)
    await migrate(dsn, _MIGRATIONS, owner=OWNER)
    return dsn


@asynccontextmanager
async def system() -> AsyncIterator[System]:
    """The servers, an empty database of the service, one of the bare programs, and the queues."""
    with reachable_folder() as folder, running_broker() as broker:
        async with database_server() as server:
            await migrated(server, "factures")
            await server.create_database("limits")
            connection = await asyncpg.connect(server.admin_dsn("limits"))
            await connection.execute(_TABLES.read_text())
            await connection.close()
            made = System(folder, server, broker.url())
            made.command("services.invoice_service.commands", "topology")
            yield made


def python(*arguments: str) -> tuple[str, ...]:
    """The command of a bare program."""
    return (sys.executable, "-m", *arguments)
