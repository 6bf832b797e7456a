"""All of Factures as a shop would deploy it: six processes, their databases, a broker, a mail server, a ledger.

    async with deployed() as factures:
        factures.relay.kill()
        ...

Everything is private to it and gone in the end.
"""

import asyncio
import datetime as dt
import json
import secrets
import shutil
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from services.standalone.mailbox import mailbox
from shared.bus.retry import RetryPolicy
from tests.support.bus_tap import BusTap
from tests.support.ports import stable_port
from tests.support.postgres import PrivatePostgres, running_postgres
from tests.support.processes import ProcessFailed, ServiceProcess, run_command
from tests.support.rabbitmq import RabbitMQBroker, running_broker

RETRY_DELAYS = (0.5, 1, 2, 4)
RESEND_SECONDS = 6.0
"""After no answer to DATA, when the mailer sends a mail once more."""
_DATA_SECONDS = "5"
_LEASE_SECONDS = "3"
_CHORES_SECONDS = "1"
_ALERT_MINUTES = "0.01"
_SERVICES = {
    "invoice": "services.invoice_service",
    "mailer": "services.mailer",
    "accounting": "services.accounting_sync",
}
Settings = dict[str, str]


@dataclass(frozen=True, slots=True)
class Lay:
    """How a deployment differs from the usual one.

    `postgres_port`, `amqp_port`, `smtp_port`: where the services look for what they stand on, when something stands
    in front of it. `consumers`: how many there are. `settings`: further ones, for every service.
    """

    postgres_port: int | None = None
    amqp_port: int | None = None
    smtp_port: int | None = None
    consumers: int = 1
    retry_delays: tuple[float, ...] = RETRY_DELAYS
    settings: Mapping[str, str] = field(default_factory=dict)


