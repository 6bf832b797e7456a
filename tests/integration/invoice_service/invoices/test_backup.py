"""`factures backup` and `restore`, from one real database and store into another."""

import asyncio
import shutil
import signal
import sys
import zlib
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
import pytest_asyncio
from pydantic import SecretStr

from services.invoice_service.backups import make_backup, restore_backup
from services.invoice_service.commands import parser
from services.invoice_service.commands.books import NobodyToAsk, exported
from services.invoice_service.commands.operator import operator_context
from services.invoice_service.domain.errors import Refusal
from services.invoice_service.messaging.sealer import Sealer
from services.invoice_service.settings import InvoiceSettings
from shared.documents.store import DocumentChanged, DocumentStore
from tests.integration.invoice_service.invoices.shop import Json, Shop, expect, open_shop
from tests.integration.invoice_service.invoices.test_documents import made, path
from tests.support.invoicing import Database, make_database, running
from tests.support.killed_process import LAST_WORDS
from tests.support.postgres import PrivatePostgres
from tests.support.processes import run_command

pytestmark = pytest.mark.asyncio(loop_scope="module")

# Of one run: when each was asked for, who holds it, what goes out. And what a restore adds.
_TABLES = """
    select relname::text as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace
      and relname not in ('settings', 'outbox', 'happenings', 'audit', 'sessions', 'batches', 'batch_invoices')
    order by 1"""


async def factures(settings: InvoiceSettings, *words: str) -> int:
    parsed = parser().parse_args(words)
    return int(await parsed.run(settings, parsed))


def settings_of(database: Database, folder: Path) -> InvoiceSettings:
    return InvoiceSettings(
        database_url=SecretStr(database.dsn),
        admin_database_url=SecretStr(database.admin_dsn),
        documents_url=f"file://{folder}",
    )


