"""A process that is started before what it stands on waits for it; one that was told something wrong ends at once."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import aiohttp
import asyncpg
import pytest

from services.mailer.composition import MIGRATIONS, SERVICE, migrate
from services.mailer.settings import MailerSettings
from shared.bus.rabbitmq import BrokerRefuses, connected_bus
from shared.observability.start import Start
from shared.postgres.pool import open_pool
from shared.postgres.reaching import DatabaseRefuses, SchemaDiffers, reached
from tests.chaos.proxy import FaultyProxy
from tests.integration.mailer.conftest import migrated, settings_for
from tests.support.invoicing import make_database
from tests.support.ports import stable_port
from tests.support.postgres import PrivatePostgres
from tests.support.processes import ServiceProcess, run_command

POLICY = MailerSettings.model_construct().retry_policy()


def through(url: str, port: int) -> str:
    """The same address, by another port."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{parts.netloc.rpartition(':')[0]}:{port}"))


def before(url: str) -> FaultyProxy:
    """What stands before a server: while it is not started the server is away."""
    port = urlsplit(url).port
    assert port is not None
    return FaultyProxy("", lambda: port)


async def told(session: aiohttp.ClientSession, address: str) -> Mapping[str, Any]:
    """What `/readyz` says."""
    async with session.get(f"{address}/readyz") as response:
        said: dict[str, Any] = await response.json()
        return said


@asynccontextmanager
async def started(process: ServiceProcess) -> AsyncIterator[aiohttp.ClientSession]:
    """A process that answers, and who asks it."""
    async with aiohttp.ClientSession() as session:
        process.start()
        try:
            async with asyncio.timeout(30):
                while await process.answer("livez", session) != HTTPStatus.OK:
                    assert process.running(), process.tail()
            yield session
        finally:
            process.kill()


async def test_a_worker_waits_for_its_broker_and_its_database(
    postgres: PrivatePostgres, rabbitmq_url: str, tmp_path: Path
) -> None:
    known = await migrated(postgres, "mailer_starting")
    database, broker = before(known.database_url.get_secret_value()), before(rabbitmq_url)
    settings = {
        "MAILER_DATABASE_URL": through(known.database_url.get_secret_value(), database.port),
        "AMQP_URL": through(rabbitmq_url, broker.port),
        "DOCUMENTS_URL": tmp_path.as_uri(),
        "MANAGEMENT_PORT": str(port := stable_port()),
    }
    mailer = ServiceProcess("mailer", ["services.mailer"], settings, tmp_path, port=port)
    async with started(mailer) as session:
        address = f"http://127.0.0.1:{port}"

        async def waits_for(what: str) -> None:
            async with asyncio.timeout(20):
                while f"the {what} is away" not in (said := await told(session, address))["reasons"]["start"]:
                    assert (said["status"], said["checks"]["start"]) == ("unavailable", False)

        await waits_for("broker")
        await broker.start()
        await waits_for("database")
        await database.start()
        await mailer.ready(seconds=30)
        assert "reasons" not in await told(session, address)
        assert await mailer.stop() == 0
    await database.close()
    await broker.close()
    log = mailer.log.read_text()
    assert '"event": "the database is away"' in log
    assert '"again_in_seconds": 0.25' in log
    assert '"event": "the broker can\'t be used now"' in log


async def test_an_api_without_a_database_says_so_until_it_is_there(
    postgres: PrivatePostgres, tmp_path: Path
) -> None:
    known = await make_database(postgres)
    database = before(known.dsn)
    settings = {
        "INVOICE_DATABASE_URL": through(known.dsn, database.port),
        "INVOICE_PORT": str(port := stable_port()),
        "INVOICE_LEAVE_SECONDS": "0",
        "DOCUMENTS_URL": tmp_path.as_uri(),
    }
    api = ServiceProcess("api", ["services.invoice_service", "api"], settings, tmp_path, port=port)
    async with started(api) as session:
        address = f"http://127.0.0.1:{port}"
        said = await told(session, address)
        assert (said["status"], said["checks"]["serving"]) == ("unavailable", False)
        async with session.get(f"{address}/api/v1/invoices") as answer:
            problem = await answer.json()
        assert (answer.status, problem["code"]) == (503, "unavailable")
        await database.start()
        await api.ready(seconds=30)
        async with session.get(f"{address}/api/v1/invoices") as answer:
            assert answer.status == 401
        assert await api.stop() == 0
    await database.close()