class Deployment:
    """What runs, what it was told, and what it left behind."""

    def __init__(
        self, folder: Path, postgres: PrivatePostgres, broker: RabbitMQBroker, lay: Lay | None = None
    ) -> None:
        self.folder = folder
        self.postgres = postgres
        self.broker = broker
        self.admin_key = f"fk_{secrets.token_urlsafe(32)}"
        self.ledger = folder / "ledger"
        self._lay = lay or Lay()
        self.tap = BusTap(broker.url(), self.retry_policy)
        self.mail_port = stable_port()
        self._mail_server = AsyncExitStack()
        self.api_port = stable_port()
        self._passwords = {role: secrets.token_urlsafe(24) for role in _SERVICES}
        self.api = self._service("api", ["services.invoice_service", "api"], self._api_settings())
        self.relay = self._service("relay", ["services.invoice_service", "relay"], self._relay_settings())
        self.consumer = self._service(
            "consumer", ["services.invoice_service", "consumer"], self._consumer_settings()
        )
        self.render = self._service("render", ["services.render_service"], self._render_settings())
        self.mailer = self._service("mailer", ["services.mailer"], self._mailer_settings())
        self.accounting = self._service(
            "accounting", ["services.accounting_sync"], self._accounting_settings()
        )
        self._more_consumers = [
            self._service(
                f"consumer-{number}", ["services.invoice_service", "consumer"], self._consumer_settings()
            )
            for number in range(2, self._lay.consumers + 1)
        ]

    # -- where things are

    @property
    def address(self) -> str:
        """Where the API answers."""
        return f"http://127.0.0.1:{self.api_port}"

    @property
    def amqp_url(self) -> str:
        """Where the services find the broker."""
        return _through(self.broker.url(), self._lay.amqp_port)

    @property
    def services(self) -> tuple[ServiceProcess, ...]:
        """The processes: six, and the further consumers."""
        usual = (self.api, self.relay, self.consumer, self.render, self.mailer, self.accounting)
        return (*usual, *self._more_consumers)

    @property
    def mails(self) -> list[Path]:
        """The messages that the mail server took, in order of receipt."""
        return sorted((self.folder / "mail").glob("*.eml"))

    @property
    def retry_policy(self) -> RetryPolicy:
        """When the services try again."""
        return RetryPolicy(delays=tuple(dt.timedelta(seconds=seconds) for seconds in self._lay.retry_delays))

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must be in no log."""
        return (self.admin_key, *self._passwords.values())

    # -- its life

    async def start(self) -> None:
        """Databases, topology, mail server, then all processes; returns when they are ready."""
        for name in _SERVICES:
            await self.postgres.create_database(name)
        await asyncio.gather(
            *(asyncio.to_thread(self._migrate, name) for name in _SERVICES),
            asyncio.to_thread(self._declare_topology),
            self.mail_up(),
        )
        # Well before any broker is killed: a quorum queue that is younger than a second does not survive that.
        await self.tap.open()
        for service in self.services:
            service.start()
        await self.ready()

    async def ready(self, *services: ServiceProcess) -> None:
        """Wait until these (by default all) are ready."""
        await asyncio.gather(*(service.ready() for service in services or self.services))

    async def restart(self, *services: ServiceProcess) -> None:
        """Start these anew, at the same time; those that run still are killed first."""
        for service in services:
            service.kill()
            service.start()
        await self.ready(*services)

    async def close(self) -> None:
        """Kill everything."""
        for service in self.services:
            service.kill()
        await self.mail_down()

    async def mail_up(self) -> None:
        """Start the mail server (again), at the same address."""
        await self._mail_server.enter_async_context(mailbox(self.folder / "mail", self.mail_port))

    async def mail_down(self) -> None:
        """Stop the mail server: connections are refused, those that are open end."""
        await self._mail_server.aclose()

    @property
    def invoice_database(self) -> str:
        """The database of the invoice service, for its own role."""
        return self.database("invoice")

    # -- what an operator does

    def verify(self) -> str:
        """`factures verify`: what it says.

        Raises:
            ProcessFailed: the books don't close.
        """
        return self.operate("verify")

    def operate(self, *words: str, settings: Settings | None = None) -> str:
        """`factures WORDS`, by who knows the settings of every service; `settings`: others in their place."""
        return self.run("services.invoice_service.commands", *words, settings=settings)

    def run(self, service: str, *words: str, settings: Settings | None = None) -> str:
        """`python -m SERVICE WORDS`, as `operate`."""
        known = {**self._api_settings(), **self._accounting_settings(), **self._mailer_settings()}
        return self._command(words[0], [service, *words], {**known, **(settings or {})})

    def ledger_export(self) -> list[dict[str, Any]]:
        """The documents that accounting has booked, as it says itself."""
        said = self._command("export", ["services.accounting_sync", "export"], self._accounting_settings())
        lines = [json.loads(line) for line in said.splitlines()]
        return [line for line in lines if line["kind"] == "booked"]

    def check_ledger(self) -> dict[str, Any]:
        """What `bean-check` says of the ledger."""
        said = self._command("check", ["services.accounting_sync", "check"], self._accounting_settings())
        return dict(json.loads(said))

    async def outbox(self) -> list[str]:
        """The types of the messages that wait in the outbox."""
        connection = await asyncpg.connect(self.postgres.admin_dsn("invoice"))
        try:
            return [row["type"] for row in await connection.fetch("select type from outbox order by id")]
        finally:
            await connection.close()

    async def documents_of_finals(self) -> Counter[str]:
        """How many documents are recorded for each final, by the id of the invoice."""
        connection = await asyncpg.connect(self.postgres.admin_dsn("invoice"))
        try:
            rows = await connection.fetch(
                "select invoice_id, count(*) from invoice_documents where final group by 1"
            )
        finally:
            await connection.close()
        return Counter({str(row["invoice_id"]): row["count"] for row in rows})

    def log_lines(self) -> Iterator[tuple[str, str]]:
        """Every line that was logged, with the name of its process."""
        for service in self.services:
            for line in service.log.read_text(errors="replace").splitlines():
                yield service.name, line

    # -- what each is told

    def _service(self, name: str, arguments: list[str], settings: Settings) -> ServiceProcess:
        return ServiceProcess(name, arguments, {**settings, **self._lay.settings}, self.folder)

    def database(self, name: str) -> str:
        """The address of a service's database, for its own role."""
        parts = urlsplit(self.postgres.admin_dsn(name))
        place = parts.netloc.rpartition("@")[2]
        whole = parts._replace(netloc=f"{name}_service:{self._passwords[name]}@{place}")
        return _through(urlunsplit(whole), self._lay.postgres_port)

    @property
    def _documents(self) -> str:
        return f"file://{self.folder / 'documents'}"

    def _bus_settings(self) -> Settings:
        return {
            "AMQP_URL": self.amqp_url,
            "RETRY_DELAYS_SECONDS": json.dumps(self._lay.retry_delays),
        }

    def _api_settings(self) -> Settings:
        return {
            "INVOICE_DATABASE_URL": self.database("invoice"),
            "INVOICE_PORT": str(self.api_port),
            "DOCUMENTS_URL": self._documents,
            "FACTURES_ADMIN_KEY": self.admin_key,
            "INVOICE_LEAVE_SECONDS": "0",
        }

    def _relay_settings(self) -> Settings:
        return {
            **self._consumer_settings(),
            "INVOICE_RELAY_LEASE_SECONDS": _LEASE_SECONDS,
            "INVOICE_CHORES_SECONDS": _CHORES_SECONDS,
            "INVOICE_ALERT_MINUTES": _ALERT_MINUTES,
        }

    def _consumer_settings(self) -> Settings:
        return {"INVOICE_DATABASE_URL": self.database("invoice"), **self._bus_settings()}

    def _render_settings(self) -> Settings:
        # One rendering process a queue: each costs a second of processor time whenever the service is restarted.
        return {
            "DOCUMENTS_URL": self._documents,
            "RENDER_INTERACTIVE_CONCURRENCY": "1",
            **self._bus_settings(),
        }

    def _mailer_settings(self) -> Settings:
        return {
            "MAILER_DATABASE_URL": self.database("mailer"),
            "MAILER_SMTP_HOST": "127.0.0.1",
            "MAILER_SMTP_PORT": str(self._lay.smtp_port or self.mail_port),
            "MAILER_SMTP_TLS": "none",
            "MAILER_DATA_TIMEOUT_SECONDS": _DATA_SECONDS,
            "MAILER_UNCERTAIN_RESEND_AFTER_SECONDS": str(RESEND_SECONDS),
            "DOCUMENTS_URL": self._documents,
            **self._bus_settings(),
        }

    def _accounting_settings(self) -> Settings:
        return {
            "ACCOUNTING_DATABASE_URL": self.database("accounting"),
            "ACCOUNTING_LEDGER_FOLDER": str(self.ledger),
            **self._bus_settings(),
        }

    def _migrate(self, name: str) -> None:
        settings = {
            f"{name.upper()}_DATABASE_URL": self.database(name),
            f"{name.upper()}_ADMIN_DATABASE_URL": self.postgres.admin_dsn(name),
            "DOCUMENTS_URL": self._documents,
        }
        self._command(f"migrate-{name}", [_SERVICES[name], "migrate"], settings)

    def _declare_topology(self) -> None:
        self._command("topology", ["services.invoice_service.commands", "topology"], self._bus_settings())

    def _command(self, name: str, arguments: Iterable[str], settings: Settings) -> str:
        done = run_command([*arguments], home=self.folder, settings=settings)
        if done.returncode != 0:
            raise ProcessFailed(name, f"ended with exit code {done.returncode}", done.stdout + done.stderr)
        return done.stdout


def _through(url: str, port: int | None) -> str:
    """The same address, by the port of what stands in front of it, if something does."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition(":")[0]
    return url if port is None else urlunsplit(parts._replace(netloc=f"{place}:{port}"))


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="factures-deployment-")).resolve()
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@asynccontextmanager
async def deployed(lay: Lay | None = None) -> AsyncIterator[Deployment]:
    """A deployment that runs while inside, with nothing in it yet."""
    with _folder() as folder, running_broker() as broker:
        async with running_postgres() as postgres:
            deployment = Deployment(folder, postgres, broker, lay)
            try:
                await deployment.start()
                yield deployment
            finally:
                await deployment.close()
