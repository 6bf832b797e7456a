"""`backup` and `restore` of the mailer, as processes, one of them killed at its worst points."""

import asyncio
import signal
import subprocess
from pathlib import Path

import pytest

from services.mailer.composition import database
from services.mailer.deliveries import Deliveries
from services.mailer.export import lines
from services.mailer.settings import MailerSettings
from tests.integration.mailer.conftest import configured, migrated
from tests.integration.mailer.mailroom import Mailroom
from tests.support.killed_process import LAST_WORDS
from tests.support.postgres import PrivatePostgres
from tests.support.processes import run_command
from tests.unit.mailer.commands import send_email


async def mailer(
    settings: MailerSettings, *words: str, killed: str | None = None
) -> subprocess.CompletedProcess[str]:
    """`python -m services.mailer WORDS`."""
    assert settings.admin_database_url is not None
    command = ["services.mailer", *words]
    if killed is not None:
        command = ["tests.support.killed_process", *killed.split(), "--", *command]
    return await asyncio.to_thread(
        run_command,
        command,
        home=Path("/"),
        settings={
            "MAILER_DATABASE_URL": settings.database_url.get_secret_value(),
            "MAILER_ADMIN_DATABASE_URL": settings.admin_database_url.get_secret_value(),
            "DOCUMENTS_URL": settings.documents_url,
        },
    )


async def known(settings: MailerSettings) -> list[str]:
    """Everything that it knows."""
    async with database(settings) as pool:
        return [line async for line in lines(Deliveries(pool))]


async def test_all_comes_back_and_a_known_mail_is_not_sent_again(
    postgres: PrivatePostgres, room: Mailroom, tmp_path: Path
) -> None:
    before = configured(await migrated(postgres, "mailer_before"), room.server, tmp_path)
    after = configured(await migrated(postgres, "mailer_after"), room.server, tmp_path)
    command = send_email()
    async with database(before) as pool:
        await Mailroom(before, pool, room.server).deliver(command)
    sent = len(room.server.taken)

    made = await mailer(before, "backup", str(tmp_path / "backup"))
    assert (made.returncode, made.stdout) == (0, "backed up: 2 rows, 0 files\n"), made.stderr
    back = await mailer(after, "restore", str(tmp_path / "backup"))
    assert (back.returncode, back.stdout) == (0, "restored: 2 rows, 0 files\n"), back.stderr

    assert await known(after) == await known(before) != []
    async with database(after) as pool:
        await Mailroom(after, pool, room.server).deliver(command)
    assert len(room.server.taken) == sent


@pytest.mark.parametrize(
    "moment", ["before shared.backup_folder:BackupFolder.finish", "before pathlib:Path.rename"]
)
async def test_one_that_was_killed_is_no_backup(
    postgres: PrivatePostgres, base_settings: MailerSettings, tmp_path: Path, moment: str
) -> None:
    target = await migrated(postgres, "mailer_empty")
    folder = tmp_path / "backup"
    ended = await mailer(base_settings, "backup", str(folder), killed=moment)
    assert ended.returncode == -signal.SIGKILL
    assert LAST_WORDS in ended.stderr
    assert (folder / "tables/emails.copy").is_file()
    refused = await mailer(target, "restore", str(folder))
    assert (refused.returncode, refused.stderr) == (1, f"{folder} is no whole backup: it has no manifest\n")
    assert await known(target) == []
