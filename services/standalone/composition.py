"""All four services in one process, on embedded parts: the first run, and the small shop.

PostgreSQL from its wheel, the local bus, an SMTP server on loopback that files what it receives, the beancount
ledger. Nothing outside this process is needed, and nothing outlives it but the data folder.
"""

import datetime as dt
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from pydantic import SecretStr

from services.accounting_sync import composition as accounting
from services.accounting_sync.settings import SERVICE_ROLE, AccountingSettings
from services.invoice_service import composition as invoicing
from services.invoice_service import upkeep
from services.invoice_service.application.keep_logo import keep_logo
from services.invoice_service.settings import InvoiceSettings
from services.mailer import composition as mailing
from services.mailer.settings import MailerSettings
from services.render_service import composition as rendering
from services.render_service.settings import RenderSettings
from services.standalone.books import ledger_of
from services.standalone.demo_data.filling import fill
from services.standalone.demo_data.logo import LOGO
from services.standalone.demo_data.marker import Demonstration, demonstration_in, keep
from services.standalone.first_login import Login, first_login
from services.standalone.lock import data_folder_lock
from services.standalone.mailbox import Mailbox, mailbox
from services.standalone.postgres import Server, embedded_postgres
from services.standalone.settings import StandaloneSettings
from shared.bus.local import LocalBus, install
from shared.bus.retry import RetryPolicy
from shared.documents.store import DocumentStore
from shared.observability.health import Check, management_port
from shared.observability.start import Start
from shared.postgres.migrations import ensure_roles

_BUS_OWNER = "bus_owner"
_BUS_SERVICE = "bus_service"
_KEY_FILE = "admin-key"
_DATABASE = "postgres"


@dataclass(frozen=True, slots=True)
class Standalone:
    """What runs: where it answers, the first key, the settings of its services.

    `first_login` is there when it was made at this start: the only time to show it.
    """

    address: str
    admin_key: str
    mailbox: Mailbox
    invoice: InvoiceSettings
    accounting: AccountingSettings
    demonstrates: bool
    first_login: Login | None


@asynccontextmanager
async def standalone(settings: StandaloneSettings) -> AsyncIterator[Standalone]:
    """Everything, running. Start it from the main thread: the database dies with the thread that started it.

    Raises:
        DataFolderInUse: another process has the data folder.
        DatabaseError: the embedded database can't be started.
    """
    data = settings.data.resolve()
    data.mkdir(parents=True, exist_ok=True)
    async with AsyncExitStack() as stack:
        stack.enter_context(data_folder_lock(data))
        start = Start()
        checks: dict[str, Check] = {"start": start.over}
        await stack.enter_async_context(
            management_port(settings.management_host, settings.management_port, checks)
        )
        demonstration = _demonstration(data, wanted=settings.demo)
        server = await stack.enter_async_context(embedded_postgres(data / _DATABASE))
        mail = await stack.enter_async_context(mailbox(data / "mail"))
        key = settings.admin_key.get_secret_value() if settings.admin_key else _kept_key(data)
        documents = f"file://{data / 'documents'}"
        render = RenderSettings(documents_url=documents)
        invoice = InvoiceSettings(
            database_url=await _database(server, "invoicing", invoicing.SERVICE),
            admin_database_url=SecretStr(server.admin_dsn("invoicing")),
            host=settings.host,
            port=settings.port,
            documents_url=documents,
            admin_key=SecretStr(key),
            templates=",".join(rendering.template_names(render)),
        )
        mailer = MailerSettings(
            database_url=await _database(server, "mailer", mailing.SERVICE),
            admin_database_url=SecretStr(server.admin_dsn("mailer")),
            documents_url=documents,
            smtp_host=mail.host,
            smtp_port=mail.port,
            smtp_tls="none",
            # The mail server is this process too: what one before it left without an answer has no answer.
            data_timeout_seconds=5,
            uncertain_resend_after_seconds=9,
        )
        ledger = AccountingSettings(
            database_url=await _database(server, "accounting", SERVICE_ROLE),
            admin_database_url=SecretStr(server.admin_dsn("accounting")),
            ledger_folder=data / "ledger",
        )
        await upkeep.migrate_database(invoice)
        await mailing.migrate(mailer)
        await accounting.migrate(ledger)
        await upkeep.set_where_unset(invoice, {"connector": "beancount"})
        if demonstration is not None and not demonstration.complete:
            await _demonstrate(data, invoice, demonstration)
        login = first_login(data, settings.admin_email)
        await upkeep.ensure_first_admin(invoice, email=login.email, password=login.password)
        bus = await _bus(server, invoice.retry_policy())
        stack.push_async_callback(bus.close)
        await invoicing.free_leases(invoice)
        await stack.enter_async_context(rendering.serving(render, bus))
        await stack.enter_async_context(mailing.serving(mailer, bus, start))
        await stack.enter_async_context(accounting.serving(ledger, bus, start))
        port = await stack.enter_async_context(
            invoicing.serving(invoice, bus, partial(ledger_of, ledger), start)
        )
        await stack.enter_async_context(upkeep.collecting_daily(invoice))
        checks["bus"] = bus.ready
        host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104 - to show a reachable one
        yield Standalone(
            f"http://{host}:{port}",
            key,
            mail,
            invoice,
            ledger,
            demonstrates=demonstration is not None,
            first_login=login if login.new else None,
        )


async def _database(server: Server, name: str, role: str) -> SecretStr:
    """The address of a database for its service's role; the password is made anew at each start."""
    await server.create_database(name)
    host_and_rest = server.admin_dsn(name).rpartition("@")[2]
    return SecretStr(f"postgresql://{role}:{secrets.token_urlsafe(24)}@{host_and_rest}")


async def _bus(server: Server, policy: RetryPolicy) -> LocalBus:
    dsn = (await _database(server, "bus", _BUS_SERVICE)).get_secret_value()
    password = dsn.split(":")[2].partition("@")[0]
    admin = server.admin_dsn("bus")
    await ensure_roles(admin, owner=_BUS_OWNER, service=_BUS_SERVICE, password=password)
    await install(admin, owner=_BUS_OWNER, service=_BUS_SERVICE)
    bus = await LocalBus.open(dsn, policy)
    # This is the only process there is: what the one before held is free.
    await bus.clear_leases()
    return bus


def _demonstration(data: Path, *, wanted: bool) -> Demonstration | None:
    """The demonstration of a data folder: a new folder gets one when that is wanted.

    One that was begun is completed, whatever is wanted now: half a shop helps nobody.
    """
    known = demonstration_in(data)
    if known is None and wanted and not (data / _DATABASE).exists():
        known = Demonstration(dt.datetime.now(dt.UTC), complete=False)
        keep(data, known)
    return known


async def _demonstrate(data: Path, invoice: InvoiceSettings, demonstration: Demonstration) -> None:
    """Fill the shop before anything else runs: nobody takes a number in between."""
    await keep_logo(DocumentStore(invoice.documents_url), LOGO)
    async with invoicing.database(invoice, "demonstration") as pool:
        await fill(invoicing.transactions_on(pool), demonstration.begun)
    keep(data, replace(demonstration, complete=True))


def _kept_key(data: Path) -> str:
    """The administrator's key of this data folder, made at its first start."""
    file = data / _KEY_FILE
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(f"fk_{secrets.token_urlsafe(32)}\n", encoding="ascii")
    return file.read_text(encoding="ascii").strip()
