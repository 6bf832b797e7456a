"""One session with the mail server, step by step, so that it is always known how far a mail came.

Until DATA begins nothing can have been taken, whatever breaks. After that only an answer tells: without one the
mail may or may not be on its way, and `Verdict.UNANSWERED` says so.
"""

import asyncio
import ssl
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from typing import Literal

import aiosmtplib
from aiosmtplib import SMTPDataError, SMTPException, SMTPResponseException

from services.mailer.headers import needs_smtputf8

Tls = Literal["starttls", "tls", "none"]

_QUIT_SECONDS = 5
_RESET_SECONDS = 10
_REPLY_LIMIT = 500


class Verdict(Enum):
    """What became of one recipient."""

    ACCEPTED = "accepted"
    LATER = "later"
    """Not taken; the same may succeed later."""
    REFUSED = "refused"
    """Not taken; the same will be refused again."""
    UNANSWERED = "unanswered"
    """DATA began and no answer came: taken or not."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict, and the server's words (or ours, when it said nothing) in one printable line."""

    verdict: Verdict
    reply: str


class NoSession(Exception):
    """There is none: nothing was taken, nobody was refused.

    A 5xx here (no TLS, wrong password, access denied) speaks of this installation, not of the mail: once it is
    put right the same mail goes through. So it is tried again, like a server that is down.
    """

    def __init__(self, phase: str, reply: str) -> None:
        super().__init__(f"{phase}: {reply}")
        self.phase = phase
        self.reply = reply


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over, and how. `context` verifies the server's certificate."""

    host: str
    port: int
    tls: Tls
    context: ssl.SSLContext
    user: str | None = None
    password: str | None = None
    hello_name: str | None = None
    command_seconds: float = 60
    data_seconds: float = 300


async def opened(server: MailServer) -> "Session":
    """A session: connected, greeted, secured, authenticated. Whoever opens it ends it.

    Raises:
        NoSession: one of these steps failed.
    """
    client = aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        local_hostname=server.hello_name,
        timeout=server.command_seconds,
        use_tls=server.tls == "tls",
        start_tls=False,
        tls_context=server.context,
    )
    try:
        await _open(client, server)
    except BaseException:
        client.close()
        raise
    return Session(client, server)


async def _open(client: aiosmtplib.SMTP, server: MailServer) -> None:
    phase = "connect"
    try:
        await client.connect()
        phase = "ehlo"
        await client.ehlo()
        if server.tls == "starttls":
            phase = "starttls"
            await client.starttls(server_hostname=server.host, tls_context=server.context)
            phase = "ehlo"
            await client.ehlo()
        if server.user is not None:
            phase = "auth"
            await client.login(server.user, server.password or "")
    except (SMTPException, OSError) as error:
        raise NoSession(phase, _words(error)) from error


