"""All SQL of the mailer: the e-mails it was asked to send, and how far each recipient is.

Changes are pure functions of the record (`progress`), made under the lock of its row; nothing slow happens there.
"""

import datetime as dt
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import cast

import asyncpg

from services.mailer.progress import Email, Outcome, OutcomeKind, Recipient, Role
from shared.contracts.commands import SendEmail
from shared.contracts.results import RecipientState
from shared.contracts.values import Reason
from shared.postgres.pool import Connection, Pool, PoolBusy

_FORGET_AT_ONCE = 500
_FORGET = """
    with chosen as (
        select email_id from emails where finished_at < $1 and forgotten_at is null
        order by finished_at limit $3 for update skip locked
    ), addresses as (
        update recipients r set address = '', reply = null from chosen c where r.email_id = c.email_id
    )
    update emails e set forgotten_at = $2, reason_message = case when e.reason_code is not null then '' end
    from chosen c where e.email_id = c.email_id returning e.email_id"""
_UNFIT = str.maketrans({"\x00": "\ufffd"})


class DatabaseUnavailable(Exception):
    """The database did not answer, or not in time; a commit under way may have happened."""

    def __init__(self, why: str) -> None:
        super().__init__(f"the mailer's database did not answer: {why}")
        self.why = why


class ConflictingRepeat(Exception):
    """This e-mail id is known with another content."""

    def __init__(self, email_id: str) -> None:
        super().__init__(f"e-mail {email_id} was asked for before with another content")
        self.email_id = email_id


class UnknownEmail(LookupError):
    """No e-mail has this id."""

    def __init__(self, email_id: str) -> None:
        super().__init__(f"no e-mail {email_id}")
        self.email_id = email_id


class Deliveries:
    """The records, in one PostgreSQL database of the mailer's own."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def remember(self, command: SendEmail, fingerprint: str, now: dt.datetime) -> Email:
        """The record of this command, made when it is new.

        Raises:
            ConflictingRepeat: its id belongs to another command.
            DatabaseUnavailable: try again.
        """
        with _reaching():
            async with self._pool.transaction() as connection:
                await _insert(connection, command, fingerprint, now)
                email = await _load(connection, command.email_id)
        if email.fingerprint != fingerprint:
            raise ConflictingRepeat(command.email_id)
        return email

    async def apply(self, email_id: str, change: Callable[[Email], Email]) -> tuple[Email, Email]:
        """Change a record by a pure function, under its lock: (before, after), committed.

        Raises:
            UnknownEmail: there is no such record.
            DatabaseUnavailable: try again.
        """
        with _reaching():
            async with self._pool.transaction() as connection:
                await connection.execute("select from emails where email_id = $1 for update", email_id)
                before = await _load(connection, email_id)
                after = change(before)
                await _save(connection, before, after)
        return before, after

    async def forget(self, before: dt.datetime, now: dt.datetime) -> int:
        """Forget addresses and replies of the e-mails that ended before then; how many e-mails that were.

        Raises:
            DatabaseUnavailable: try again; some may be forgotten already.
        """
        forgotten = 0
        with _reaching():
            while True:
                async with self._pool.transaction() as connection:
                    chosen = await connection.fetch(_FORGET, before, now, _FORGET_AT_ONCE)
                forgotten += len(chosen)
                if len(chosen) < _FORGET_AT_ONCE:
                    return forgotten

    async def every(self) -> AsyncIterator[Email]:
        """All records, oldest first, as they are at one moment.

        Raises:
            DatabaseUnavailable: try again.
        """
        with _reaching():
            async with self._pool.transaction() as connection:
                await connection.execute("set transaction isolation level repeatable read, read only")
                ids = connection.cursor("select email_id from emails order by created_at, email_id")
                async for row in ids:
                    yield await _load(connection, row["email_id"])


@contextmanager
def _reaching() -> Iterator[None]:
    try:
        yield
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, PoolBusy) as error:
        raise DatabaseUnavailable(f"{type(error).__name__}: {error}") from error


async def _insert(connection: Connection, command: SendEmail, fingerprint: str, now: dt.datetime) -> None:
    inserted = await connection.fetchval(
        "insert into emails (email_id, fingerprint, invoice_id, message_id, created_at)"
        " values ($1, $2, $3, $4, $5) on conflict do nothing returning true",
        _storable(command.email_id),
        fingerprint,
        _storable(command.invoice_id),
        _storable(command.message_id),
        now,
    )
    if inserted:
        recipients = (
            Recipient(position, one.role, _storable(one.email))
            for position, one in enumerate(command.recipients)
        )
        await connection.executemany(
            _WRITE_RECIPIENT, [_row(command.email_id, recipient) for recipient in recipients]
        )


_WRITE_RECIPIENT = """
insert into recipients (email_id, position, role, address, state, settled, reply, unanswered, revision,
                        conversation, sending_since)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
