"""A document can end its own process, and nothing else."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from services.render_service.engine import process
from services.render_service.engine.frames import Job
from services.render_service.engine.limits import Limits
from services.render_service.engine.pool import Pool
from services.render_service.engine.process import Child
from services.render_service.errors import ChildUnavailable, RenderCrashed, RenderTimedOut, Unprintable
from tests.integration.render_service.documents import MEGABYTE, ROOMY, endless, heavy, small
from tests.integration.render_service.processes import ended_within, processor_seconds, rendering_processes

PRINTED = b"%PDF-1.7"


def _children() -> set[int]:
    return rendering_processes(os.getpid())


def _limits(
    *, memory: int = 1024, cpu_seconds: int = 30, wall_seconds: float = 30, jobs: int = 100, niceness: int = 0
) -> Limits:
    return Limits(memory * MEGABYTE, cpu_seconds, wall_seconds, jobs, niceness)


async def test_too_long_on_the_wall() -> None:
    # Enough for the small one, also when a whole test suite runs beside.
    async with Pool.running(_limits(wall_seconds=2.5), size=1) as pool:
        (before,) = _children()
        with pytest.raises(RenderTimedOut, match=r"more than 2\.5 s"):
            await pool.render(endless())

        assert ended_within(before, 0)
        assert (await pool.render(small())).startswith(PRINTED)


async def test_too_much_of_the_processor() -> None:
    async with Pool.running(_limits(cpu_seconds=1), size=1) as pool:
        with pytest.raises(RenderTimedOut, match="more than 1 s"):
            await pool.render(endless())

        assert (await pool.render(small())).startswith(PRINTED)


async def test_too_much_memory() -> None:
    async with Pool.running(_limits(memory=256), size=1) as pool:
        with pytest.raises(RenderCrashed, match="MemoryError"):
            await pool.render(heavy())

        assert (await pool.render(small())).startswith(PRINTED)


async def test_each_job_has_its_own_share_of_the_processor() -> None:
    """Else a process that rendered for long would be killed in the middle of an innocent document."""
    async with Pool.running(_limits(cpu_seconds=10), size=1) as pool:
        (pid,) = _children()
        while processor_seconds(pid) < 1.2:
            await pool.render(small())

        limits, _ = _seen_by_the_kernel(pid)
        assert int(limits["Max cpu time"]) >= 10 + int(processor_seconds(pid))


async def test_a_process_killed_while_idle_is_nobodys_trouble() -> None:
    async with Pool.running(ROOMY, size=1) as pool:
        (victim,) = _children()
        os.kill(victim, signal.SIGKILL)
        assert ended_within(victim, 10)
        await asyncio.sleep(0)

        pdfs = [await _persistent(pool, number) for number in range(2)]

    assert all(pdf.startswith(PRINTED) for pdf in pdfs)


async def _persistent(pool: Pool, number: int) -> bytes:
    """As the bus does: again after a crash."""
    try:
        return await pool.render(small(number))
    except RenderCrashed:
        return await pool.render(small(number))


async def test_a_process_killed_at_work_is_this_documents_trouble_only() -> None:
    async with Pool.running(ROOMY, size=2) as pool:
        victim, _ = _children()
        jobs = [asyncio.create_task(pool.render(endless())) for _ in range(2)]
        await asyncio.sleep(0)
        os.kill(victim, signal.SIGKILL)

        (dead,), (alive,) = await asyncio.wait(jobs, return_when=asyncio.FIRST_COMPLETED)

        with pytest.raises(RenderCrashed, match="SIGKILL"):
            await dead
        assert (await pool.render(small())).startswith(PRINTED)
        assert not alive.done()
        alive.cancel()


async def test_a_worn_process_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[int] = []
    start = Child.start

    async def counted(limits: Limits) -> Child:
        child = await start(limits)
        started.append(child.pid)
        return child

    monkeypatch.setattr(Child, "start", counted)
    async with Pool.running(_limits(jobs=2), size=1) as pool:
        for number in range(3):
            await pool.render(small(number))

        assert len(started) == 2
        assert _children() == {started[-1]}


async def test_a_document_that_cannot_be_printed_costs_no_process() -> None:
    async with Pool.running(ROOMY, size=1) as pool:
        before = _children()
        with pytest.raises(Unprintable) as raised:
            await pool.render(small().model_copy(update={"template": "standard-0"}))

        assert raised.value.code == "unknown_template"
        assert _children() == before


async def test_a_cancelled_job_ends_its_process() -> None:
    async with Pool.running(ROOMY, size=1) as pool:
        (victim,) = _children()
        job = asyncio.create_task(pool.render(endless()))
        await asyncio.sleep(0)
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job

        assert ended_within(victim, 0)


async def test_closing_waits_for_the_job_under_way_and_leaves_no_process() -> None:
    async with Pool.running(ROOMY, size=2) as pool:
        job = asyncio.create_task(pool.render(small()))
        await asyncio.sleep(0)

    assert job.result().startswith(PRINTED)
    assert _children() == set()


async def test_closing_does_not_wait_for_a_process_that_starts() -> None:
    async with Pool.running(_limits(jobs=1), size=1) as pool:
        await pool.render(small())
        (starting,) = pool._replacements
        assert not starting.done()

    assert starting.done()
    assert pool._slots.empty()
    assert _children() == set()


async def test_what_a_process_may_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMQP_URL", "amqp://factures:secret@broker/")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    async with Pool.running(_limits(memory=512, niceness=5), size=1):
        (pid,) = _children()
        values, environment = _seen_by_the_kernel(pid)
        niceness = os.getpriority(os.PRIO_PROCESS, pid)

    assert values["Max address space"] == str(512 * MEGABYTE)
    assert values["Max core file size"] == "0"
    assert values["Max file size"] == "0"
    assert b"secret" not in environment
    assert niceness == os.getpriority(os.PRIO_PROCESS, 0) + 5


def _seen_by_the_kernel(pid: int) -> tuple[dict[str, str], bytes]:
    """A process's soft limits by name, and its environment."""
    rows = Path(f"/proc/{pid}/limits").read_text().splitlines()
    limits = {row[:25].strip(): row[26:46].strip() for row in rows}
    return limits, Path(f"/proc/{pid}/environ").read_bytes()


