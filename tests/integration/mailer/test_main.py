"""The process from outside: its subcommands, and that it opens and closes what it uses."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from services.mailer.composition import database, serving
from services.mailer.settings import MailerSettings
from shared.bus.rabbitmq import RabbitMQBus
from shared.observability.start import Start
from shared.serving import at_work
from tests.integration.mailer.conftest import configured, settings_for
from tests.integration.mailer.mailroom import Mailroom, RecordingBus
from tests.support.postgres import PrivatePostgres
from tests.unit.mailer.commands import send_email


async def run(command: str, settings: MailerSettings, *, admin: bool = True) -> tuple[int | None, str, str]:
    """Run a subcommand to its end: exit code, output, errors."""
    variables = {
        "MAILER_DATABASE_URL": settings.database_url.get_secret_value(),
        "DOCUMENTS_URL": settings.documents_url,
        "PATH": os.environ["PATH"],
    }
    if admin and settings.admin_database_url is not None:
        variables["MAILER_ADMIN_DATABASE_URL"] = settings.admin_database_url.get_secret_value()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.mailer",
        command,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=variables,
    )
    output, errors = await process.communicate()
    return process.returncode, output.decode(), errors.decode()


async def test_migrate_then_export(postgres: PrivatePostgres, room: Mailroom, tmp_path: Path) -> None:
    await postgres.create_database("mailer_process")
    settings = configured(settings_for(postgres, "mailer_process"), room.server, tmp_path)
    code, output, errors = await run("migrate", settings)
    assert (code, output) == (0, "")
    assert {json.loads(line)["event"] for line in errors.splitlines()} == {"migration applied"}
    async with database(settings) as pool:
        command = send_email()
        await Mailroom(settings, pool, room.server).deliver(command)
    code, output, _ = await run("export", settings)
    assert code == 0
    [line] = output.splitlines()
    assert json.loads(line)["email_id"] == command.email_id


async def test_migrate_without_an_administrator_says_what_is_missing(room: Mailroom) -> None:
    code, output, errors = await run("migrate", room.settings, admin=False)
    assert (code, output, errors) == (
        1,
        "",
        "MAILER_ADMIN_DATABASE_URL is needed: the database's address as an administrator\n",
    )


async def test_serving_closes_its_bus(room: Mailroom, monkeypatch: pytest.MonkeyPatch) -> None:
    bus = RecordingBus()
    asked: list[tuple[str, str]] = []

    async def connect(url: str, _policy: object, *, name: str, start: Start) -> RecordingBus:
        assert start.waiting
        asked.append((url, name))
        return bus

    monkeypatch.setattr(RabbitMQBus, "connect", connect)
    async with at_work("mailer", room.settings, serving):
        assert bus.consuming
        assert not bus.closed
    assert asked == [(room.settings.amqp_url.get_secret_value(), "mailer")]
    assert not bus.consuming
    assert bus.closed
