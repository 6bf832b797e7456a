"""A private RabbitMQ broker: own folder, own node name, own ports, own epmd; nothing else on the machine
is touched, and nothing outlives the test run.

Each xdist worker starts one broker of its own (about 6 s). Tests share it and keep apart by virtual host.
"""

import asyncio
import base64
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.ports import stable_port

_SERVER_SCRIPTS = (
    # The one in PATH (Debian) switches to the system's own user and settings.
    "/usr/lib/rabbitmq/bin/rabbitmq-server",
    "/opt/rabbitmq/sbin/rabbitmq-server",
    "/usr/local/opt/rabbitmq/sbin/rabbitmq-server",
)
_START_SECONDS = 90
_POLL_SECONDS = 0.05


class BrokerFailed(Exception):
    """The broker did not start."""

    def __init__(self, why: str, log: str) -> None:
        super().__init__(f"the private RabbitMQ broker {why}\n{log}")
        self.why = why


def server_script() -> str:
    """The broker's start script that runs as whoever calls it."""
    found = next((path for path in _SERVER_SCRIPTS if Path(path).exists()), shutil.which("rabbitmq-server"))
    if found is None:
        raise BrokerFailed("is not installed", "no rabbitmq-server was found")
    return found


class Broker:
    """A broker that answers: where it is, and what an operator asks of it."""

    def __init__(self, address: str, management: str) -> None:
        """`address`: `amqp://user:password@host:port`; `management`: `http://user:password@host:port`."""
        self._address = address.rstrip("/")
        self._management_address = urlsplit(management)

    def url(self, virtual_host: str = "") -> str:
        """The AMQP address of one of its virtual hosts ("" is the default one)."""
        return f"{self._address}/{virtual_host}"

    def create_virtual_host(self) -> str:
        """A new, empty virtual host: a broker of one's own, in milliseconds. Returns its name."""
        name = f"test-{uuid.uuid4().hex[:12]}"
        user = self._management_address.username
        self.manage("PUT", f"/vhosts/{name}")
        self.manage("PUT", f"/permissions/{name}/{user}", {"configure": ".*", "write": ".*", "read": ".*"})
        return name

    def drop_virtual_host(self, name: str) -> None:
        """Delete a virtual host with all it holds."""
        self.manage("DELETE", f"/vhosts/{name}")

    def manage(self, method: str, path: str, body: object = None) -> bytes:
        """One call of the management API; raises OSError when it does not answer well."""
        where = self._management_address
        request = urllib.request.Request(  # noqa: S310 - as told: http or https
            f"{where.scheme}://{where.hostname}:{where.port}/api{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": "Basic "
                + base64.b64encode(f"{where.username}:{where.password}".encode()).decode(),
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310 - a broker that we were given
            return bytes(response.read())


class RabbitMQBroker(Broker):
    """One broker process of ours. It keeps its folder and its ports over a restart."""

    def __init__(self, folder: Path, *, configuration: str = "") -> None:
        """`configuration`: further lines of its rabbitmq.conf."""
        self._folder = folder
        # Not such as the kernel gives to outgoing connections: while the broker is down, whoever looks for it in
        # vain could be given its own.
        self._port, self._distribution, self._epmd_port, self._management = (stable_port() for _ in range(4))
        self._process: subprocess.Popen[bytes] | None = None
        self._epmd: subprocess.Popen[bytes] | None = None
        super().__init__(
            f"amqp://guest:guest@127.0.0.1:{self._port}", f"http://guest:guest@127.0.0.1:{self._management}"
        )
        self._write_configuration(configuration)

    # -- where it is

    @property
    def port(self) -> int:
        """Where it takes AMQP connections, on the loopback address."""
        return self._port

    @property
    def logs(self) -> Path:
        """The folder of what it logs."""
        return self._folder / "log"

    @property
    def pid(self) -> int:
        """The process id of the running broker."""
        if self._process is None:
            raise BrokerFailed("does not run", "")
        return self._process.pid

    # -- its life

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        self.launch()
        deadline = time.monotonic() + _START_SECONDS
        while not self.takes_connections():
            self._raise_if_failed(deadline)
            time.sleep(_POLL_SECONDS)

    async def restart(self) -> None:
        """Start it again, from a test: the loop runs on while it starts."""
        self.launch()
        deadline = time.monotonic() + _START_SECONDS
        while not await asyncio.to_thread(self.takes_connections):
            self._raise_if_failed(deadline)
            await asyncio.sleep(_POLL_SECONDS)

    def launch(self) -> None:
        """Start the process. From the main thread only: the kernel ends it with the thread that started it."""
        environment = self._environment()
        if self._epmd is None:
            self._epmd = _child(
                [_erlang_tool("epmd"), "-port", str(self._epmd_port), "-address", "127.0.0.1"], environment
            )
        self._process = _child([server_script()], environment, log=self._folder / "console.log")

    def stop(self) -> None:
        """Shut it down in good order."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """`kill -9`: no goodbye, nothing flushed."""
        self._end(signal.SIGKILL)

    def control(self, *words: str) -> None:
        """`rabbitmqctl …` on it."""
        subprocess.run(
            [str(Path(server_script()).with_name("rabbitmqctl")), *words],
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
            timeout=60,
        )

    def pause(self) -> None:
        """Freeze it: connections stay open and nothing is answered."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let a frozen broker run on."""
        os.kill(self.pid, signal.SIGCONT)

    def close(self) -> None:
        """Stop everything that was started."""
        if self._process is not None:
            self.resume()
            self.kill()
        if self._epmd is not None:
            self._epmd.terminate()
            self._epmd.wait(timeout=10)
            self._epmd = None

    def takes_connections(self) -> bool:
        """Whether AMQP and the management port answer."""
        try:
            with socket.create_connection(("127.0.0.1", self._port), timeout=1) as client:
                client.sendall(b"AMQP\x00\x00\x09\x01")
                client.settimeout(5)
                answers = bool(client.recv(1))
            return answers and bool(self.manage("GET", "/vhosts"))
        except OSError:
            return False

    # -- inside

    def _environment(self) -> dict[str, str]:
        folder = self._folder
        return {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "LANG": "C.UTF-8",
            "HOME": str(folder),
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"factures-{self._port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self._port),
            "RABBITMQ_DIST_PORT": str(self._distribution),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_LOGS": str(folder / "log" / "rabbitmq.log"),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "rabbitmq-env.conf"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            # Without it a shell stays in front of the broker, and would be the one that signals reach.
            "detached": "1",
        }

    def _write_configuration(self, more: str) -> None:
        folder = self._folder
        (folder / "log").mkdir()
        cookie = folder / ".erlang.cookie"
        cookie.write_text("FACTURESTESTS")
        cookie.chmod(0o400)
        (folder / "rabbitmq-env.conf").write_text("")
        (folder / "enabled_plugins").write_text("[rabbitmq_management].\n")
        (folder / "rabbitmq.conf").write_text(
            "loopback_users = none\n"
            "vm_memory_high_watermark.absolute = 2GB\n"
            "disk_free_limit.absolute = 1MB\n"
            "management.tcp.ip = 127.0.0.1\n"
            f"management.tcp.port = {self._management}\n"
            "management_agent.disable_metrics_collector = true\n"
            f"{more}"
        )

    def _end(self, number: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(number)
            process.wait(timeout=60)

    def _raise_if_failed(self, deadline: float) -> None:
        if self._process is None or self._process.poll() is not None:
            raise BrokerFailed("ended while it started", self._log())
        if time.monotonic() > deadline:
            raise BrokerFailed(f"did not start within {_START_SECONDS} s", self._log())

    def _log(self) -> str:
        files = [self._folder / "console.log", self._folder / "log" / "rabbitmq.log"]
        return "\n".join(file.read_text(errors="replace")[-3000:] for file in files if file.exists())


def _child(
    command: list[str], environment: dict[str, str], log: Path | None = None
) -> subprocess.Popen[bytes]:
    """A process that the kernel ends when this one dies, even by `kill -9`."""
    keeper = shutil.which("setpriv")
    guarded = [keeper, "--pdeathsig", "KILL", "--", *command] if keeper else command
    with Path(log or os.devnull).open("ab") as output:
        return subprocess.Popen(
            guarded, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )


def _erlang_tool(name: str) -> str:
    found = shutil.which(name) or next(
        iter(map(str, Path("/usr/lib/erlang").glob(f"erts-*/bin/{name}"))), None
    )
    if found is None:
        raise BrokerFailed("is not installed", f"no {name} was found")
    return found


@contextmanager
def running_broker(*, configuration: str = "") -> Iterator[RabbitMQBroker]:
    """A broker that is up while inside; `configuration`: further lines of its rabbitmq.conf."""
    with tempfile.TemporaryDirectory(prefix="factures-rabbitmq-", ignore_cleanup_errors=True) as folder:
        broker = RabbitMQBroker(Path(folder), configuration=configuration)
        try:
            broker.start()
            yield broker
        finally:
            broker.close()


@pytest.fixture(scope="session")
def rabbitmq() -> Iterator[Broker]:
    """The session's broker. Shared: use a virtual host of your own, stop nothing.

    `FACTURES_TEST_RABBITMQ_URL` (amqp://user:password@host:port) names one that runs already, such as a 4.x, with its
    management API on port 15672 or at `FACTURES_TEST_RABBITMQ_MANAGEMENT_URL`. What kills its broker has a
    private one all the same.
    """
    if given := os.environ.get("FACTURES_TEST_RABBITMQ_URL"):
        credentials, _, place = urlsplit(given).netloc.rpartition("@")
        usual = f"http://{credentials}@{place.partition(':')[0]}:15672"
        yield Broker(given, os.environ.get("FACTURES_TEST_RABBITMQ_MANAGEMENT_URL", usual))
        return
    with running_broker() as broker:
        yield broker


@pytest.fixture
def rabbitmq_url(rabbitmq: Broker) -> Iterator[str]:
    """The AMQP address of a virtual host that is this test's own, and empty."""
    with virtual_host(rabbitmq) as name:
        yield rabbitmq.url(name)


@pytest.fixture(scope="session")
def rabbitmq_instance() -> Iterator[RabbitMQBroker]:
    """A broker for tests that kill, freeze and restart it; each leaves it running (see `tests/sharing.py`)."""
    with running_broker() as broker:
        yield broker


@contextmanager
def virtual_host(broker: Broker) -> Iterator[str]:
    """An empty virtual host that lives while inside."""
    name = broker.create_virtual_host()
    try:
        yield name
    finally:
        broker.drop_virtual_host(name)