async def test_a_process_that_cannot_start() -> None:
    with pytest.raises(ChildUnavailable, match="rendering died"):
        async with Pool.running(_limits(memory=64), size=2):
            pass

    assert _children() == set()


async def test_a_slot_whose_process_could_not_be_replaced_is_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with Pool.running(_limits(wall_seconds=5, jobs=1), size=1) as pool:
        with monkeypatch.context() as patch:
            patch.setattr(sys, "executable", "/nonexistent/python")
            assert (await pool.render(small())).startswith(PRINTED)
            for _ in range(2):
                with pytest.raises(ChildUnavailable, match="/nonexistent/python"):
                    await pool.render(small())

        assert (await pool.render(small())).startswith(PRINTED)


@pytest.mark.parametrize(
    ("says", "why"),
    [
        ("garbage", "a frame of"),
        (r"\002\000\000\000\000", "PDF at the start"),
        ("", "exit code 0"),
        ("' >&2; printf 'no Pango here\\n' >&2; exit 3; printf '", r"exit code 3 \(no Pango here\)"),
    ],
)
async def test_a_program_that_is_no_rendering_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: str, why: str
) -> None:
    _pretend(tmp_path, monkeypatch, f"printf '{says}'")

    with pytest.raises(ChildUnavailable, match=why):
        await Child.start(ROOMY)


@pytest.mark.parametrize(
    ("says", "why"),
    [
        ("garbage", "a frame of"),
        (r"\000\000\000\000\000", "READY as an answer"),
        (r"\003\000\000\000\002[]", "a reason that is none"),
        (r"\002\000\000\000\005PDF", "exit code 0"),
        ("", "exit code 0"),
    ],
)
async def test_a_process_that_answers_nonsense(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: str, why: str
) -> None:
    """A document may take over its process; all it wins is to fail."""
    _pretend(tmp_path, monkeypatch, rf"printf '\000\000\000\000\000'; head -c 5 >/dev/null; printf '{says}'")
    child = await Child.start(ROOMY)

    with pytest.raises(RenderCrashed, match=why):
        await child.render(Job(b"{}"))

    assert not child.usable
    assert ended_within(child.pid, 0)


async def test_a_process_that_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_START_SECONDS", 0.1)
    _pretend(tmp_path, monkeypatch, "exec sleep 60")

    with pytest.raises(ChildUnavailable, match=r"not ready after 0\.1 s"):
        await Child.start(ROOMY)


def _pretend(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Have this shell script started in the place of Python."""
    program = folder / "python"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
