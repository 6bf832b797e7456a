"""Publishing with confirms: only the broker's Ack is success."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from hashlib import sha256

from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractChannel
from aio_pika.exceptions import DeliveryError
from aiormq import spec
from aiormq.abc import DeliveredMessage

from shared.bus.port import ConfirmUnknown, Refused, Unroutable
from shared.bus.rabbitmq.connection import BrokerLost, Link, broker_errors, ended
from shared.contracts.envelope import CONTENT_TYPE

_LONGEST_SHORT_STRING = 255


def broker_message(body: bytes, message_id: str, headers: Mapping[str, str | int] | None = None) -> Message:
    """A persistent message that carries a CloudEvent."""
    return Message(
        body,
        message_id=_short(message_id),
        headers=dict(headers or {}),
        content_type=CONTENT_TYPE,
        delivery_mode=DeliveryMode.PERSISTENT,
    )


def _short(message_id: str) -> str:
    """AMQP has room for 255 bytes; a longer id (not ours) is replaced by its hash. The envelope keeps it."""
    encoded = message_id.encode()
    return message_id if len(encoded) <= _LONGEST_SHORT_STRING else sha256(encoded).hexdigest()


class _ConfirmChannel:
    """A channel in confirm mode. Once retired it takes nothing new, and is closed with its last publish."""

    def __init__(self, channel: AbstractChannel) -> None:
        self.channel = channel
        self.users = 0
        self.retired = False

    def usable(self) -> bool:
        return not self.retired and not self.channel.is_closed


class Publisher:
    """Publishes over one connection. Safe to use from many tasks at once."""

    def __init__(self, link: Link, seconds: float) -> None:
        self._link = link
        self._seconds = seconds
        self._opening = asyncio.Lock()
        self._current: _ConfirmChannel | None = None
        self._under_way: dict[str, asyncio.Future[None]] = {}
        self._closing: set[asyncio.Task[None]] = set()

    async def publish(
        self, message: Message, *, exchange: str, routing_key: str, mandatory: bool = True
    ) -> None:
        """Publish and wait for the confirm, for at most the publisher's time limit.

        Raises:
            Refused: there is no connection, or the broker said no.
            Unroutable: it is mandatory and reached no queue.
            ConfirmUnknown: no answer came in time, or the connection was lost before it.
        """
        message_id = message.message_id or ""
        async with self._alone(message_id), self._channel(message_id) as channel:
            try:
                target = (
                    await channel.get_exchange(exchange, ensure=False)
                    if exchange
                    else channel.default_exchange
                )
                async with asyncio.timeout(self._seconds):
                    with broker_errors():
                        answer = await target.publish(message, routing_key, mandatory=mandatory)
            except TimeoutError as error:
                raise ConfirmUnknown(message_id, f"no confirm within {self._seconds:g} s") from error
            except BrokerLost as lost:
                if isinstance(lost.__cause__, DeliveryError):
                    raise Refused(message_id, "the broker said no (nack)") from lost
                raise ConfirmUnknown(message_id, lost.why) from lost
            if isinstance(answer, DeliveredMessage):
                raise Unroutable(message_id, f"no queue takes {routing_key!r} from exchange {exchange!r}")
            if not isinstance(answer, spec.Basic.Ack):
                raise Refused(message_id, f"the broker answered {answer!r}")

    async def close(self) -> None:
        """Close the channel; the connection is the link's."""
        if self._current is not None:
            self._retire(self._current)
        if self._closing:
            await asyncio.wait(self._closing)

    @asynccontextmanager
    async def _alone(self, message_id: str) -> AsyncIterator[None]:
        """Wait until no other publish of this id is under way.

        aiormq finds the publish that a returned message belongs to by its id: with two at once, an unroutable
        one was reported as confirmed.
        """
        while (other := self._under_way.get(message_id)) is not None:
            await asyncio.wait([other])
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._under_way[message_id] = mine
        try:
            yield
        finally:
            del self._under_way[message_id]
            mine.set_result(None)

    @asynccontextmanager
    async def _channel(self, message_id: str) -> AsyncIterator[AbstractChannel]:
        """The channel in use. It is replaced after every publish whose end is not known, a cancelled one too.

        A late answer would otherwise be taken for that of the next publish with the same id.
        """
        try:
            async with asyncio.timeout(self._seconds), self._opening:
                if self._current is None or not self._current.usable():
                    self._current = await self._open()
                current = self._current
        except (TimeoutError, BrokerLost) as error:
            raise Refused(message_id, "there is no connection to the broker") from error
        current.users += 1
        try:
            yield current.channel
        except (Refused, Unroutable):
            raise
        except BaseException:
            current.retired = True
            raise
        finally:
            current.users -= 1
            if current.retired:
                self._retire(current)

    async def _open(self) -> _ConfirmChannel:
        connection = await self._link.connection()
        with broker_errors():
            channel = connection.channel(publisher_confirms=True)
            await channel.initialize()
        return _ConfirmChannel(channel)

    def _retire(self, used: _ConfirmChannel) -> None:
        used.retired = True
        if used is self._current:
            self._current = None
        if used.users == 0:
            task = asyncio.create_task(ended(used.channel.close()), name="bus channel close")
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)
