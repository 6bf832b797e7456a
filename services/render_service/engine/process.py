"""One rendering process, as the service sees it."""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Self, cast

from services.render_service import fonts
from services.render_service.engine import frames
from services.render_service.engine.frames import Kind
from services.render_service.engine.limits import Limits
from services.render_service.errors import ChildUnavailable, RenderCrashed, RenderTimedOut, Unprintable

_START_SECONDS = 30.0
_END_SECONDS = 5.0
_MAX_LAST_WORDS = 500
# What the loader of Pango and Python itself may need. Nothing else of our environment goes to a child: it
# holds the broker's password and the store's keys.
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "FONTCONFIG_PATH")


class Child:
    """A running rendering process; one job at a time. After an error other than `Unprintable` it is dead.

    `pages`: how many the last PDF has.
    """

    def __init__(self, process: asyncio.subprocess.Process, limits: Limits, folder: Path) -> None:
        """`folder`: its own, for what it writes; it goes with it."""
        self._process = process
        self._jobs_in = cast("asyncio.StreamWriter", process.stdin)  # never None: pipes were asked for
        self._answers = cast("asyncio.StreamReader", process.stdout)
        # Always read, or the child would wait for room to speak.
        self._last_words = asyncio.create_task(_last_line(cast("asyncio.StreamReader", process.stderr)))
        self._limits = limits
        self._folder = folder
        self._jobs = 0
        self.pages = 0

    @classmethod
    async def start(cls, limits: Limits) -> Self:
        """A child with its fonts loaded, waiting for a job.

        Raises:
            ChildUnavailable: it could not be started, or did not become ready.
        """
        folder = None
        try:
            folder = Path(mkdtemp(prefix="factures-render-"))
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",
                "-m",
                "services.render_service.engine.child",
                str(os.getpid()),
                *limits.to_arguments(),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=_environment(folder),
                start_new_session=True,
            )
        except OSError as error:
            if folder is not None:
                folder.rmdir()
            raise ChildUnavailable(str(error)) from error
        child = cls(process, limits, folder)
        try:
            async with asyncio.timeout(_START_SECONDS):
                await child._become_ready()
        except TimeoutError:
            await child.kill()
            raise ChildUnavailable(f"not ready after {_START_SECONDS:g} s") from None
        except (RenderCrashed, RenderTimedOut, frames.BrokenFrame) as error:
            await child.kill()
            raise ChildUnavailable(str(error)) from error
        except BaseException:
            await child.kill()
            raise
        return child

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def usable(self) -> bool:
        """Whether it runs and has jobs left."""
        return self._process.returncode is None and self._jobs < self._limits.jobs

    async def render(self, job: frames.Job) -> bytes:
        """The PDF of a job.

        Raises:
            Unprintable: the snapshot can't be printed; the child is well.
            RenderTimedOut: too much time, of CPU or on the wall.
            RenderCrashed: it died.
        """
        self._jobs += 1
        try:
            async with asyncio.timeout(self._limits.wall_seconds):
                answer = await self._exchange(frames.pack_job(job))
        except TimeoutError:
            await self.kill()
            raise RenderTimedOut(self._limits.wall_seconds) from None
        except frames.BrokenFrame as error:
            await self.kill()
            raise RenderCrashed(str(error)) from error
        except BaseException:
            await self.kill()
            raise
        if isinstance(answer, Unprintable):
            raise answer
        return answer

    async def kill(self) -> None:
        """End it now, with whatever it started, and wait until it is gone."""
        if self._process.returncode is None:
            # Not Process.kill: it may reap the process before asyncio does, and lose how it ended.
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()
        self._last_words.cancel()
        await asyncio.wait({self._last_words})
        rmtree(self._folder, ignore_errors=True)

    async def _become_ready(self) -> None:
        kind, _ = await self._receive()
        if kind is not Kind.READY:
            raise frames.BrokenFrame(f"a frame of kind {kind.name} at the start")

    async def _exchange(self, job: bytes) -> bytes | Unprintable:
        self._jobs_in.write(frames.pack(Kind.JOB, job))
        try:
            await self._jobs_in.drain()
        except ConnectionError:
            raise await self._death() from None
        kind, payload = await self._receive()
        if kind is Kind.PDF:
            self.pages, pdf = frames.unpack_pdf(payload)
            return pdf
        if kind is Kind.UNPRINTABLE:
            return Unprintable(*frames.unpack_reason(payload))
        raise frames.BrokenFrame(f"a frame of kind {kind.name} as an answer")

    async def _receive(self) -> tuple[Kind, bytes]:
        try:
            kind, length = frames.unpack_header(await self._answers.readexactly(frames.HEADER.size))
            return kind, await self._answers.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError):
            raise await self._death() from None

    async def _death(self) -> RenderCrashed | RenderTimedOut:
        """Why it died; called when its pipes have ended, so that it is ending itself, most likely."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_END_SECONDS):
                await self._process.wait()
                await asyncio.wait({self._last_words})
        last_words = self._last_words.result() if self._last_words.done() else ""
        await self.kill()
        code = self._process.returncode
        if code == -signal.SIGXCPU:
            return RenderTimedOut(self._limits.cpu_seconds)
        how = f"exit code {code}" if code is None or code >= 0 else signal.Signals(-code).name
        return RenderCrashed(f"{how} ({last_words})" if last_words else how)


async def _last_line(stream: asyncio.StreamReader) -> str:
    """The last line of a stream, when it ends."""
    tail = b""
    while piece := await stream.read(4096):
        tail = (tail + piece)[-_MAX_LAST_WORDS:]
    lines = tail.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else ""


def _environment(folder: Path) -> dict[str, str]:
    """A child's whole environment. `folder`: the only place for what it writes."""
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return passed_on | {
        "FONTCONFIG_FILE": str(Path(fonts.__file__).with_name("fonts.conf")),
        "LC_ALL": "C.UTF-8",
        "MALLOC_ARENA_MAX": "2",  # each arena takes 64 MB of address space, which is limited
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": os.pathsep.join(str(Path(folder or ".").absolute()) for folder in sys.path),
        "TMPDIR": str(folder),
        "TZ": "UTC",
    }
