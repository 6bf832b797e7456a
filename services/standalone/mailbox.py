"""An SMTP server on the loopback address that files every message it takes, and sends none on.

Each message becomes one `.eml` file in a folder, on disk before the sender hears 250. Nothing is
deduplicated: what was received twice is there twice. File names sort by time of receipt.
"""

import asyncio
import logging
import os
import re
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from pathlib import Path

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session

log = structlog.get_logger(__name__)

_HOST = "127.0.0.1"
# Three attachments of the largest size that may be uploaded (20 MiB), as base64.
_MESSAGE_LIMIT_BYTES = 90 * 1024 * 1024
_UNFINISHED = ".unfinished-"
_NOWHERE = ".invalid"


class Mailbox:
    """A folder of received messages, and where the server that fills it listens."""

    def __init__(self, folder: Path) -> None:
        """Make the folder (for us only to read) and remove what a crash left half written."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for unfinished in folder.glob(f"{_UNFINISHED}*"):
            unfinished.unlink()
        self.folder = folder
        self.host = _HOST
        self.port = 0

    def files(self) -> list[Path]:
        """The messages received so far, in order of receipt."""
        return sorted(self.folder.glob("*.eml"))

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take every recipient, except where no mail server in the world would: RFC 2606 keeps `.invalid` empty."""
        if address.lower().endswith(_NOWHERE):
            return "550 5.1.2 no such domain"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 ok"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        """File one message; aiosmtpd sends what is returned as the answer to the final dot."""
        try:
            file = await asyncio.to_thread(self._file, _with_trace(envelope))
        except OSError:
            # Temporary for the sender: it keeps the message and tries again.
            log.exception("message could not be filed", folder=str(self.folder))
            return "451 4.3.0 the message could not be filed"
        log.info("message filed", file=file.name)
        return "250 2.0.0 filed"

    async def handle_exception(self, error: Exception) -> str:
        """Answer a conversation that broke on our side; aiosmtpd asks for it instead of its own log."""
        log.error("mail conversation failed", exc_info=error)
        return "451 4.3.0 local error"

    def _file(self, content: bytes) -> Path:
        descriptor, name = tempfile.mkstemp(prefix=_UNFINISHED, dir=self.folder)
        unfinished = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as output:
                output.write(content)
                output.flush()
                os.fsync(output.fileno())
            final = self._link(unfinished, _name_part(content))
        finally:
            unfinished.unlink()
        folder = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return final

    def _link(self, unfinished: Path, name_part: str) -> Path:
        """Give it its name, which no other message has: a link, unlike a rename, never replaces a file."""
        while True:
            final = self.folder / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}Z-{name_part}.eml"
            try:
                final.hardlink_to(unfinished)
            except FileExistsError:
                continue
            return final


def _with_trace(envelope: Envelope) -> bytes:
    """The message as received, under the envelope's addresses: blind copies are seen nowhere else."""
    recipients = ",\r\n ".join(_bracketed(recipient) for recipient in envelope.rcpt_tos)
    trace = f"Return-Path: {_bracketed(envelope.mail_from or '')}\r\nX-Envelope-To: {recipients}\r\n"
    return trace.encode("utf-8", "surrogateescape") + (envelope.original_content or b"")


def _bracketed(address: str) -> str:
    # aiosmtpd lets control characters through; one could end the header.
    return "<" + re.sub(r"[\x00-\x1f\x7f]", "", address) + ">"


def _name_part(content: bytes) -> str:
    """The message id, in characters that are harmless in a file name. Addresses stay out of names."""
    message_id = str(BytesHeaderParser().parsebytes(content)["Message-ID"] or "no-id")
    return re.sub(r"[^A-Za-z0-9._@+-]+", "_", message_id).strip("_.")[:100]


class _Connection(SMTP):
    """One conversation; known to `open_ones` while it lasts, so that it can be ended."""

    def __init__(self, mailbox: Mailbox, open_ones: set["_Connection"]) -> None:
        super().__init__(
            mailbox,
            data_size_limit=_MESSAGE_LIMIT_BYTES,
            enable_SMTPUTF8=True,
            hostname="localhost",
            ident="Factures mailbox",
            loop=asyncio.get_running_loop(),
        )
        self._open_ones = open_ones

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._open_ones.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        self._open_ones.discard(self)
        super().connection_lost(error)

    def end(self) -> None:
        """Close the connection; a message that was not answered yet is the sender's still."""
        if self.transport is not None:
            self.transport.close()


@asynccontextmanager
async def mailbox(folder: Path, port: int = 0) -> AsyncIterator[Mailbox]:
    """Receive mail into `folder` while the block lasts, on `port` (0: any that is free).

    Raises:
        OSError: the port is taken.
    """
    # Its log tells addresses, line by line; ours must not.
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    box = Mailbox(folder)
    open_ones: set[_Connection] = set()
    server = await asyncio.get_running_loop().create_server(
        lambda: _Connection(box, open_ones), box.host, port
    )
    box.port = server.sockets[0].getsockname()[1]
    log.info("mailbox listens", port=box.port, folder=str(folder))
    try:
        yield box
    finally:
        server.close()
        for connection in list(open_ones):
            connection.end()
        await server.wait_closed()
