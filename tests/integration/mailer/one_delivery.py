"""A mailer in a process of its own that handles one delivery, to be killed: the command comes on its input."""

import asyncio
import sys
from typing import cast

from services.mailer.composition import serving
from services.mailer.settings import MailerSettings
from shared.bus import topology
from shared.bus.port import Bus, Delivery
from shared.contracts.envelope import Envelope
from shared.observability.logging import configure_logging
from tests.integration.mailer.mailroom import RecordingBus


class TellingBus(RecordingBus):
    """Writes the type of each message that it takes."""

    async def publish(self, envelope: Envelope) -> None:
        await super().publish(envelope)
        sys.stdout.write(f"{envelope.type}\n")


async def main() -> None:
    configure_logging("mailer", level="ERROR")
    envelope = Envelope.decode(sys.stdin.buffer.read())
    bus = TellingBus()
    async with serving(MailerSettings(), cast("Bus", bus)):
        assert bus.handler is not None
        outcome = await bus.handler(Delivery(envelope, topology.EMAIL, 1))
        sys.stdout.write(f"{type(outcome).__name__}\n")


if __name__ == "__main__":
    asyncio.run(main())
