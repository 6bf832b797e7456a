"""Who renders next: commands in their order, and no preview that a later revision of its invoice has overtaken."""

from asyncio import CancelledError, Future, get_running_loop
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from shared.contracts.commands import RenderDocument

_REMEMBERED = 10_000
"""Invoices whose newest revision is remembered; one that is forgotten costs a rendering, nothing else."""

Waiting = tuple[RenderDocument, "Future[bool]"]


class Turns:
    """`size` commands at work at once; more may wait, and those that are overtaken meanwhile leave at once."""

    def __init__(self, size: int) -> None:
        self._free = size
        self._waiting: list[Waiting] = []
        self._newest: OrderedDict[str, int] = OrderedDict()

    @asynccontextmanager
    async def turn(self, command: RenderDocument) -> AsyncIterator[bool]:
        """Wait for a turn, and hold it while inside. False: nobody wants this document any more."""
        self._see(command)
        wanted = not self._overtaken(command) and await self._taken(command)
        try:
            yield wanted
        finally:
            if wanted:
                self._pass_on()

    def _see(self, command: RenderDocument) -> None:
        newest = max(command.version, self._newest.pop(command.invoice_id, command.version))
        self._newest[command.invoice_id] = newest
        if len(self._newest) > _REMEMBERED:
            self._newest.popitem(last=False)
        for waiting, turn in self._waiting:
            if self._overtaken(waiting) and not turn.done():
                turn.set_result(False)
        self._waiting = [one for one in self._waiting if not one[1].done()]

    def _overtaken(self, command: RenderDocument) -> bool:
        return command.preview and command.version < self._newest.get(command.invoice_id, command.version)

    async def _taken(self, command: RenderDocument) -> bool:
        if self._free:
            self._free -= 1
            return True
        turn: Future[bool] = get_running_loop().create_future()
        self._waiting.append((command, turn))
        try:
            return await turn
        except CancelledError:
            if turn.done() and not turn.cancelled() and turn.result():
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        while self._waiting:
            _, turn = self._waiting.pop(0)
            if not turn.done():
                turn.set_result(True)
                return
        self._free += 1
