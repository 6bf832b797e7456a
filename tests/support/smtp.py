"""A real SMTP server on the loopback interface, which fails where a test tells it to.

    async with mail_server() as server:
        server.answer(Phase.RCPT, "450 4.2.0 try later", to="b@example.com", times=1)
        server.drop(Phase.DOT, taken=True)
        ...
        assert [mail.recipients for mail in server.taken] == [("a@example.com",)]

It runs in the event loop of the test. What it took responsibility for is in `taken`, whatever it then answered.
"""

# ruff: noqa: N802 - the methods of aiosmtpd are named after the commands

import asyncio
import contextlib
import ssl
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypedDict, Unpack, cast

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.support.smtp_script import HOST, Act, Fault, MailServer, Phase, TakenMail

__all__ = ["MailServer", "Phase", "ServerOptions", "TakenMail", "mail_server"]

Tls = Literal["starttls", "tls", "none"]
Certificate = Literal["good", "unknown authority", "other name"]


class _DataHook:
    """Where aiosmtpd asks what to do with a mail."""

    async def handle_DATA(self, conversation: "_Conversation", session: Session, envelope: Envelope) -> str:
        return await conversation.taken_or_not(session, envelope)


class _Conversation(SMTP):
    """aiosmtpd's conversation, with faults."""

    def __init__(self, book: MailServer, *, implicit_tls: bool, **options: Any) -> None:  # noqa: ANN401 - aiosmtpd's
        super().__init__(_DataHook(), **options)
        self._book = book
        self._implicit_tls = implicit_tls
        self._greeted = False
        book.conversations += 1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        assert isinstance(transport, asyncio.Transport)
        self._book.transports.add(transport)

    async def push(self, status: Any) -> None:  # noqa: ANN401 - str or bytes, as the base class has it
        if not self._greeted:
            self._greeted = True
            fault = self._book.next_fault(Phase.CONNECT)
            if fault is not None and await self._act(fault):
                return
        await super().push(status)

    async def smtp_EHLO(self, hostname: str) -> None:
        await self._step(Phase.EHLO, f"EHLO {hostname}", super().smtp_EHLO, hostname)

    async def smtp_STARTTLS(self, arg: str) -> None:
        await self._step(Phase.STARTTLS, "STARTTLS", super().smtp_STARTTLS, arg)

    async def smtp_AUTH(self, arg: str) -> None:
        await self._step(Phase.AUTH, "AUTH", super().smtp_AUTH, arg)

    async def smtp_RSET(self, arg: str) -> None:
        await self._step(Phase.RSET, "RSET", super().smtp_RSET, arg)

    async def smtp_QUIT(self, arg: str) -> None:
        await self._book.saw("QUIT")
        await super().smtp_QUIT(arg)

    async def smtp_MAIL(self, arg: str | None) -> None:
        await self._step(Phase.MAIL, f"MAIL {arg}", super().smtp_MAIL, arg)

    async def smtp_RCPT(self, arg: str | None) -> None:
        await self._step(Phase.RCPT, f"RCPT {arg}", super().smtp_RCPT, arg)

    async def smtp_DATA(self, arg: str) -> None:
        fault = self._book.next_fault(Phase.CONTENT)
        if fault is None:
            await self._step(Phase.DATA, "DATA", super().smtp_DATA, arg)
            return
        await self._book.saw("DATA")
        await super().push("354 go ahead")
        await self._reader.readuntil(b"\r\n")
        await self._act(fault)

    async def taken_or_not(self, session: Session, envelope: Envelope) -> str:
        """The answer to the final dot."""
        fault = self._book.next_fault(Phase.DOT)
        takes = fault is None or fault.taken or (fault.act is Act.SAY and fault.text.startswith("2"))
        if takes:
            await self._book.take(self._mail(session, envelope))
        await self._book.saw(".")
        if fault is not None and fault.act is Act.SAY:
            return fault.text
        if fault is not None:
            await self._act(fault)
            if not takes:
                return "451 4.3.0 the connection was held, and the mail not taken"
        return f"250 2.0.0 taken as {len(self._book.taken)}"

    def _mail(self, session: Session, envelope: Envelope) -> TakenMail:
        content = envelope.original_content or b""
        # Typed as None by aiosmtpd, which then puts there what the authenticator returned.
        known = cast("LoginPassword | None", session.auth_data)
        return TakenMail(
            sender=envelope.mail_from or "",
            recipients=tuple(envelope.rcpt_tos),
            content=content,
            tls=self._implicit_tls or session.ssl is not None,
            user=known.login.decode() if known else None,
            smtputf8=envelope.smtp_utf8,
        )

    async def _step(self, phase: Phase, line: str, go_on: Callable[[Any], Any], argument: str | None) -> None:
        fault = self._book.next_fault(phase, line)
        await self._book.saw(line)
        if fault is None or not await self._act(fault):
            await go_on(argument)

    async def _act(self, fault: Fault) -> bool:
        """Do it; whether that was the answer."""
        assert self.transport is not None
        if fault.act is Act.HOLD:
            await self._book.released.wait()
            return False
        if fault.act is Act.SAY:
            await super().push(fault.text)
            if fault.text.startswith("421"):
                self.transport.close()
            return True
        assert isinstance(self.transport, asyncio.Transport)
        self.transport.abort()
        # The loss of the connection cancels this task.
        await asyncio.Event().wait()
        return True


