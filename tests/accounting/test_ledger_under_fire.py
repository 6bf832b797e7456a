"""The ledger survives being killed at any moment, and several writers at once."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

from services.accounting_sync.connectors.beancount import BeancountConnector
from services.accounting_sync.connectors.beancount_reading import BookedDocument
from shared.contracts.commands import TransferInvoice
from tests.accounting.bean_check import complaints
from tests.accounting.documents import invoice


def connector(folder: Path) -> BeancountConnector:
    return BeancountConnector(folder, operating_currency="CAD")


def booked_numbers(folder: Path) -> list[str]:
    entries = [entry for _, entry in connector(folder).documents()]
    assert all(isinstance(entry, BookedDocument) for entry in entries)
    return sorted(entry.number for entry in entries if isinstance(entry, BookedDocument))


async def test_a_kill_at_any_moment_leaves_a_good_ledger_that_the_next_attempt_completes(
    tmp_path: Path,
) -> None:
    killed, folders = book_and_be_killed(tmp_path)
    assert min(killed) >= 20
    assert len(folders) == sum(killed) + 2  # and the two that survived

    before = [booked_numbers(folder) for folder in folders]
    left = [complaints(folder) for folder in one_of_each(folders) if is_begun(folder)]
    assert left == [[]] * 5  # new: empty, accounts opened, complete; in use: as it was, complete
    for folder in folders:
        booked = await connector(folder).book(invoice())
        assert booked.external_id == "books/2026/00004.beancount"
    assert [complaints(folder) for folder in one_of_each(folders)] == [[], []]

    assert all(booked_numbers(folder).count("00004") == 1 for folder in folders)
    # The kills were spread over the whole of it: some before the document was there, some after.
    assert any("00004" in numbers for numbers in before)
    assert any("00004" not in numbers for numbers in before)


def is_begun(folder: Path) -> bool:
    return (folder / "ledger.beancount").exists()


def one_of_each(folders: list[Path]) -> list[Path]:
    """Of ledgers with the same content, one."""
    return list({frozenset(content(folder).items()): folder for folder in folders}.values())


def content(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*.beancount"))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def book_and_be_killed(root: Path) -> tuple[list[int], list[Path]]:
    """How often it was killed in new ledgers and in used ones, and all the ledgers that are left."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.accounting.killed_booking", root],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(run.stdout), sorted(root.iterdir())


async def test_processes_that_book_the_same_and_other_documents_at_once(tmp_path: Path) -> None:
    shared = [invoice(number=f"S{number:03}") for number in range(40)]
    own = [[invoice(number=f"{name}{number:03}") for number in range(20)] for name in "AB"]
    contested = [invoice(number="X001", invoice_id=f"of process {name}") for name in "AB"]
    orders = [
        [*shared, *own[0], contested[0]],
        [contested[1], *reversed(shared), *own[1]],
        list(reversed(shared)),
    ]
    answers = await book_in_processes(tmp_path, orders)

    assert complaints(tmp_path) == []
    assert booked_numbers(tmp_path) == sorted(
        ["X001", *(document.number for document in [*shared, *own[0], *own[1]])]
    )
    assert sorted([answers[0][-1], answers[1][0]]) == ["books/2026/X001.beancount", "number_taken"]
    assert answers[2] == [f"books/2026/{document.number}.beancount" for document in orders[2]]


async def book_in_processes(folder: Path, orders: list[list[TransferInvoice]]) -> list[list[str]]:
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.accounting.booking_process",
            folder,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        for _ in orders
    ]
    for process in processes:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
    inputs = ["\n".join(command.model_dump_json() for command in order).encode() for order in orders]
    outputs = await asyncio.gather(
        *(process.communicate(text) for process, text in zip(processes, inputs, strict=True))
    )
    assert [process.returncode for process in processes] == [0] * len(processes)
    return [out.decode().splitlines() for out, _ in outputs]
