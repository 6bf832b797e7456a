"""What is done to an installation from outside its processes: migrations, what it comes with, clearing up."""

import datetime as dt
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager

from argon2 import PasswordHasher

from services.invoice_service.application.collect_documents import Collected, collect_documents
from services.invoice_service.application.context import Context
from services.invoice_service.application.ports.transactions import StorageUnavailable, TransactionConflict
from services.invoice_service.application.users import ensure_admin
from services.invoice_service.composition import MIGRATIONS, OWNER, SERVICE, database, now, transactions_on
from services.invoice_service.domain.actors import SYSTEM
from services.invoice_service.settings import InvoiceSettings
from shared.documents.store import DocumentStore, StoreUnavailable
from shared.identifiers import new_id
from shared.postgres.migrations import ensure_roles, exit_when_stopped, migrate
from shared.postgres.pool import PoolBusy
from shared.runtime import repeated
from shared.settings import SettingsRefused

_DAY_SECONDS = 24 * 60 * 60.0


async def migrate_database(settings: InvoiceSettings) -> list[str]:
    """Create the roles, then apply what is pending. Returns the names of what was applied.

    Raises:
        SettingsRefused: no administrator's address, or no password for the service's role.
    """
    if settings.admin_database_url is None:
        raise SettingsRefused(["INVOICE_ADMIN_DATABASE_URL: missing (needed to migrate)"])
    if not settings.service_password():
        raise SettingsRefused(["INVOICE_DATABASE_URL: needs the password that the service's role shall have"])
    admin = settings.admin_database_url.get_secret_value()
    await ensure_roles(admin, owner=OWNER, service=SERVICE, password=settings.service_password())
    return await migrate(admin, MIGRATIONS, owner=OWNER)


async def migrate_or_exit(settings: InvoiceSettings) -> list[str]:
    """The same for an operator, who is told in a sentence why it did not go on."""
    with exit_when_stopped():
        return await migrate_database(settings)


async def set_where_unset(settings: InvoiceSettings, values: Mapping[str, str]) -> None:
    """Settings of the shop that nobody has set yet: what an installation comes with."""
    async with database(settings, "start") as pool, pool.acquire() as connection:
        await connection.execute("update settings set body = $1::jsonb || body", dict(values))


async def ensure_first_admin(settings: InvoiceSettings, *, email: str, password: str) -> None:
    """See to it that an administrator can log in to the pages."""
    context = Context(SYSTEM, now(), str(new_id()))
    async with database(settings, "start") as pool, transactions_on(pool).writing() as uow:
        await ensure_admin(uow, context, PasswordHasher(), email=email, password=password)


async def collect(settings: InvoiceSettings) -> Collected:
    """Take out of the document store what nobody refers to any more.

    Raises:
        StoreUnavailable, StorageUnavailable: it is done in part; the next run does the rest.
    """
    before = now() - dt.timedelta(days=settings.drafts_kept_days)
    async with database(settings, "collect") as pool:
        store = DocumentStore(settings.documents_url)
        return await collect_documents(transactions_on(pool), store, before=before)


def collecting_daily(settings: InvoiceSettings) -> AbstractAsyncContextManager[None]:
    """`collect` once a day while inside: where nobody has a timer."""
    failures = (StoreUnavailable, StorageUnavailable, TransactionConflict, PoolBusy, OSError)
    return repeated("collect", lambda: collect(settings), seconds=_DAY_SECONDS, tolerating=failures)
