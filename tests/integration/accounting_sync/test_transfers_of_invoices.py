"""The service as it is composed, on real PostgreSQL and a real ledger; only the bus is a double."""

import asyncio
import signal
import sys
from dataclasses import replace

import asyncpg
import pytest

from services.accounting_sync.composition import serving, transfer_log_pool
from services.accounting_sync.settings import AccountingSettings
from services.accounting_sync.transfers import PostgresTransferLog, Transfer
from shared.bus.outcome import Ack, DeadLetter, Outcome, Retry
from shared.bus.port import Delivery
from shared.contracts.commands import TransferInvoice
from shared.contracts.envelope import Envelope
from shared.contracts.results import InvoiceTransferred
from tests.accounting.bean_check import complaints
from tests.accounting.documents import credit_note, foreign, hostile, invoice, worked_examples
from tests.unit.accounting_sync.doubles import RecordingBus, command_envelope, delivered

TRANSFERRED = "results.accounting.transferred.v1"
FAILED = "results.accounting.transfer_failed.v1"


async def handle(settings: AccountingSettings, *deliveries: Delivery) -> tuple[list[Outcome], list[Envelope]]:
    """Start the service, deliver all at once, stop it."""
    bus = RecordingBus()
    async with serving(settings, bus):
        (subscription,) = bus.subscriptions
        outcomes = await asyncio.gather(*(subscription.handler(delivery) for delivery in deliveries))
    return list(outcomes), bus.published


async def row_of(settings: AccountingSettings, command: TransferInvoice) -> Transfer | None:
    async with (
        transfer_log_pool(settings) as pool,
        PostgresTransferLog(pool).locked(command.invoice_id) as row,
    ):
        return await row.read()


async def test_the_service_serves_its_queue_and_is_ready(settings: AccountingSettings) -> None:
    bus = RecordingBus()
    async with serving(settings, bus) as checks:
        (subscription,) = bus.subscriptions
        assert (subscription.queue, subscription.concurrency) == ("accounting.transfer", 4)
        assert set(checks) == {"database", "bus", "consumer"}
        assert all([await check() for check in checks.values()])
        subscription.running = False
        assert not await checks["consumer"]()
        subscription.running = True
        assert complaints(settings.ledger_folder) == []
    assert not subscription.running


async def test_only_what_the_settings_name_is_connected(settings: AccountingSettings) -> None:
    for names, code in ((("none",), "unknown_connector"), (("beancount",), None)):
        chosen = settings.model_copy(update={"connectors": names})
        _, (result,) = await handle(chosen, delivered(invoice(attempt=2 if code is None else 1), repr(names)))
        assert result.data.get("reason", {}).get("code") == code


async def test_documents_are_booked_and_answered(settings: AccountingSettings) -> None:
    documents = [*worked_examples(), foreign(), *hostile()]
    deliveries = [delivered(document, document.invoice_id) for document in documents]
    outcomes, results = await handle(settings, *deliveries)
    # More of them than connections: some had to wait their turn, none was lost.
    assert outcomes == [Ack()] * len(documents)
    assert {result.type for result in results} == {TRANSFERRED}
    totals = {result.data["invoice_id"]: result.data["total"] for result in results}
    assert totals == {document.invoice_id: f"{document.total:.2f}" for document in documents}
    assert complaints(settings.ledger_folder) == []


async def test_a_redelivery_in_another_process_publishes_the_very_same_result(
    settings: AccountingSettings,
) -> None:
    command = delivered(invoice())
    _, (first,) = await handle(settings, command)
    outcomes, (second,) = await handle(settings, replace(command, attempt=2))
    assert outcomes == [Ack()]
    assert (first.source, first.id, first.fingerprint()) == (second.source, second.id, second.fingerprint())


async def test_a_failure_is_answered_alike_and_can_be_tried_again(settings: AccountingSettings) -> None:
    unfit = invoice(currency="dollars")
    _, (first,) = await handle(settings, delivered(unfit))
    _, (second,) = await handle(settings, delivered(unfit, attempt=2))
    assert first.data["reason"]["code"] == "invalid_currency"
    assert (first.id, first.fingerprint()) == (second.id, second.fingerprint())

    _, (third,) = await handle(settings, delivered(invoice(attempt=2), "command-2"))
    assert third.type == TRANSFERRED


