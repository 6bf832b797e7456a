"""The command line, as an operator and `verify` use it."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from services.accounting_sync.settings import AccountingSettings
from tests.accounting.documents import invoice
from tests.integration.accounting_sync.test_transfers_of_invoices import handle
from tests.unit.accounting_sync.doubles import delivered


async def run(command: str, settings: AccountingSettings, **environment: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a command."""
    assert settings.admin_database_url is not None
    variables = {
        "ACCOUNTING_DATABASE_URL": settings.database_url.get_secret_value(),
        "ACCOUNTING_ADMIN_DATABASE_URL": settings.admin_database_url.get_secret_value(),
        "ACCOUNTING_LEDGER_FOLDER": str(settings.ledger_folder),
        **environment,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.accounting_sync",
        command,
        env={**os.environ, **{name: value for name, value in variables.items() if value}},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def test_export_tells_the_ledger_and_the_table(settings: AccountingSettings) -> None:
    await handle(
        settings,
        delivered(invoice(), "c1"),
        delivered(invoice(number="00005", connector="none"), "c2"),
    )
    code, out, err = await run("export", settings)
    assert code == 0, err
    booked, *transfers = map(json.loads, out.splitlines())
    assert (booked["kind"], booked["number"], booked["total"]) == ("booked", "00004", "114.98")
    assert {line["kind"] for line in transfers} == {"transfer"}
    states = {line["number"]: (line["state"], line["external_id"]) for line in transfers}
    assert states == {"00004": ("transferred", booked["external_id"]), "00005": ("failed", None)}


async def test_export_without_a_ledger_tells_the_table_alone(settings: AccountingSettings) -> None:
    await handle(settings, delivered(invoice(connector="none")))
    code, out, err = await run("export", settings, ACCOUNTING_CONNECTORS='["none"]')
    assert code == 0, err
    assert [json.loads(line)["kind"] for line in out.splitlines()] == ["transfer"]


async def test_check_has_the_ledger_judged(settings: AccountingSettings, tmp_path: Path) -> None:
    _, (result,) = await handle(settings, delivered(invoice()))
    code, out, err = await run("check", settings)
    assert (code, json.loads(out)["accepted"]) == (0, True), err

    document = settings.ledger_folder / str(result.data["external_id"])
    document.write_text(document.read_text().replace("114.98", "114.99"))
    code, out, _ = await run("check", settings)
    (error,) = json.loads(out)["errors"]
    assert code == 1
    assert "does not balance" in error["message"]
    assert error["filename"].endswith("00004.beancount")


async def test_migrate_is_safe_to_repeat_and_says_what_it_misses(settings: AccountingSettings) -> None:
    code, _, err = await run("migrate", settings)
    assert code == 0, err
    code, _, err = await run("migrate", settings, ACCOUNTING_ADMIN_DATABASE_URL="")
    assert code == 1
    assert "ACCOUNTING_ADMIN_DATABASE_URL is needed" in err


@pytest.mark.parametrize("command", ["export", "serve"])
async def test_a_wrong_setting_ends_it_at_once(settings: AccountingSettings, command: str) -> None:
    code, _, err = await run(command, settings, ACCOUNTING_CONNECTORS='["quickbooks"]')
    assert code == 2
    assert "ACCOUNTING_CONNECTORS[0]" in err
