"""Puts the service together; the only module that knows its concrete classes."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path

from services.accounting_sync.connectors.base import Connector
from services.accounting_sync.connectors.beancount import BeancountConnector
from services.accounting_sync.connectors.none import NoConnector
from services.accounting_sync.handler import TransferHandler
from services.accounting_sync.measured import Measured
from services.accounting_sync.settings import OWNER_ROLE, SERVICE_ROLE, AccountingSettings
from services.accounting_sync.transfers import PostgresTransferLog
from shared.bus import topology
from shared.bus.port import Bus, Subscription
from shared.observability.health import Check
from shared.observability.start import Start
from shared.postgres import backup, migrations
from shared.postgres.pool import Pool, open_pool
from shared.postgres.reaching import reached
from shared.settings import SettingMissing

MIGRATIONS = files("services.accounting_sync") / "migrations"


@asynccontextmanager
async def serving(
    settings: AccountingSettings, bus: Bus, start: Start | None = None
) -> AsyncIterator[Mapping[str, Check]]:
    """Transfer invoices while inside; yields what must hold for the service to be ready.

    Raises:
        CannotStart: the database can't be used with these settings, or is not of this release.
    """
    connectors = await _connectors(settings)
    async with transfer_log_pool(settings) as pool:
        await reached(pool, MIGRATIONS, start or Start())
        handler = TransferHandler(
            PostgresTransferLog(pool), connectors, bus, attempts=settings.retry_attempts
        )
        subscription = await bus.serve(topology.TRANSFER, handler, concurrency=settings.concurrency)
        try:
            yield {"database": pool.ready, "bus": bus.ready, "consumer": _alive(subscription)}
        finally:
            await subscription.stop()


@asynccontextmanager
async def transfer_log_pool(settings: AccountingSettings) -> AsyncIterator[Pool]:
    """The service's database. Each transfer under way holds one connection; the probes need theirs too."""
    pool = await open_pool(
        settings.database_url.get_secret_value(),
        application_name="accounting_sync",
        max_size=settings.concurrency + 2,
    )
    try:
        yield pool
    finally:
        await pool.close()


async def migrate(settings: AccountingSettings) -> list[str]:
    """Create the roles and apply what is pending, as the administrator. Returns the migrations applied now.

    Raises:
        SettingMissing: there is no administrator's address, or no password for the service's role.
    """
    if settings.admin_database_url is None:
        raise SettingMissing("ACCOUNTING_ADMIN_DATABASE_URL", "the database's address as an administrator")
    if not settings.database_password:
        raise SettingMissing(
            "ACCOUNTING_DATABASE_URL", "with the password that the service's role shall have"
        )
    admin = settings.admin_database_url.get_secret_value()
    await migrations.ensure_roles(
        admin, owner=OWNER_ROLE, service=SERVICE_ROLE, password=settings.database_password
    )
    return await migrations.migrate(admin, MIGRATIONS, owner=OWNER_ROLE)


async def back_up(settings: AccountingSettings, folder: Path) -> backup.Done:
    """The database, then the ledger's files: what a row says is booked is among them.

    Raises:
        BackupRefused: see `shared.postgres.backup`.
    """
    return await backup.back_up(settings.database_url.get_secret_value(), folder, _ledger(settings))


async def restore(settings: AccountingSettings, folder: Path) -> backup.Done:
    """A backup into an empty, migrated database; its ledger too, where there is none.

    Raises:
        SettingMissing: there is no administrator's address.
        BackupRefused: see `shared.postgres.backup`.
    """
    if settings.admin_database_url is None:
        raise SettingMissing("ACCOUNTING_ADMIN_DATABASE_URL", "the database's address as an administrator")
    admin = settings.admin_database_url.get_secret_value()
    return await backup.restore(admin, OWNER_ROLE, folder, _ledger(settings))


def _ledger(settings: AccountingSettings) -> Path | None:
    return settings.ledger_folder if "beancount" in settings.connectors else None


def beancount_connector(settings: AccountingSettings) -> BeancountConnector | None:
    """The connector to the ledger in the settings' folder; None when that is not set up."""
    if "beancount" not in settings.connectors:
        return None
    return BeancountConnector(settings.ledger_folder, operating_currency=settings.operating_currency)


async def _connectors(settings: AccountingSettings) -> dict[str, Connector]:
    connectors: dict[str, Connector] = {}
    if "none" in settings.connectors:
        connectors["none"] = NoConnector()
    if (beancount := beancount_connector(settings)) is not None:
        await beancount.prepare()
        connectors["beancount"] = beancount
    return {name: Measured(connector) for name, connector in connectors.items()}


def _alive(subscription: Subscription) -> Check:
    async def check() -> bool:
        return subscription.alive()

    return check
