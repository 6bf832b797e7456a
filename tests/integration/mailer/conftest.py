from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Protocol, Unpack

import pytest
import pytest_asyncio
from pydantic import SecretStr

from services.mailer.composition import database, migrate
from services.mailer.settings import MailerSettings
from tests.integration.mailer.mailroom import Mailroom
from tests.support.postgres import PrivatePostgres
from tests.support.smtp import MailServer, ServerOptions, mail_server

PASSWORD = "mailer-test"


def settings_for(postgres: PrivatePostgres, name: str) -> MailerSettings:
    """Settings on a database of this name; no server or store of documents yet."""
    return MailerSettings(
        database_url=SecretStr(f"postgresql://mailer_service:{PASSWORD}@127.0.0.1:{postgres.port}/{name}"),
        admin_database_url=SecretStr(postgres.admin_dsn(name)),
        documents_url="memory:///",
    )


async def migrated(postgres: PrivatePostgres, name: str) -> MailerSettings:
    """Settings on a new database with the mailer's schema."""
    await postgres.create_database(name)
    settings = settings_for(postgres, name)
    await migrate(settings)
    return settings


@pytest_asyncio.fixture(autouse=True)
async def own_password(postgres: PrivatePostgres, base_settings: MailerSettings) -> None:
    """Roles are the whole server's: tests of other services may have given this one another password."""
    await migrate(base_settings)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def base_settings(postgres: PrivatePostgres) -> MailerSettings:
    """Settings on a migrated database. Tests share it, and keep apart by the ids of their e-mails."""
    return await migrated(postgres, "mailer_tests")


def configured(base: MailerSettings, server: MailServer, documents: Path) -> MailerSettings:
    """Settings that lead to this server."""
    return base.model_copy(
        update={
            "smtp_host": server.host,
            "smtp_port": server.port,
            "smtp_ca_file": server.ca_file,
            "hello_name": "mailer.test",
            "documents_url": documents.as_uri(),
        }
    )


class Rooms(Protocol):
    """Makes mailrooms, each with a mail server of its own."""

    def __call__(self, **options: Unpack[ServerOptions]) -> AbstractAsyncContextManager[Mailroom]: ...


@pytest.fixture
def rooms(base_settings: MailerSettings, tmp_path: Path) -> Rooms:
    @asynccontextmanager
    async def opened(**options: Unpack[ServerOptions]) -> AsyncIterator[Mailroom]:
        async with mail_server(**options) as server:
            settings = configured(base_settings, server, tmp_path)
            async with database(settings) as pool:
                yield Mailroom(settings, pool, server)

    return opened


@pytest.fixture
async def room(rooms: Rooms) -> AsyncIterator[Mailroom]:
    """A mailroom whose server does nothing wrong until told."""
    async with rooms() as mailroom:
        yield mailroom
