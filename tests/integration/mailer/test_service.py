"""The service as it is started: migrations, readiness, export."""

import json

import asyncpg
import pytest
from pydantic import SecretStr

from services.mailer.composition import database, migrate, serving
from services.mailer.deliveries import DatabaseUnavailable, Deliveries, UnknownEmail
from services.mailer.export import lines
from shared.bus import topology
from shared.bus.outcome import Ack
from shared.bus.port import Delivery
from shared.settings import SettingMissing
from tests.integration.mailer.conftest import migrated, settings_for
from tests.integration.mailer.mailroom import Mailroom, RecordingBus
from tests.support.postgres import PrivatePostgres
from tests.support.smtp import Phase
from tests.unit.mailer.commands import enveloped, recipient, send_email


async def test_serving_consumes_and_is_ready(room: Mailroom) -> None:
    bus = RecordingBus()
    async with serving(room.settings, bus) as checks:
        assert {name: await check() for name, check in checks.items()} == {
            "database": True,
            "documents": True,
            "bus": True,
            "consumer": True,
        }
        assert bus.handler is not None
        assert await bus.handler(Delivery(enveloped(send_email()), topology.EMAIL, 1)) == Ack()
        consumer = checks["consumer"]
        bus.consuming = False
        assert not await consumer()
        bus.consuming = True
    assert not bus.consuming
    assert len(room.server.taken) == 1


async def test_migrations_are_applied_once(postgres: PrivatePostgres) -> None:
    await postgres.create_database("mailer_migrations")
    settings = settings_for(postgres, "mailer_migrations")
    assert await migrate(settings) == ["0001_emails.sql", "0002_forgotten.sql"]
    assert await migrate(settings) == []


@pytest.mark.parametrize(
    ("changes", "setting"),
    [
        ({"admin_database_url": None}, "MAILER_ADMIN_DATABASE_URL"),
        ({"database_url": SecretStr("postgresql://mailer_service@db/mailer")}, "MAILER_DATABASE_URL"),
    ],
)
async def test_migrating_says_what_it_needs(room: Mailroom, changes: dict[str, object], setting: str) -> None:
    with pytest.raises(SettingMissing, match=setting):
        await migrate(room.settings.model_copy(update=changes))


async def test_export_tells_all_there_is(postgres: PrivatePostgres, room: Mailroom) -> None:
    settings = await migrated(postgres, "mailer_export")
    async with database(settings) as pool:
        exporting = Mailroom(room.settings, pool, room.server)
        sent = send_email(recipient("a@client.example"))
        await exporting.deliver(sent)
        exporting.later(1)
        room.server.answer(Phase.RCPT, "550 5.1.1 who?", times=1)
        failed = send_email(recipient("émile@client.example"))
        await exporting.deliver(failed)
        exporting.later(1)
        room.server.answer(Phase.RCPT, "450 4.2.0 later", times=1)
        waiting = send_email(recipient("c@client.example", "bcc"))
        await exporting.deliver(waiting)
        exported = [json.loads(line) async for line in lines(Deliveries(pool))]
    assert [(one["email_id"], one["outcome"]) for one in exported] == [
        (sent.email_id, "sent"),
        (failed.email_id, "failed"),
        (waiting.email_id, None),
    ]
    assert exported[1]["reason"] == {"code": "refused", "message": "550 5.1.1 who?"}
    assert exported[1]["recipients"] == [
        {"role": "to", "email": "émile@client.example", "state": "refused", "reply": "550 5.1.1 who?"}
    ]
    assert exported[0]["message_id"] == sent.message_id
    assert exported[2]["finished_at"] is None


async def test_export_of_a_database_that_is_gone_fails(room: Mailroom) -> None:
    await room.pool.close()
    with pytest.raises(DatabaseUnavailable):
        [line async for line in lines(room.deliveries)]


async def test_the_service_may_neither_delete_nor_alter(room: Mailroom) -> None:
    async with room.pool.acquire() as connection:
        for statement in (
            "delete from recipients",
            "truncate emails cascade",
            "alter table emails disable trigger all",
            "drop table recipients",
            "update schema_migrations set sha256 = ''",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)


async def test_a_record_that_does_not_exist(room: Mailroom) -> None:
    with pytest.raises(UnknownEmail) as caught:
        await room.deliveries.apply("nobody", lambda known: known)
    assert caught.value.email_id == "nobody"