async def test_copies_delivered_at_once_book_once(settings: AccountingSettings) -> None:
    outcomes, results = await handle(settings, *[delivered(invoice()) for _ in range(4)])
    assert set(map(type, outcomes)) <= {Ack, Retry}
    assert Ack() in outcomes
    assert len({(result.id, result.fingerprint()) for result in results}) == 1
    row = await row_of(settings, invoice())
    assert row is not None
    assert (row.state, row.attempts) == ("transferred", 1)
    assert len(list((settings.ledger_folder / "books" / "2026").iterdir())) == 1


async def test_what_postgresql_can_not_hold_is_parked(settings: AccountingSettings) -> None:
    envelope = command_envelope(invoice())
    spoilt = envelope.model_copy(update={"data": {**envelope.data, "invoice_id": "a\0b"}})
    outcomes, results = await handle(settings, Delivery(spoilt, "accounting.transfer", 1))
    (outcome,) = outcomes
    assert isinstance(outcome, DeadLetter)
    assert results == []


async def test_a_document_that_somebody_changed_in_the_ledger_is_told_to_a_person(
    settings: AccountingSettings,
) -> None:
    _, (result,) = await handle(settings, delivered(invoice()))
    path = settings.ledger_folder / str(result.data["external_id"])
    path.write_text(path.read_text().replace("114.98", "114.99"))
    connection = await asyncpg.connect(settings.admin_database_url.get_secret_value())  # type: ignore[union-attr]  # the fixture sets it
    await connection.execute("set session_replication_role = replica; delete from transfers")  # a lost table
    await connection.close()
    _, (again,) = await handle(settings, delivered(invoice(attempt=2), "command-2"))
    assert (again.type, again.data["reason"]["code"]) == (FAILED, "total_differs")


@pytest.mark.parametrize(
    ("moment", "state", "in_ledger"),
    [
        ("sending", "sending", False),
        ("booked", "sending", True),
        ("recorded", "transferred", True),
        ("published", "transferred", True),
    ],
)
async def test_a_worker_killed_at_any_moment_books_once_and_answers(
    settings: AccountingSettings, moment: str, state: str, *, in_ledger: bool
) -> None:
    envelope = command_envelope(invoice())
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.integration.accounting_sync.dying_worker",
        settings.database_url.get_secret_value(),
        settings.ledger_folder,
        moment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    published, errors = await process.communicate(envelope.encode())
    assert process.returncode == -signal.SIGKILL, errors.decode()
    document = settings.ledger_folder / "books" / "2026" / "00004.beancount"
    assert document.exists() == in_ledger
    row = await until_free(settings, invoice())
    assert row.state == state

    outcomes, (result,) = await handle(settings, Delivery(envelope, "accounting.transfer", 1))
    assert outcomes == [Ack()]
    assert InvoiceTransferred.model_validate(result.data).total == invoice().total
    if published:
        before = Envelope.decode(published)
        assert (before.id, before.fingerprint()) == (result.id, result.fingerprint())
    assert complaints(settings.ledger_folder) == []
    assert [path.name for path in document.parent.iterdir()] == [document.name]
    row = await until_free(settings, invoice())
    assert (row.state, row.attempts) == ("transferred", 2 if moment == "sending" else 1)


async def until_free(settings: AccountingSettings, command: TransferInvoice) -> Transfer:
    """The row, once the server has noticed that the session of whoever was killed is gone."""
    async with transfer_log_pool(settings) as pool, asyncio.timeout(20), pool.acquire() as connection:
        # The same lock, waited for.
        key = "hashtextextended($1, 7403118)"
        await connection.execute(f"select pg_advisory_lock({key})", command.invoice_id)
        await connection.execute(f"select pg_advisory_unlock({key})", command.invoice_id)
    row = await row_of(settings, command)
    assert row is not None
    return row


async def test_credits_link_to_what_they_credit(settings: AccountingSettings) -> None:
    await handle(settings, delivered(invoice(), "c1"), delivered(credit_note(), "c2"))
    text = (settings.ledger_folder / "books" / "2026" / "00006.beancount").read_text()
    assert "^00006 ^00004 #note-credit" in text.splitlines()[0]
