"""What a test tells a mail server to do wrong, and what it learns from it. The server itself is in `smtp`."""

import asyncio
import email.policy
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from enum import Enum
from pathlib import Path

HOST = "127.0.0.1"


class Phase(Enum):
    """Where in a conversation something happens."""

    CONNECT = "connect"
    EHLO = "ehlo"
    STARTTLS = "starttls"
    AUTH = "auth"
    RSET = "rset"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    """The DATA command: an answer here stands for the 354."""
    CONTENT = "content"
    """After the 354, before the final dot."""
    DOT = "dot"
    """After the final dot."""


class Act(Enum):
    SAY = "say"
    DROP = "drop"
    HOLD = "hold"


@dataclass(slots=True)
class Fault:
    phase: Phase
    act: Act
    text: str = ""
    to: str | None = None
    times: int | None = None
    taken: bool = False

    def fits(self, phase: Phase, argument: str) -> bool:
        return self.phase is phase and self.times != 0 and (self.to is None or f"<{self.to}>" in argument)


@dataclass(frozen=True, slots=True)
class TakenMail:
    """A mail that the server took responsibility for."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    tls: bool
    user: str | None
    smtputf8: bool

    @property
    def message(self) -> EmailMessage:
        """The content, parsed."""
        return BytesParser(policy=email.policy.default).parsebytes(self.content)


class MailServer:
    """What a test sees of the server. Faults are used in the order in which they were set."""

    def __init__(self, ca_file: Path) -> None:
        self.host = HOST
        self.port = 0
        self.ca_file = ca_file
        self.taken: list[TakenMail] = []
        self.conversations = 0
        self.transports: set[asyncio.Transport] = set()
        self.commands: list[str] = []
        """Every command line of every conversation, in order, and "." for a final dot; never a password."""
        self._faults: list[Fault] = []
        self.released = asyncio.Event()
        self._changed = asyncio.Condition()

    def answer(self, phase: Phase, text: str, *, to: str | None = None, times: int | None = None) -> None:
        """Answer `text` in this phase (for one recipient with `to`); `times` None: always.

        A 421 closes the connection. At the dot a 2xx takes the mail, anything else does not.
        """
        self._faults.append(Fault(phase, Act.SAY, text, to=to, times=times))

    def drop(self, phase: Phase, *, taken: bool = False, times: int | None = None) -> None:
        """Cut the connection without a word; `taken`: after having taken the mail (at the dot)."""
        self._faults.append(Fault(phase, Act.DROP, times=times, taken=taken))

    def hold(self, phase: Phase, *, taken: bool = False, times: int | None = None) -> None:
        """Say nothing until `release`, then go on as if nothing were; `taken`: the mail is taken at once."""
        self._faults.append(Fault(phase, Act.HOLD, times=times, taken=taken))

    def release(self) -> None:
        """Let everything that is held go on."""
        self.released.set()

    def cut(self) -> None:
        """Cut all connections, as a server does that is started anew."""
        for transport in self.transports:
            transport.abort()

    def forgive(self) -> None:
        """No more faults."""
        self._faults.clear()

    async def until(self, condition: Callable[["MailServer"], bool], *, seconds: float = 10) -> None:
        """Wait until something that the server saw makes the condition hold."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(lambda: condition(self))

    # -- what the sessions tell

    def next_fault(self, phase: Phase, argument: str = "") -> Fault | None:
        fault = next((one for one in self._faults if one.fits(phase, argument)), None)
        if fault is not None and fault.times is not None:
            fault.times -= 1
        return fault

    async def saw(self, line: str) -> None:
        async with self._changed:
            self.commands.append(line)
            self._changed.notify_all()

    async def take(self, mail: TakenMail) -> None:
        async with self._changed:
            self.taken.append(mail)
            self._changed.notify_all()
