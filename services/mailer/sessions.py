"""Sessions with the mail server, kept for the next mail: greeting, TLS and login cost more than a small mail does.

A kept session is asked whether it is still there before anything is begun in it. One that is gone, or in which the
server begins no further mail, costs nothing: the mail goes through another. What became of a mail that was begun is
decided in its own session, never repeated here.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from services.mailer.message import Mail
from services.mailer.smtp import Answer, MailServer, Session, opened


@dataclass(frozen=True, slots=True)
class Offer:
    """A mail that was offered: what the server says of each address, and the session to hand it over in."""

    answers: Mapping[str, Answer]
    _session: Session
    _mail: Mail

    async def hand_over(self) -> Answer:
        """Say DATA: the one answer for every accepted address."""
        return await self._session.hand_over(self._mail.content)


class Sessions:
    """All sessions with one server. As many are open as mails were under way at once, each for one at a time."""

    def __init__(self, server: MailServer, *, most_mails: int = 50, idle_seconds: float = 30) -> None:
        """`most_mails`: in one session; `idle_seconds`: how long one is kept without work, 0: not at all."""
        self._server = server
        self._most_mails = most_mails
        self._idle_seconds = idle_seconds
        self._idle: dict[Session, asyncio.TimerHandle] = {}
        self._ending: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def offer(self, mail: Mail, addresses: Sequence[str]) -> AsyncIterator[Offer]:
        """Offer a mail to these addresses; inside, it may be handed over.

        Raises:
            NoSession: the server is not there, or does not let us in.
        """
        session = await self._kept() or await opened(self._server)
        try:
            answers = await _offered(session, mail, addresses)
            if session.exhausted and session.mails > 1:
                await session.end()
                session = await opened(self._server)
                answers = await _offered(session, mail, addresses)
            yield Offer(answers, session, mail)
        except BaseException:
            # Nobody knows what was said last.
            session.abort()
            raise
        await self._keep(session)

    async def close(self) -> None:
        """End the sessions that nobody uses."""
        while self._idle:
            session, timer = self._idle.popitem()
            timer.cancel()
            self._end(session)
        await asyncio.gather(*self._ending)

    async def _kept(self) -> Session | None:
        """The session that was used last, if it is still there."""
        while self._idle:
            session, timer = self._idle.popitem()
            timer.cancel()
            try:
                if await session.reset():
                    return session
            except BaseException:
                session.abort()
                raise
        return None

    async def _keep(self, session: Session) -> None:
        if not session.alive or session.mails >= self._most_mails or not self._idle_seconds:
            await session.end()
            return
        self._idle[session] = asyncio.get_running_loop().call_later(self._idle_seconds, self._expire, session)

    def _expire(self, session: Session) -> None:
        del self._idle[session]
        self._end(session)

    def _end(self, session: Session) -> None:
        task = asyncio.get_running_loop().create_task(session.end())
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)


async def _offered(session: Session, mail: Mail, addresses: Sequence[str]) -> Mapping[str, Answer]:
    return await session.offer(mail.sender, addresses, size=len(mail.content), smtputf8=mail.smtputf8)
