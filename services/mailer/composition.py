"""Puts the mailer together: the only module that knows its concrete parts."""

import datetime as dt
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path
from urllib.parse import unquote, urlsplit

from services.mailer.deliveries import DatabaseUnavailable, Deliveries
from services.mailer.handler import SendEmailHandler, utc_now
from services.mailer.measured import Measured
from services.mailer.sessions import Sessions
from services.mailer.settings import MailerSettings
from shared.bus import topology
from shared.bus.port import Bus
from shared.documents.store import DocumentStore
from shared.observability.health import Check
from shared.observability.start import Start
from shared.postgres import backup, migrations
from shared.postgres.pool import Pool, open_pool
from shared.postgres.reaching import reached
from shared.runtime import repeated
from shared.settings import SettingMissing

_FORGET_EVERY_SECONDS = 60 * 60.0
MIGRATIONS = files("services.mailer") / "migrations"
OWNER = "mailer_owner"
SERVICE = "mailer_service"


@asynccontextmanager
async def database(settings: MailerSettings) -> AsyncIterator[Pool]:
    """The mailer's pool of connections, open while inside."""
    pool = await open_pool(
        settings.database_url.get_secret_value(),
        application_name="mailer",
        max_size=settings.concurrency + 2,
    )
    try:
        yield pool
    finally:
        await pool.close()


@asynccontextmanager
async def sessions(settings: MailerSettings) -> AsyncIterator[Sessions]:
    """The sessions with the mail server; those that are kept end with this."""
    kept = Sessions(
        settings.mail_server(),
        most_mails=settings.smtp_mails_per_connection,
        idle_seconds=settings.smtp_idle_seconds,
    )
    try:
        yield kept
    finally:
        await kept.close()


@asynccontextmanager
async def serving(
    settings: MailerSettings, bus: Bus, start: Start | None = None
) -> AsyncIterator[Mapping[str, Check]]:
    """Consume e-mail commands, and forget old addresses, while inside; yields the readiness checks.

    Raises:
        CannotStart: the database can't be used with these settings, or is not of this release.
    """
    documents = DocumentStore(settings.documents_url)
    async with database(settings) as pool, sessions(settings) as kept:
        await reached(pool, MIGRATIONS, start or Start())
        deliveries = Deliveries(pool)
        handler = SendEmailHandler(
            settings, bus=bus, deliveries=deliveries, documents=documents, sessions=Measured(kept)
        )

        async def forget() -> None:
            now = utc_now()
            await deliveries.forget(now - dt.timedelta(days=settings.keep_addresses_days), now)

        subscription = await bus.serve(topology.EMAIL, handler.handle, concurrency=settings.concurrency)

        async def consuming() -> bool:
            return subscription.alive()

        try:
            async with repeated(
                "forget", forget, seconds=_FORGET_EVERY_SECONDS, tolerating=(DatabaseUnavailable,)
            ):
                yield {
                    "database": pool.ready,
                    "documents": documents.reachable,
                    "bus": bus.ready,
                    "consumer": consuming,
                }
        finally:
            await subscription.stop()


async def migrate(settings: MailerSettings) -> list[str]:
    """Make the roles and bring the schema up to date. Returns the migrations applied now.

    Raises:
        SettingMissing: no administrator's address, or no password for the service's role.
    """
    if settings.admin_database_url is None:
        raise SettingMissing("MAILER_ADMIN_DATABASE_URL", "the database's address as an administrator")
    password = urlsplit(settings.database_url.get_secret_value()).password
    if password is None:
        raise SettingMissing("MAILER_DATABASE_URL", "with the password that the service's role shall have")
    admin = settings.admin_database_url.get_secret_value()
    await migrations.ensure_roles(admin, owner=OWNER, service=SERVICE, password=unquote(password))
    return await migrations.migrate(admin, MIGRATIONS, owner=OWNER)


async def back_up(settings: MailerSettings, folder: Path) -> backup.Done:
    """The database, in a new folder.

    Raises:
        BackupRefused: see `shared.postgres.backup`.
    """
    return await backup.back_up(settings.database_url.get_secret_value(), folder)


async def restore(settings: MailerSettings, folder: Path) -> backup.Done:
    """A backup into an empty, migrated database.

    Raises:
        SettingMissing: no administrator's address.
        BackupRefused: see `shared.postgres.backup`.
    """
    if settings.admin_database_url is None:
        raise SettingMissing("MAILER_ADMIN_DATABASE_URL", "the database's address as an administrator")
    return await backup.restore(settings.admin_database_url.get_secret_value(), OWNER, folder)
