"""The management port, asked by the probe that is a container's health check."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.observability import probe
from shared.observability.health import management_port
from tests.support.ports import stable_port

Told = Callable[..., None]


@pytest.fixture
async def port() -> AsyncIterator[tuple[int, dict[str, bool]]]:
    """A management port whose one check answers as the test says."""
    state = {"ready": True}

    async def ready() -> bool:
        return state["ready"]

    number = stable_port()
    async with management_port("127.0.0.1", number, {"state": ready}):
        yield number, state


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    def tell(question: str, **variables: str) -> None:
        monkeypatch.setattr(sys, "argv", ["probe", question])
        for name in ("MANAGEMENT_HOST", "MANAGEMENT_PORT"):
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return tell


async def test_it_says_what_the_port_says(port: tuple[int, dict[str, bool]], told: Told) -> None:
    number, state = port
    for ready in (True, False):
        state["ready"] = ready
        told("readyz", MANAGEMENT_PORT=str(number))
        assert await asyncio.to_thread(probe.main) == (0 if ready else 1)
        told("livez", MANAGEMENT_PORT=str(number))
        assert await asyncio.to_thread(probe.main) == 0


async def test_a_port_on_all_addresses_is_asked_on_loopback(
    port: tuple[int, dict[str, bool]], told: Told
) -> None:
    told("readyz", MANAGEMENT_PORT=str(port[0]), MANAGEMENT_HOST="0.0.0.0")  # noqa: S104 - asked, not bound
    assert await asyncio.to_thread(probe.main) == 0


@pytest.mark.parametrize("answer", [b"", b"not HTTP\r\n\r\n"])
def test_what_answers_nothing_sensible_is_no_yes(answer: bytes, told: Told) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        told("livez", MANAGEMENT_PORT=str(server.getsockname()[1]))
        with ThreadPoolExecutor() as workers:
            asking = workers.submit(probe.main)
            client, _ = server.accept()
            with client:
                client.sendall(answer)
            assert asking.result() == 1


def test_nobody_there_is_no_yes(told: Told) -> None:
    told("livez", MANAGEMENT_PORT=str(stable_port()))
    assert probe.main() == 1


def test_no_management_port_is_no_yes(told: Told) -> None:
    told("livez")
    assert probe.main() == 1