async def try_to_reach(url: str) -> None:
    """As a service does when it starts."""
    pool = await open_pool(url, application_name="test", acquire_seconds=5)
    try:
        async with asyncio.timeout(20):
            await reached(pool, MIGRATIONS, Start())
    finally:
        await pool.close()


async def test_a_database_that_does_not_let_us_in_is_not_waited_for(postgres: PrivatePostgres) -> None:
    url = (await migrated(postgres, "mailer_starting")).database_url.get_secret_value()
    await try_to_reach(url)
    for wrong, why in (
        (url.replace(f"{SERVICE}:", f"{SERVICE}:not-"), "password authentication failed"),
        (url.replace(f"{SERVICE}:", "nobody:"), "password authentication failed"),
        (url.replace("mailer_starting", "nowhere"), '"nowhere" does not exist'),
    ):
        with pytest.raises(DatabaseRefuses, match=why):
            await try_to_reach(wrong)


async def test_a_database_of_another_release_is_not_worked_on(postgres: PrivatePostgres) -> None:
    url = (await migrated(postgres, "mailer_starting")).database_url.get_secret_value()
    await postgres.create_database("mailer_unmigrated")
    with pytest.raises(SchemaDiffers, match="run `migrate` first"):
        await try_to_reach(url.replace("mailer_starting", "mailer_unmigrated"))

    older = settings_for(postgres, "mailer_older")
    await postgres.create_database("mailer_older")
    await migrate(older)
    admin = await asyncpg.connect(postgres.admin_dsn("mailer_older"))
    try:
        # A later release was here: its migrations only add, and an older process works beside it.
        await admin.execute("insert into schema_migrations (name, sha256) values ('0099_later.sql', 'x')")
        await try_to_reach(older.database_url.get_secret_value())
        await admin.execute("update schema_migrations set sha256 = 'x' where name like '0002%'")
        with pytest.raises(SchemaDiffers, match=r"0002\w+\.sql was another file"):
            await try_to_reach(older.database_url.get_secret_value())
        await admin.execute("delete from schema_migrations where name like '0002%'")
        with pytest.raises(SchemaDiffers, match=r"0002\w+\.sql is missing"):
            await try_to_reach(older.database_url.get_secret_value())
        # As a runner of before left it.
        await admin.execute("revoke select on schema_migrations from public")
        with pytest.raises(SchemaDiffers, match="permission denied"):
            await try_to_reach(older.database_url.get_secret_value())
    finally:
        await admin.close()


async def test_a_broker_that_does_not_let_us_in_is_not_waited_for(rabbitmq_url: str) -> None:
    parts = urlsplit(rabbitmq_url)
    place = parts.netloc.rpartition("@")[2]
    wrong = urlunsplit(parts._replace(netloc=f"guest:wrong@{place}"))
    async with asyncio.timeout(20):
        with pytest.raises(BrokerRefuses, match="ACCESS_REFUSED"):
            async with connected_bus(wrong, POLICY, name="test", start=Start()):
                raise AssertionError


async def test_an_operator_is_told_in_a_sentence(postgres: PrivatePostgres, tmp_path: Path) -> None:
    url = (await migrated(postgres, "mailer_starting")).database_url.get_secret_value()
    ended = await asyncio.to_thread(
        run_command,
        ["services.invoice_service", "relay"],
        home=tmp_path,
        settings={"INVOICE_DATABASE_URL": url.replace(f"{SERVICE}:", "invoice_service:not-")},
    )
    last = ended.stderr.splitlines()[-1]
    assert ended.returncode == 1
    assert last.startswith("the database refuses what the settings say: password authentication failed")
    assert "Traceback" not in ended.stderr