async def contents(database: Database) -> dict[str, list[str]]:
    """Every row of every table that a restore brings back as it was."""
    names = [row["name"] for row in await database.fetch(_TABLES)]
    return {
        name: [
            row["text"]
            for row in await database.fetch(
                f"select (to_jsonb(t) - 'applied_at')::text as text from {name} t order by 1"
            )
        ]
        for name in names
    }


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def billed(shop: Shop) -> list[Json]:
    """Two finals with their documents, one credited; a pro forma; the trail sealed."""
    finals = []
    for price in ("10.00", "99.95"):
        final = await shop.transferred(await shop.billing({"price": price}))
        expect(await shop.api.get(path(final)), 202)
        await made(shop, final)
        finals.append(final)
    expect(await shop.credit(finals[0]), 201)
    await shop.billing({"price": "5.00"})
    await Sealer(shop.api.services.transactions).seal_all()
    return finals


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def whole(shop: Shop, billed: list[Json], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of it, to be read only."""
    assert billed
    folder = tmp_path_factory.mktemp("backups") / "whole"
    settings = settings_of(shop.database, shop.api.folder)
    assert await factures(settings, "backup", str(folder), "--exports", "none") == 0
    return folder


@pytest.fixture
def copy(whole: Path, tmp_path: Path) -> Path:
    """A backup of one's own, to be spoiled."""
    return Path(shutil.copytree(whole, tmp_path / "copy"))


@pytest.fixture
async def target(postgres: PrivatePostgres, tmp_path: Path) -> tuple[Database, InvoiceSettings]:
    """An empty, migrated system."""
    database = await make_database(postgres)
    return database, settings_of(database, tmp_path / "store")


async def refused(settings: InvoiceSettings, folder: Path) -> str:
    with pytest.raises(Refusal) as refusal:
        await restore_backup(settings, folder, [], operator_context())
    return refusal.value.code


async def test_all_comes_back_and_the_books_close(
    shop: Shop,
    whole: Path,
    target: tuple[Database, InvoiceSettings],
    billed: list[Json],
    capsys: pytest.CaptureFixture[str],
) -> None:
    database, settings = target
    assert await factures(settings, "restore", str(whole), "--ledger", "none") == 0
    assert await contents(database) == await contents(shop.database)
    capsys.readouterr()
    assert await factures(settings, "verify", "--ledger", "none") == 0, capsys.readouterr().out
    async with running(database, Path(settings.documents_url.removeprefix("file://"))) as api:
        told = expect(await api.get("/settings"), 200)
        assert (told["outbound"], told["connector_paused"]) == ("off", True)
        assert (await api.get(path(billed[0]))).status == 200
        # The counters and the trail go on behind what was restored; the guards stand again.
        again = expect(await api.post("/invoices", {"customer": billed[0]["customer"]}), 201)
        assert again["number"] not in {one["proforma_number"] for one in billed}
    for change in ("delete from invoices where final_number is not null", "delete from audit"):
        with pytest.raises(Exception, match=r"final|append-only"):
            await database.fetch(change)


async def test_nothing_that_may_have_left_is_sent_again(
    postgres: PrivatePostgres, tmp_path: Path, target: tuple[Database, InvoiceSettings]
) -> None:
    async with open_shop(await make_database(postgres), tmp_path / "old") as shop:
        final = await shop.finalize(await shop.billing({"price": "10.00"}))
        await made(shop, final)
        expect(await shop.email(final), 202)
        assert await shop.outbox(final, "email.send")
        settings = settings_of(shop.database, shop.api.folder)
        await make_backup(settings, tmp_path / "backup", dict)
    database, empty = target
    done = await restore_backup(empty, tmp_path / "backup", [], operator_context())
    assert done.uncertain == 1
    assert not await database.fetch("select from outbox where type like '%email.send%'")
    (email,) = await database.fetch("select state, reason ->> 'code' as code from emails")
    assert (email["state"], email["code"]) == ("uncertain", "restored")
    (axis,) = await database.fetch("select delivery_state from invoice_axes")
    assert axis["delivery_state"] == "uncertain"


async def test_what_was_to_be_told_by_mail_is_not_told_again(
    postgres: PrivatePostgres, tmp_path: Path, target: tuple[Database, InvoiceSettings]
) -> None:
    """Whether it was mailed after the backup is not known; the notification itself is there to be read."""
    source = await make_database(postgres)
    alert = "insert into notifications (id, code, message, mail_wanted, mailed_at) values "
    await source.fetch(
        alert
        + "(gen_random_uuid(), 'waiting', '{}', true, null), (gen_random_uuid(), 'told', '{}', true, now())"
    )
    await make_backup(settings_of(source, tmp_path / "store"), tmp_path / "backup", dict)
    database, empty = target
    await restore_backup(empty, tmp_path / "backup", [], operator_context())
    rows = await database.fetch(
        "select code, mail_wanted, mailed_at is null as untold, read_at from notifications"
    )
    assert {(row["code"], row["mail_wanted"], row["untold"], row["read_at"]) for row in rows} == {
        ("waiting", False, True, None),
        ("told", True, False, None),
    }


async def test_a_backup_that_was_killed_is_none(
    shop: Shop, billed: list[Json], tmp_path: Path, target: tuple[Database, InvoiceSettings]
) -> None:
    assert billed
    folder, settings = tmp_path / "killed", settings_of(shop.database, shop.api.folder)
    ended = await asyncio.to_thread(
        run_command,
        [
            *("tests.support.killed_process", "before", "pathlib:Path.rename", "--"),
            *("services.invoice_service.commands", "backup", str(folder), "--exports", "none"),
        ],
        home=tmp_path,
        settings={
            "INVOICE_DATABASE_URL": settings.database_url.get_secret_value(),
            "DOCUMENTS_URL": settings.documents_url,
        },
    )
    assert (ended.returncode, LAST_WORDS in ended.stderr) == (-signal.SIGKILL, True), ended.stderr
    assert len(list((folder / "documents").rglob("*.pdf"))) == len(billed)
    assert await refused(target[1], folder) == "backup_unfinished"


async def test_a_document_that_is_gone_is_told_and_the_rest_is_kept(
    shop: Shop, billed: list[Json], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert billed
    elsewhere = settings_of(shop.database, tmp_path / "empty store")
    assert await factures(elsewhere, "backup", str(tmp_path / "b"), "--exports", "none") == 1
    assert capsys.readouterr().out.count("document missing or damaged") == len(billed)
    assert (tmp_path / "b/manifest.json").is_file()


async def test_numbers_that_ledger_or_store_know_are_never_given_again(
    whole: Path, target: tuple[Database, InvoiceSettings], capsys: pytest.CaptureFixture[str]
) -> None:
    database, settings = target
    ubl = (
        '<Invoice xmlns:b="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">'
        "<b:ID>00041</b:ID></Invoice>"
    )
    pdf = b"%PDF-1.7\n1 0 obj\nstream\n" + zlib.compress(ubl.encode()) + b"\nendstream"
    await DocumentStore(settings.documents_url).put("documents/ab/later.pdf", pdf)
    ledger = [{"kind": "booked", "number": "00007"}, {"kind": "unreadable"}]
    done = await restore_backup(settings, whole, ledger, operator_context())
    (series,) = await database.fetch("select next_value from number_series where kind = 'final'")
    assert series["next_value"] == 42
    assert [(one.kind, one.first_value, one.last_value) for one in done.skipped] == [("final", 3, 41)]
    assert await factures(settings, "verify", "--ledger", "none") == 0, capsys.readouterr().out


async def test_what_accounting_told_elsewhere_comes_as_a_file(
    shop: Shop,
    whole: Path,
    target: tuple[Database, InvoiceSettings],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = tmp_path / "ledger.jsonl"
    told.write_text(
        '{"kind": "booked", "invoice_id": "later", "number": "00007"}\n{"kind": "transfer", "number": "00009"}\n'
    )
    settings = settings_of(shop.database, shop.api.folder)
    assert await factures(settings, "verify", "--ledger", str(told)) == 1
    assert "ledger: 00007: booked, but no final has the id later\n" in capsys.readouterr().out
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(told.read_bytes())))
    assert await factures(target[1], "restore", str(whole), "--ledger", "-") == 0
    assert "final series of MAIN: 3 to 9 skipped\n" in capsys.readouterr().out


async def test_whom_nobody_can_ask_here_is_said() -> None:
    with pytest.raises(NobodyToAsk, match=r"give this command the file"):
        await asyncio.to_thread(exported, "accounting_sync.not_here")


async def test_a_restore_that_failed_is_begun_again_and_one_that_is_done_is_refused(
    whole: Path, target: tuple[Database, InvoiceSettings], billed: list[Json]
) -> None:
    database, settings = target
    store, key = DocumentStore(settings.documents_url), f"{billed[0]['id']}/{billed[0]['version']}.pdf"
    await store.put(key, b"something else")
    with pytest.raises(DocumentChanged):
        await restore_backup(settings, whole, [], operator_context())
    assert not await database.fetch("select from invoices")
    await store.remove(key)
    await restore_backup(settings, whole, [], operator_context())
    assert await refused(settings, whole) == "restore_not_empty"


async def test_a_system_in_use_is_left_alone(whole: Path, target: tuple[Database, InvoiceSettings]) -> None:
    database, settings = target
    await database.fetch("insert into gl_accounts values ('4444', 'Ventes', 'revenue')")
    assert await refused(settings, whole) == "restore_not_empty"
    assert not await database.fetch("select from invoices")


async def test_another_version_is_refused(whole: Path, target: tuple[Database, InvoiceSettings]) -> None:
    database, settings = target
    await database.fetch("insert into schema_migrations (name, sha256) values ('9999_later.sql', '')")
    assert await refused(settings, whole) == "restore_other_version"


@pytest.mark.parametrize("name", ["tables/invoices.copy", "manifest.json"])
async def test_a_changed_file_is_refused(
    copy: Path, target: tuple[Database, InvoiceSettings], name: str
) -> None:
    file = copy / name
    file.write_text(file.read_text().replace("00001", "00009", 1).replace("made_at", "made_on", 1))
    assert await refused(target[1], copy) == "backup_changed"


async def test_a_removed_document_is_refused(copy: Path, target: tuple[Database, InvoiceSettings]) -> None:
    next(file for file in (copy / "documents").rglob("*.pdf")).unlink()
    assert await refused(target[1], copy) == "backup_changed"


async def test_a_backup_that_was_cut_off_is_none(
    shop: Shop, tmp_path: Path, target: tuple[Database, InvoiceSettings]
) -> None:
    def cut_off() -> dict[str, bytes]:
        raise OSError("no space left")

    folder, settings = tmp_path / "cut", settings_of(shop.database, shop.api.folder)
    with pytest.raises(OSError, match="no space"):
        await make_backup(settings, folder, cut_off)
    assert (folder / "tables/settings.copy").stat().st_size
    assert await refused(target[1], folder) == "backup_unfinished"
    with pytest.raises(Refusal, match="backup_folder_taken"):
        await make_backup(settings, folder, dict)
