"""When the service dies, its rendering processes do."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from services.render_service.engine.frames import Job
from services.render_service.engine.process import Child
from tests.integration.render_service.documents import ROOMY, small
from tests.integration.render_service.processes import ended_within

ROOT = Path(__file__).parents[3]
PARENT = """
import asyncio, os, sys
from services.render_service.engine.pool import Pool
from tests.integration.render_service.documents import ROOMY, endless
from tests.integration.render_service.processes import rendering_processes

async def main(busy):
    async with Pool.running(ROOMY, size=1) as pool:
        jobs = [asyncio.create_task(pool.render(endless())) for _ in range(busy)]
        await asyncio.sleep(0)
        print(*rendering_processes(os.getpid()), flush=True)
        await asyncio.Event().wait()

asyncio.run(main(sys.argv[1] == "busy"))
"""


@pytest.mark.parametrize("state", ["idle", "busy"])
def test_a_parent_killed_takes_its_children_along(state: str) -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT, state], stdout=subprocess.PIPE, cwd=ROOT) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()

    assert ended_within(child, 10)


async def test_a_child_ends_with_its_input() -> None:
    """The way out where the kernel can't tie a child to its parent."""
    child = await Child.start(ROOMY)
    child._jobs_in.close()

    assert await child._process.wait() == 0
    await child.kill()


async def test_a_signal_to_the_whole_group_does_not_end_a_child() -> None:
    child = await Child.start(ROOMY)
    for number in (signal.SIGTERM, signal.SIGINT):
        os.kill(child.pid, number)

    assert await child.render(Job(small().model_dump_json().encode()))
    await child.kill()


def test_a_child_whose_parent_is_gone_already_does_not_start() -> None:
    command = [sys.executable, "-m", "services.render_service.engine.child", "1", *ROOMY.to_arguments()]

    assert subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0
