"""A service as a process of its own: its environment holds its own settings and nothing else of ours.

Start them from the main thread: the kernel ends them with the thread that started them, also when the test
run itself is killed. What they write goes to files, which a failing test shows.
"""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path

import aiohttp

from tests.support.ports import stable_port
from tests.support.waiting import PAUSE_SECONDS

ROOT = Path(__file__).parents[2]
_TAIL_BYTES = 4_000
_READY_SECONDS = 90


class ProcessFailed(AssertionError):
    """A process did not do what it was to do; what it wrote last stands below."""

    def __init__(self, name: str, what: str, tail: str) -> None:
        super().__init__(f"{name} {what}\n{tail}")
        self.name = name


def clean_environment(home: Path, settings: Mapping[str, str]) -> dict[str, str]:
    """The whole environment of a process: what any program needs, and these settings."""
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": str(home), "LANG": "C.UTF-8", **settings}


def run_command(
    arguments: Sequence[str],
    *,
    home: Path,
    settings: Mapping[str, str],
    seconds: float = 60,
    python: str = sys.executable,
) -> subprocess.CompletedProcess[str]:
    """Run `python -m …` to its end, in an environment of its own."""
    return subprocess.run(
        [python, "-m", *arguments],
        cwd=ROOT,
        env=clean_environment(home, settings),
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


class ServiceProcess:
    """One service. It keeps its settings, its port and its log over kills and restarts."""

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        settings: Mapping[str, str],
        folder: Path,
        *,
        port: int | None = None,
        python: str = sys.executable,
    ) -> None:
        """`arguments`: what follows `python -m`; `folder`: where its log is, and its home.

        `port`: where it says that it is ready, when that is not a management port of ours.
        `python`: of another virtual environment than ours.
        """
        self.name = name
        self.log = folder / f"{name}.log"
        self._arguments = tuple(arguments)
        self._python = python
        self._port = port or stable_port()
        management = {"MANAGEMENT_PORT": str(self._port)} if port is None else {}
        self._environment = clean_environment(folder, {**settings, **management})
        self._process: subprocess.Popen[bytes] | None = None

    def twin(self, name: str, settings: Mapping[str, str] | None = None) -> "ServiceProcess":
        """Another process of the same service, with a log and a management port of its own. Not started."""
        return ServiceProcess(
            name,
            self._arguments,
            {**self._environment, **(settings or {})},
            self.log.parent,
            python=self._python,
        )

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process is not None, f"{self.name} was not started"
        return self._process.pid

    def start(self, *, killed: str | None = None) -> None:
        """Start it; it is not ready yet.

        `killed`: where it dies, as `killed_process` takes it, such as `after package.module:Class.method`.
        """
        assert self._process is None, f"{self.name} runs already"
        command = [*self._arguments]
        if killed is not None:
            command = ["tests.support.killed_process", *killed.split(" "), "--", *command]
        keeper = shutil.which("setpriv")
        assert keeper is not None, "setpriv (util-linux) is not installed"
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                [keeper, "--pdeathsig", "KILL", "--", self._python, "-m", *command],
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    async def ready(self, *, seconds: float = _READY_SECONDS) -> None:
        """Wait until it says so.

        Raises:
            ProcessFailed: it ended meanwhile, or was not ready in time.
        """
        deadline = time.monotonic() + seconds
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=15)) as session:
            while not await self._says_ready(session):
                if self._process is None or self._process.poll() is not None:
                    raise ProcessFailed(self.name, "ended instead of becoming ready", self.tail())
                if time.monotonic() > deadline:
                    raise ProcessFailed(self.name, f"was not ready within {seconds:g} s", self.tail())
                await asyncio.sleep(PAUSE_SECONDS)

    async def _says_ready(self, session: aiohttp.ClientSession) -> bool:
        return await self.answer("readyz", session) == HTTPStatus.OK

    async def answer(self, question: str, session: aiohttp.ClientSession) -> int | None:
        """The status that it answers `livez` or `readyz` with; None when it doesn't."""
        try:
            async with session.get(f"http://127.0.0.1:{self._port}/{question}") as response:
                return response.status
        except (aiohttp.ClientError, TimeoutError):
            return None

    async def metrics(self, session: aiohttp.ClientSession) -> str:
        """What its `/metrics` tells."""
        async with session.get(f"http://127.0.0.1:{self._port}/metrics") as response:
            return await response.text()

    def running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """`kill -9`, and wait until it is dead."""
        if self._process is not None:
            self._process.kill()  # nothing to do when it has ended by itself
            self._process.wait(timeout=20)
            self._process = None

    def pause(self) -> None:
        """Freeze it: it is alive and connected, and does nothing."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let it run on."""
        os.kill(self.pid, signal.SIGCONT)

    def ask_to_stop(self) -> None:
        """SIGTERM."""
        os.kill(self.pid, signal.SIGTERM)

    async def ended(self, *, seconds: float = 60) -> int:
        """Wait until it has ended; its exit code (negative: the signal that killed it).

        Raises:
            ProcessFailed: it runs still.
        """
        assert self._process is not None, f"{self.name} was not started"
        deadline = time.monotonic() + seconds
        while (code := self._process.poll()) is None:
            if time.monotonic() > deadline:
                raise ProcessFailed(self.name, f"did not end within {seconds:g} s", self.tail())
            await asyncio.sleep(PAUSE_SECONDS)
        self._process = None
        return code

    async def stop(self) -> int:
        """SIGTERM, and wait for the end; its exit code."""
        self.ask_to_stop()
        return await self.ended()

    def tail(self) -> str:
        """The end of what it wrote."""
        if not self.log.exists():
            return "(no log)"
        return self.log.read_bytes()[-_TAIL_BYTES:].decode(errors="replace")
