"""Carries a plan out on a deployment, and measures how long each fault is felt after it is over."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

from tests.chaos.plan import HTTP, LINKS, POSTGRESQL, RABBITMQ, SMTP, Fault, Kind
from tests.chaos.proxy import FaultyProxy
from tests.support.deployment import Deployment, Lay
from tests.support.postgres import PrivatePostgres
from tests.support.rabbitmq import RabbitMQBroker

_LOOK_SECONDS = 0.25

# A shop's times by 60, where a fault would otherwise be felt for longer than a minute; as many attempts as the
# usual delays make in that time, so that nothing is given up that a shop would not give up either.
RETRY_DELAYS = (1 / 6, 1, 10)
SETTINGS: Mapping[str, str] = {
    "RETRY_ATTEMPTS": "40",
    "INVOICE_RELAY_LONGEST_PAUSE_SECONDS": "0.5",
    "INVOICE_RELAY_LEASE_SECONDS": "6",
    "INVOICE_STATEMENT_SECONDS": "10",
    "INVOICE_LOCK_SECONDS": "5",
    "INVOICE_POOL_ACQUIRE_SECONDS": "5",
    "MAILER_COMMAND_TIMEOUT_SECONDS": "4",
    "MAILER_DATA_TIMEOUT_SECONDS": "4",
    "MAILER_UNCERTAIN_RESEND_AFTER_SECONDS": "10",
}


class Freezable(Protocol):
    """What can be made to stand still."""

    def pause(self) -> None:
        """Stop it where it is."""

    def resume(self) -> None:
        """Let it go on."""


class Fire:
    """The faults of a plan, on one deployment."""

    def __init__(self, factures: Deployment, proxies: Mapping[str, FaultyProxy]) -> None:
        self._factures = factures
        self._proxies = proxies
        self._services = {service.name: service for service in factures.services}
        servers: dict[str, Freezable] = {RABBITMQ: factures.broker, POSTGRESQL: factures.postgres}
        self._freezable = servers | self._services
        self._killed: set[str] = set()
        self.over: list[tuple[Fault, float]] = []
        """The faults, and the moments of the loop's clock at which they were over."""
        self.exits = 0
        """How often a process ended that nobody had killed, and was started anew, as an orchestrator does."""

    @property
    def address(self) -> str:
        """Where the clients find the API."""
        return f"http://127.0.0.1:{self._proxies[HTTP].port}"

    @property
    def cuts(self) -> int:
        """How many replies that said `done` never arrived."""
        return sum(proxy.cuts for proxy in self._proxies.values())

    async def burn(self, plan: Sequence[Fault], say: Callable[[str], None]) -> None:
        """Carry the plan out; returns when the last fault is over."""
        start = asyncio.get_running_loop().time()
        async with asyncio.TaskGroup() as group:
            for fault in plan:
                group.create_task(self._suffer(fault, start, say))

    @asynccontextmanager
    async def keeping_up(self) -> AsyncIterator[None]:
        """While inside, what ends by itself is started anew, as an orchestrator does."""
        keeping = asyncio.create_task(self._keep_up())
        try:
            yield
        finally:
            keeping.cancel()
            await asyncio.wait([keeping])

    async def _suffer(self, fault: Fault, start: float, say: Callable[[str], None]) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(start + fault.at - loop.time())
        say(str(fault))
        await self._strike(fault)
        self.over.append((fault, loop.time()))

    async def _strike(self, fault: Fault) -> None:
        if fault.target in LINKS and fault.kind not in (Kind.KILL, Kind.PAUSE):
            with self._proxies[fault.target].under(fault.kind):
                await asyncio.sleep(fault.seconds)
        elif fault.target == POSTGRESQL and fault.kind is Kind.KILL:
            await self._factures.postgres.kill()
            await asyncio.sleep(fault.seconds)
            await self._factures.postgres.start()
        elif fault.target == RABBITMQ and fault.kind is Kind.KILL:
            self._factures.broker.kill()
            await asyncio.sleep(fault.seconds)
            await self._factures.broker.restart()
        elif fault.kind is Kind.KILL:
            service = self._services[fault.target]
            self._killed.add(service.name)
            service.kill()
            await asyncio.sleep(fault.seconds)
            service.start()
            self._killed.discard(service.name)
        else:
            paused = self._freezable[fault.target]
            paused.pause()
            await asyncio.sleep(fault.seconds)
            paused.resume()

    async def _keep_up(self) -> None:
        """Start anew what has ended by itself: a service may, when what it stands on is away as it starts."""
        while True:
            for service in self._services.values():
                if service.name not in self._killed and not service.running():
                    self.exits += 1
                    service.kill()
                    service.start()
            await asyncio.sleep(_LOOK_SECONDS)


@asynccontextmanager
async def flammable(
    folder: Path, postgres: PrivatePostgres, broker: RabbitMQBroker
) -> AsyncIterator[tuple[Deployment, dict[str, FaultyProxy]]]:
    """A deployment that runs while inside, behind a proxy before each server."""
    mail_port, api_port = [0], [0]
    proxies = {
        POSTGRESQL: FaultyProxy(POSTGRESQL, lambda: postgres.port),
        RABBITMQ: FaultyProxy(RABBITMQ, lambda: broker.port),
        SMTP: FaultyProxy(SMTP, lambda: mail_port[0]),
        HTTP: FaultyProxy(HTTP, lambda: api_port[0]),
    }
    lay = Lay(
        postgres_port=proxies[POSTGRESQL].port,
        amqp_port=proxies[RABBITMQ].port,
        smtp_port=proxies[SMTP].port,
        consumers=2,
        retry_delays=RETRY_DELAYS,
        settings=SETTINGS,
    )
    factures = Deployment(folder, postgres, broker, lay)
    mail_port[0], api_port[0] = factures.mail_port, factures.api_port
    for proxy in proxies.values():
        await proxy.start()
    try:
        await factures.start()
        yield factures, proxies
    finally:
        await factures.close()
        for proxy in proxies.values():
            await proxy.close()
