"""The process as it is deployed: started, served by a real broker, stopped by a signal."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from services.accounting_sync.settings import AccountingSettings
from shared.bus import topology
from shared.bus.outcome import Ack, Outcome
from shared.bus.port import Delivery
from shared.bus.rabbitmq import RabbitMQBus
from shared.contracts.envelope import Envelope
from tests.accounting.bean_check import complaints
from tests.accounting.documents import credit_note, invoice
from tests.support.ports import free_ports
from tests.unit.accounting_sync.doubles import command_envelope


@asynccontextmanager
async def started(settings: AccountingSettings, url: str, port: int) -> AsyncIterator[Process]:
    """`serve`, from when it is ready; ended by force if the test fails."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.accounting_sync",
        env={
            **os.environ,
            "AMQP_URL": url,
            "MANAGEMENT_PORT": str(port),
            "ACCOUNTING_DATABASE_URL": settings.database_url.get_secret_value(),
            "ACCOUNTING_LEDGER_FOLDER": str(settings.ledger_folder),
        },
        stderr=PIPE,
    )
    try:
        async with asyncio.timeout(30), aiohttp.ClientSession() as client:
            while not await _is_ready(client, port):
                assert process.returncode is None
                await asyncio.sleep(0.05)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def _is_ready(client: aiohttp.ClientSession, port: int) -> bool:
    try:
        async with client.get(f"http://127.0.0.1:{port}/readyz") as response:
            return response.status == 200
    except aiohttp.ClientConnectionError:
        return False


async def test_it_serves_until_it_is_told_to_stop(settings: AccountingSettings, rabbitmq_url: str) -> None:
    results: asyncio.Queue[Envelope] = asyncio.Queue()

    async def keep(delivery: Delivery) -> Outcome:
        results.put_nowait(delivery.envelope)
        return Ack()

    bus = await RabbitMQBus.connect(rabbitmq_url, settings.retry_policy(), name="test")
    try:
        await bus.serve(topology.RESULTS, keep, concurrency=1)
        (port,) = free_ports(1)
        async with started(settings, rabbitmq_url, port) as process:
            documents = [invoice(), credit_note()]
            for document in documents:
                await bus.publish(command_envelope(document, document.number))
            async with asyncio.timeout(20):
                answers = [await results.get() for _ in documents]
            assert {answer.type for answer in answers} == {"results.accounting.transferred.v1"}
            assert {answer.causationid for answer in answers} == {document.number for document in documents}

            process.send_signal(signal.SIGTERM)
            _, errors = await asyncio.wait_for(process.communicate(), 20)
            assert process.returncode == 0, errors.decode()
        assert complaints(settings.ledger_folder) == []
    finally:
        await bus.close()
