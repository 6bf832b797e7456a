"""A backup of all of Factures while it works, restored beside it: with the ledger that went on meanwhile."""

import asyncio
import json
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from tests.support.billing import billed, drafted, finalized
from tests.support.deployment import Deployment
from tests.support.shop_client import ShopClient

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.long]


async def test_what_was_booked_after_the_backup_is_named_and_its_number_is_not_given_again(
    factures: Deployment, shop: ShopClient, tmp_path: Path
) -> None:
    kept = await billed(shop, await drafted(factures, shop, "D-KEPT"))
    said = await asyncio.to_thread(factures.operate, "backup", str(tmp_path / "backup"))
    assert "documents in" in said
    for export in ("accounting_sync", "mailer"):
        assert kept["id"] in (tmp_path / f"backup/exports/{export}.jsonl").read_text()
    lost = await finalized(shop, await drafted(factures, shop, "D-LOST"))

    await factures.postgres.create_database("restored")
    service = urlsplit(factures.invoice_database)
    settings = {
        "INVOICE_DATABASE_URL": urlunsplit(service._replace(path="/restored")),
        "INVOICE_ADMIN_DATABASE_URL": factures.postgres.admin_dsn("restored"),
    }
    await asyncio.to_thread(factures.operate, "migrate", settings=settings)
    words = ("restore", str(tmp_path / "backup"))
    said = await asyncio.to_thread(factures.operate, *words, settings=settings)
    number = int(lost["number"])
    assert f"{number} to {number} skipped\n" in said
    with pytest.raises(AssertionError, match=rf"ledger: {lost['number']}: booked, but no final") as found:
        await asyncio.to_thread(factures.operate, "verify", settings=settings)
    assert "1 finding\n" in str(found.value)


async def test_all_databases_and_the_ledger_come_back_and_agree(
    factures: Deployment, shop: ShopClient, tmp_path: Path
) -> None:
    """Everything is lost but the backups: in their order (docs/operating.md) they make a whole that agrees."""
    kept = await billed(shop, await drafted(factures, shop, "D-WHOLE"))
    folder, ledger = tmp_path / "backup", tmp_path / "ledger"
    for service, words in (
        ("services.invoice_service.commands", ("backup", "invoices", "--exports", "none")),
        ("services.mailer", ("backup", "mailer")),
        ("services.accounting_sync", ("backup", "accounting")),
    ):
        word, name, *more = words
        await asyncio.to_thread(factures.run, service, word, str(folder / name), *more)
    settings = {"ACCOUNTING_LEDGER_FOLDER": str(ledger), "DOCUMENTS_URL": f"file://{tmp_path / 'documents'}"}
    for name, prefix in (("invoice", "INVOICE"), ("mailer", "MAILER"), ("accounting", "ACCOUNTING")):
        database = f"whole_{name}"
        await factures.postgres.create_database(database)
        url = urlsplit(factures.database(name))
        settings[f"{prefix}_DATABASE_URL"] = urlunsplit(url._replace(path=f"/{database}"))
        settings[f"{prefix}_ADMIN_DATABASE_URL"] = factures.postgres.admin_dsn(database)

    async def run(service: str, *words: str) -> str:
        return await asyncio.to_thread(factures.run, service, *words, settings=settings)

    for service in ("services.invoice_service", "services.mailer", "services.accounting_sync"):
        await run(service, "migrate")
    await run("services.accounting_sync", "restore", str(folder / "accounting"))
    await run("services.mailer", "restore", str(folder / "mailer"))
    await run("services.invoice_service.commands", "restore", str(folder / "invoices"))
    assert "no findings" in await run("services.invoice_service.commands", "verify")
    told = await run("services.mailer", "export")
    assert kept["id"] in told
    assert kept["number"] in await run("services.accounting_sync", "export")
    checked = json.loads(await run("services.accounting_sync", "check"))
    assert checked["accepted"], checked
