"""E-mails, their recipients' states, templates and attachments."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg

from services.invoice_service.application.listing import ListQuery, Page, SortKey
from services.invoice_service.application.ports.invoicing import StoredEmail, StoredRecipient
from services.invoice_service.domain.errors import FieldError, Invalid, NotFound
from services.invoice_service.storage.lists import Expression, Listing, fetch_page
from services.invoice_service.storage.unit_of_work import Transaction

_COLUMNS = """
    e.*, (select jsonb_agg(jsonb_build_object('role', r.role, 'name', r.name, 'email', r.email,
                                              'state', r.state, 'reply', r.reply,
                                              'revision', r.revision) order by r.position)
          from email_recipients r where r.email_id = e.id) as recipients,
    (select s.body ->> 'outbound' = 'off' from settings s) as outbound_off"""
_EMAIL = f"select {_COLUMNS} from emails e"
# Ids are made in the order of time.
HISTORY = Listing(
    columns=_COLUMNS,
    source="emails e",
    key=Expression("e.id", "uuid"),
    sorts={"created_at": Expression("e.id", "uuid")},
    default_sort=(SortKey("created_at", descending=True),),
    base="e.invoice_id = $1",
)


class Emails:
    """`EmailRepository` on one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    async def add(self, email: StoredEmail) -> None:
        """See `EmailRepository.add`."""
        await self._connection.execute(
            """with kept as (
                   insert into emails (id, invoice_id, version, final, state, reason, sender, subject, body,
                                       language, with_pdf, pdf_name, attachments, message_id, requested, created_at,
                                       summary, return_to)
                   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $18, $19)
                   returning id)
               insert into email_recipients (email_id, position, role, name, email, state)
               select kept.id, r.ordinality - 1, r.value ->> 'role', r.value ->> 'name', r.value ->> 'email', 'prepared'
               from kept, jsonb_array_elements($17) with ordinality r""",
            email.id,
            email.invoice_id,
            email.version,
            email.final,
            email.state,
            email.reason,
            dict(email.sender),
            email.subject,
            email.body,
            email.language,
            email.with_pdf,
            email.pdf_name,
            [dict(attachment) for attachment in email.attachments],
            email.message_id,
            email.requested,
            email.created_at,
            [{"role": r.role, "name": r.name, "email": r.email} for r in email.recipients],
            dict(email.summary) if email.summary else None,
            email.return_to,
        )

    async def save(self, email: StoredEmail) -> None:
        """See `EmailRepository.save`."""
        await self._connection.execute(
            """with moved as (
                   update emails set state = $2, reason = $3, possible_duplicate = $4, requested = $5, sent_at = $6
                   where id = $1)
               update email_recipients r set state = s.value ->> 'state', reply = s.value ->> 'reply',
                   revision = (s.value ->> 'revision')::integer
               from jsonb_array_elements($7) with ordinality s
               where r.email_id = $1 and r.position = s.ordinality - 1""",
            email.id,
            email.state,
            email.reason,
            email.possible_duplicate,
            email.requested,
            email.sent_at,
            [{"state": r.state, "reply": r.reply, "revision": r.revision} for r in email.recipients],
        )

    async def get(self, email_id: uuid.UUID, invoice_id: uuid.UUID) -> StoredEmail:
        """See `EmailRepository.get`."""
        row = await self._connection.fetchrow(
            f"{_EMAIL} where e.id = $1 and e.invoice_id = $2", email_id, invoice_id
        )
        if row is None:
            raise NotFound("email", str(email_id))
        return _email(row)

    async def waiting(self, invoice_id: uuid.UUID, version: int) -> list[StoredEmail]:
        """See `EmailRepository.waiting`."""
        rows = await self._connection.fetch(
            f"""{_EMAIL} where e.invoice_id = $1 and e.version = $2 and e.state = 'prepared'
                and e.with_pdf and not e.requested order by e.id""",
            invoice_id,
            version,
        )
        return [_email(row) for row in rows]

    async def page(self, invoice_id: uuid.UUID, query: ListQuery) -> Page[StoredEmail]:
        """See `EmailRepository.page`."""
        return await fetch_page(self._connection, HISTORY, query, _email, arguments=(invoice_id,))

    async def attachments(self, ids: Sequence[uuid.UUID]) -> list[dict[str, Any]]:
        """See `EmailRepository.attachments`."""
        if not ids:
            return []
        rows = await self._connection.fetch("select * from attachments where id = any($1)", list(ids))
        found = {uuid.UUID(int=row["id"].int): row for row in rows}
        errors = tuple(
            FieldError(f"attachments[{index}]", "unknown_reference", {"value": str(attachment)})
            for index, attachment in enumerate(ids)
            if attachment not in found
        )
        if errors:
            raise Invalid("invalid", errors=errors)
        return [
            {
                "id": str(attachment),
                "name": found[attachment]["name"],
                "content_type": found[attachment]["content_type"],
                "document": {name: found[attachment][name] for name in ("key", "sha256", "size")},
            }
            for attachment in ids
        ]

    async def add_attachment(self, attachment: Mapping[str, Any]) -> None:
        """See `EmailRepository.add_attachment`."""
        await self._connection.execute(
            """insert into attachments (id, name, content_type, key, sha256, size, created_at)
               values ($1, $2, $3, $4, $5, $6, $7)""",
            *(
                attachment[name]
                for name in ("id", "name", "content_type", "key", "sha256", "size", "created_at")
            ),
        )


def _email(row: asyncpg.Record) -> StoredEmail:
    values = {name: value for name, value in row.items() if not name.startswith("_")}
    values["id"] = uuid.UUID(int=values["id"].int)
    values["invoice_id"] = uuid.UUID(int=values["invoice_id"].int)
    values["attachments"] = tuple(values["attachments"])
    values["recipients"] = tuple(StoredRecipient(**recipient) for recipient in values["recipients"] or ())
    outbound_off = values.pop("outbound_off")
    if values["state"] == "prepared":
        # Why it waits is told as the switch stands now.
        values["reason"] = {"code": "outbound_off", "message": ""} if outbound_off else None
    return StoredEmail(**values)