class ServerOptions(TypedDict, total=False):
    """What the server is like; `users`: whom AUTH lets in (without them it asks nobody); `port`: any that is free."""

    tls: Tls
    certificate: Certificate
    smtputf8: bool
    users: Mapping[str, str]
    size_limit: int
    port: int


@asynccontextmanager
async def mail_server(**options: Unpack[ServerOptions]) -> AsyncIterator[MailServer]:
    """A server that is up while inside, on a free port; by default with STARTTLS and all that is good."""
    tls = options.get("tls", "starttls")
    users = options.get("users")
    with tempfile.TemporaryDirectory(prefix="factures-smtp-") as folder:
        ca_file = Path(folder) / "authority.pem"
        _authority("good").cert_pem.write_to_path(str(ca_file))
        book = MailServer(ca_file)
        context = _server_context(options.get("certificate", "good"))
        conversations: list[_Conversation] = []

        def authenticate(*asked: Any) -> AuthResult:  # noqa: ANN401 - aiosmtpd's signature
            login = asked[-1]
            assert isinstance(login, LoginPassword)
            known = (users or {}).get(login.login.decode())
            good = known is not None and known == login.password.decode()
            return AuthResult(success=good, handled=False, auth_data=login)

        def converse() -> _Conversation:
            conversation = _Conversation(
                book,
                implicit_tls=tls == "tls",
                hostname="mail.test",
                ident="ready",
                data_size_limit=options.get("size_limit", 2**25),
                enable_SMTPUTF8=options.get("smtputf8", True),
                tls_context=context if tls == "starttls" else None,
                require_starttls=tls == "starttls",
                auth_required=users is not None and tls == "starttls",
                auth_require_tls=tls == "starttls",
                authenticator=authenticate,
                loop=asyncio.get_running_loop(),
            )
            conversations.append(conversation)
            return conversation

        server = await asyncio.get_running_loop().create_server(
            converse, HOST, options.get("port", 0), ssl=context if tls == "tls" else None
        )
        book.port = server.sockets[0].getsockname()[1]
        try:
            yield book
        finally:
            server.close()
            await _end(conversations)
            await server.wait_closed()


async def _end(conversations: list[_Conversation]) -> None:
    tasks = [one._handler_coroutine for one in conversations if one._handler_coroutine is not None]
    for one in conversations:
        if isinstance(one.transport, asyncio.Transport):
            one.transport.abort()
    for task in tasks:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, ConnectionError):
            await task


@cache
def _authority(_name: str) -> trustme.CA:
    return trustme.CA()


def _server_context(certificate: Certificate) -> ssl.SSLContext:
    authority = _authority("unknown" if certificate == "unknown authority" else "good")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    name = "mail.elsewhere.test" if certificate == "other name" else HOST
    authority.issue_cert(name).configure_cert(context)
    return context
