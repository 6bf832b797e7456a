"""`factures collect`: which PDFs go, which stay, and what a kill in the middle leaves."""

import datetime as dt
import os
import signal
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
import pytest_asyncio

from services.invoice_service.application.collect_documents import Collected, collect_documents
from services.invoice_service.composition import transactions_on
from shared.documents.store import StoreUnavailable
from tests.integration.invoice_service.invoices.shop import Json, Shop, expect, mailed
from tests.integration.invoice_service.invoices.test_documents import made, path
from tests.support.processes import ROOT, clean_environment

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOTHING = Collected(0, 0)


async def collected(shop: Shop, *, days: int = 31) -> Collected:
    """What a run so many days later collects."""
    before = shop.api.clock() + dt.timedelta(days=days - 30)
    return await collect_documents(transactions_on(shop.api.pool), shop.api.services.documents, before=before)


async def edited(shop: Shop, invoice: Json, times: int = 1) -> Json:
    """Edited so many times, and its document made after each."""
    for _ in range(times):
        invoice = expect(await shop.patch(invoice, {"message": f"v{invoice['version']}"}), 200)
        expect(await shop.api.get(path(invoice)), 202)
        await made(shop, invoice)
    return invoice


async def kept(shop: Shop, invoice: Json) -> list[int]:
    """The versions whose document is in the store."""
    store = shop.api.services.documents
    versions = range(1, invoice["version"] + 1)
    return [one for one in versions if await store.find(f"{invoice['id']}/{one}.pdf") is not None]


async def rows(shop: Shop, invoice: Json) -> list[int]:
    sql = "select version from invoice_documents where invoice_id = $1 order by version"
    return [row["version"] for row in await shop.database.fetch(sql, uuid.UUID(invoice["id"]))]


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def _clean(shop: Shop) -> None:
    """Nothing of another test is left to collect."""
    await collected(shop)


async def test_of_a_pro_forma_that_changed_the_last_document_stays_and_a_second_run_has_nothing_to_do(
    shop: Shop,
) -> None:
    invoice = await edited(shop, await shop.billing({"price": "10.00"}), 3)
    last = invoice["version"]
    assert await collected(shop, days=29) == NOTHING

    assert await collected(shop) == Collected(2, 0)
    assert await collected(shop) == NOTHING

    assert (await kept(shop, invoice), await rows(shop, invoice)) == ([last], [last])
    assert (await shop.api.get(path(invoice))).status == 200


async def test_what_was_emailed_stays_and_can_be_sent_again(shop: Shop) -> None:
    invoice = await edited(shop, await shop.billing({"price": "10.00"}))
    email = expect(await shop.email(invoice), 202)
    await shop.result("email.sent", mailed(email, "sent", invoice_id=invoice["id"]))
    later = await edited(shop, await shop.get(invoice["number"]), 2)

    assert await collected(shop) == Collected(1, 0)

    assert await kept(shop, later) == [invoice["version"], later["version"]]
    expect(await shop.api.post(f"/invoices/{invoice['number']}/emails/{email['id']}/resend"), 202)


async def test_nothing_goes_of_an_invoice_whose_document_is_being_made_or_mailed(shop: Shop) -> None:
    rendering = await edited(shop, await shop.billing({"price": "10.00"}), 2)
    changed = expect(await shop.patch(rendering, {"message": "x"}), 200)
    expect(await shop.api.get(path(changed)), 202)
    mailing = await edited(shop, await shop.billing({"price": "10.00"}), 2)
    expect(await shop.email(mailing), 202)

    assert await collected(shop) == NOTHING

    await made(shop, changed)
    assert await collected(shop) == Collected(2, 0)


async def test_a_final_keeps_its_document_and_loses_those_of_its_pro_forma(shop: Shop) -> None:
    invoice = await edited(shop, await shop.billing({"price": "10.00"}, tax_code="00"), 2)
    final = await shop.finalize(invoice)
    await made(shop, final)

    assert await collected(shop) == Collected(2, 0)

    assert (await kept(shop, final), await rows(shop, final)) == ([final["version"]], [final["version"]])


async def test_a_file_that_two_versions_share_stays_as_long_as_one_of_them_does(shop: Shop) -> None:
    invoice = await shop.billing({"price": "10.00"})
    reference = await shop.api.services.documents.put(f"{invoice['id']}/same.pdf", b"%PDF the same")
    for _ in range(2):
        document = reference.model_dump()
        data = {"invoice_id": invoice["id"], "version": invoice["version"], "document": document}
        await shop.result("document.rendered", data)
        last, invoice = invoice, expect(await shop.patch(invoice, {"message": f"{invoice['version']}"}), 200)
    await shop.database.fetch(
        "update invoices set version = $2 where id = $1", uuid.UUID(last["id"]), last["version"]
    )

    assert await collected(shop) == NOTHING

    assert await rows(shop, invoice) == [last["version"]]
    assert await shop.api.services.documents.find(reference.key) == reference


async def test_of_a_deleted_one_all_go_but_what_was_emailed(shop: Shop) -> None:
    invoice = await edited(shop, await shop.billing({"price": "10.00"}))
    email = expect(await shop.email(invoice), 202)
    await shop.result("email.sent", mailed(email, "sent", invoice_id=invoice["id"]))
    later = await edited(shop, await shop.get(invoice["number"]), 2)
    assert (await shop.delete(later)).status == 204
    late = {**later, "version": later["version"] + 1}
    await made(shop, late)

    assert await collected(shop, days=29) == NOTHING
    assert await collected(shop) == Collected(0, 3)
    assert await collected(shop) == NOTHING

    assert await kept(shop, late) == [invoice["version"]]


async def test_a_store_that_fails_loses_no_row(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    invoice = await edited(shop, await shop.billing({"price": "10.00"}), 2)

    async def down(key: str) -> None:
        raise StoreUnavailable(key, "down")

    with monkeypatch.context() as patched:
        patched.setattr(shop.api.services.documents, "remove", down)
        with pytest.raises(StoreUnavailable):
            await collected(shop)

    assert len(await rows(shop, invoice)) == 2
    assert await collected(shop) == Collected(1, 0)


async def test_a_kill_between_the_file_and_its_row_leaves_nothing_that_the_next_run_does_not_find(
    shop: Shop, tmp_path: Path
) -> None:
    invoice = await edited(shop, await shop.billing({"price": "10.00"}), 3)
    settings = {
        "INVOICE_DATABASE_URL": shop.database.dsn,
        "DOCUMENTS_URL": shop.api.services.settings.documents_url,
    }

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            env=clean_environment(tmp_path, settings),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    command = "services.invoice_service.commands"
    point = "shared.documents.store:DocumentStore.remove"
    killed = run("tests.support.killed_process", "after", point, "--", command, "collect")
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert (len(await kept(shop, invoice)), len(await rows(shop, invoice))) == (2, 3)
    assert (await shop.api.get(path(invoice))).status == 200

    done = run(command, "collect")

    assert done.returncode == os.EX_OK, done.stderr
    assert done.stdout == (
        "older than 30 days: removed 2 documents of pro formas that changed since, 0 of deleted ones\n"
    )
    assert await kept(shop, invoice) == await rows(shop, invoice) == [invoice["version"]]