on conflict (email_id, position) do update
set state = excluded.state, settled = excluded.settled, reply = excluded.reply,
    unanswered = excluded.unanswered, revision = excluded.revision, conversation = excluded.conversation,
    sending_since = excluded.sending_since, updated_at = now()
"""


async def _load(connection: Connection, email_id: str) -> Email:
    row = await connection.fetchrow("select * from emails where email_id = $1", email_id)
    if row is None:
        raise UnknownEmail(email_id)
    recipients = await connection.fetch(
        "select position, role, address, state, settled, reply, unanswered, revision, conversation,"
        " sending_since from recipients where email_id = $1 order by position",
        email_id,
    )
    return Email(
        email_id=row["email_id"],
        invoice_id=row["invoice_id"],
        message_id=row["message_id"],
        fingerprint=row["fingerprint"],
        created_at=row["created_at"],
        conversations=row["conversations"],
        content_sha256=row["content_sha256"],
        outcome=_outcome(row),
        forgotten=row["forgotten_at"] is not None,
        recipients=tuple(_recipient(one) for one in recipients),
    )


async def _save(connection: Connection, before: Email, after: Email) -> None:
    changed = [one for one in after.recipients if one not in before.recipients]
    await connection.executemany(_WRITE_RECIPIENT, [_row(after.email_id, one) for one in changed])
    outcome = after.outcome
    reason = outcome.reason if outcome else None
    await connection.execute(
        "update emails set conversations = $2, content_sha256 = $3, outcome = $4, reason_code = $5,"
        " reason_message = $6, possible_duplicate = $7, finished_at = $8 where email_id = $1",
        after.email_id,
        after.conversations,
        after.content_sha256,
        outcome.kind if outcome else None,
        reason.code if reason else None,
        reason.message if reason else None,
        outcome.possible_duplicate if outcome else False,
        outcome.at if outcome else None,
    )


def _row(email_id: str, one: Recipient) -> tuple[object, ...]:
    return (
        email_id,
        one.position,
        one.role,
        one.address,
        one.state,
        one.settled,
        one.reply,
        one.unanswered,
        one.revision,
        one.conversation,
        one.sending_since,
    )


def _recipient(row: asyncpg.Record) -> Recipient:
    return Recipient(
        position=row["position"],
        role=cast("Role", row["role"]),
        address=row["address"],
        state=cast("RecipientState", row["state"]),
        settled=row["settled"],
        reply=row["reply"],
        unanswered=row["unanswered"],
        revision=row["revision"],
        conversation=row["conversation"],
        sending_since=row["sending_since"],
    )


def _outcome(row: asyncpg.Record) -> Outcome | None:
    if row["outcome"] is None:
        return None
    return Outcome(
        kind=cast("OutcomeKind", row["outcome"]),
        at=row["finished_at"],
        reason=Reason(code=row["reason_code"], message=row["reason_message"]) if row["reason_code"] else None,
        possible_duplicate=row["possible_duplicate"],
    )


def _storable(text: str) -> str:
    """PostgreSQL text holds no NUL; such an e-mail is refused later, but its record must be kept."""
    return text.translate(_UNFIT)