class Session:
    """A session in which mails are offered, then handed over, one after the other.

    `mails` counts those that were begun. `exhausted`: the server begins no other one here, for now.
    """

    def __init__(self, client: aiosmtplib.SMTP, server: MailServer) -> None:
        self._client = client
        self._server = server
        self.mails = 0
        self.exhausted = False

    @property
    def alive(self) -> bool:
        """Whether another mail may be begun, as far as is known without asking."""
        return self._client.is_connected and not self.exhausted

    async def reset(self) -> bool:
        """Forget what was begun; whether the server is still there."""
        try:
            await self._client.rset(timeout=min(_RESET_SECONDS, self._server.command_seconds))
        except (SMTPException, OSError):
            self.abort()
        return self.alive

    async def end(self) -> None:
        """Say goodbye."""
        with suppress(SMTPException, OSError):
            if self._client.is_connected:
                await self._client.quit(timeout=_QUIT_SECONDS)
        self.abort()

    def abort(self) -> None:
        """Be gone, without a word."""
        self._client.close()

    async def offer(
        self, sender: str, addresses: Iterable[str], *, size: int, smtputf8: bool
    ) -> dict[str, Answer]:
        """Say MAIL and RCPT: what the server says of each address. Nothing is taken yet.

        `ACCEPTED` means that DATA may follow for it.
        """
        wanted = list(dict.fromkeys(addresses))
        knows_utf8 = self._client.supports_extension("SMTPUTF8")
        unspeakable = [
            address
            for address in wanted
            if not knows_utf8 and (smtputf8 or needs_smtputf8(sender) or needs_smtputf8(address))
        ]
        answers = dict.fromkeys(
            unspeakable, Answer(Verdict.REFUSED, "the mail server does not know SMTPUTF8")
        )
        speakable = [address for address in wanted if address not in answers]
        if not speakable:
            return answers
        utf8 = smtputf8 or any(map(needs_smtputf8, (sender, *speakable)))
        self.mails += 1
        refusal = await self._mail(sender, size, utf8=utf8)
        if refusal is not None:
            self.exhausted = refusal.verdict is Verdict.LATER
            return answers | dict.fromkeys(speakable, refusal)
        for address in speakable:
            answers[address] = await self._rcpt(address, utf8=utf8)
        if not self._client.is_connected:
            lost = Answer(Verdict.LATER, "the connection was lost before the mail was handed over")
            answers = {
                address: lost if answer.verdict is Verdict.ACCEPTED else answer
                for address, answer in answers.items()
            }
        return answers

    async def hand_over(self, content: bytes) -> Answer:
        """Say DATA: the one answer for every accepted address."""
        try:
            async with asyncio.timeout(self._server.data_seconds):
                response = await self._client.data(content, timeout=None)
        except SMTPDataError as error:
            answer = Answer(_verdict(error.code, otherwise=Verdict.UNANSWERED), _words(error))
        except (SMTPException, OSError) as error:
            answer = Answer(Verdict.UNANSWERED, _words(error))
        else:
            answer = Answer(Verdict.ACCEPTED, _line(response.code, response.message))
        if answer.verdict is Verdict.UNANSWERED:
            # What comes now would be taken for the answer to something else.
            self.abort()
        return answer

    async def _mail(self, sender: str, size: int, *, utf8: bool) -> Answer | None:
        options = [f"SIZE={size}"] if self._client.supports_extension("SIZE") else []
        if utf8:
            options += ["BODY=8BITMIME", "SMTPUTF8"]
        try:
            await self._client.mail(sender, options=options, encoding=_encoding(utf8=utf8))
        except SMTPResponseException as error:
            return Answer(_verdict(error.code, otherwise=Verdict.LATER), _words(error))
        except (SMTPException, OSError) as error:
            return self._lost(error)
        return None

    async def _rcpt(self, address: str, *, utf8: bool) -> Answer:
        try:
            response = await self._client.rcpt(address, encoding=_encoding(utf8=utf8))
        except SMTPResponseException as error:
            return Answer(_verdict(error.code, otherwise=Verdict.LATER), _words(error))
        except (SMTPException, OSError) as error:
            return self._lost(error)
        return Answer(Verdict.ACCEPTED, _line(response.code, response.message))

    def _lost(self, error: Exception) -> Answer:
        """No answer before DATA, or none that makes sense: not taken, and nothing more is said here."""
        self.abort()
        return Answer(Verdict.LATER, _words(error))


def _verdict(code: int, *, otherwise: Verdict) -> Verdict:
    """What a reply that is not the expected one means; a code that is no refusal decides nothing."""
    return {4: Verdict.LATER, 5: Verdict.REFUSED}.get(code // 100, otherwise)


def _encoding(*, utf8: bool) -> str:
    return "utf-8" if utf8 else "ascii"


def _words(error: Exception) -> str:
    if isinstance(error, SMTPResponseException):
        return _line(error.code, error.message)
    return _printable(str(error) or type(error).__name__)


def _line(code: int, message: str) -> str:
    return _printable(f"{code} {message}" if code > 0 else message)


def _printable(text: str) -> str:
    """One line that a database and a screen can take, whatever a server sent."""
    clean = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(clean.split())[:_REPLY_LIMIT]
