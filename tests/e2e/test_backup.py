"""A backup of all of Factures while it works, restored beside it: with the ledger that went on meanwhile."""

import asyncio
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
