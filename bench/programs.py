"""Bare programs, run to their end or for as long as they are needed."""

import asyncio
import json
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import cast

from bench.system import python


class ProgramFailed(Exception):
    """A bare program did not do what it was to do."""

    def __init__(self, name: str, said: bytes) -> None:
        super().__init__(f"{name}: {said.decode(errors='replace')[-2000:]}")


async def seconds_of(name: str, *arguments: str) -> float:
    """Run a bare program; how long it says that its work took.

    Raises:
        ProgramFailed: it failed.
    """
    process = await asyncio.create_subprocess_exec(*python(name, *arguments), stdout=PIPE, stderr=PIPE)
    said, complained = await process.communicate()
    if process.returncode != 0:
        raise ProgramFailed(name, complained)
    return float(json.loads(said)["seconds"])


@asynccontextmanager
async def running_program(name: str, *arguments: str) -> AsyncIterator[Process]:
    """A bare program that has said `ready`; it is ended with the block.

    Raises:
        ProgramFailed: it never said so.
    """
    process = await asyncio.create_subprocess_exec(*python(name, *arguments), stdout=PIPE, stderr=PIPE)
    try:
        if await said_by(process) != b"ready\n":
            raise ProgramFailed(name, (await process.communicate())[1])
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def said_by(process: Process) -> bytes:
    """The next line that it says."""
    return await cast("asyncio.StreamReader", process.stdout).readline()
