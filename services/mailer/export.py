"""What the mailer knows, as JSON lines: for `verify` and `backup`, which never read its tables."""

import json
from collections.abc import AsyncIterator

from services.mailer.deliveries import Deliveries
from services.mailer.progress import Email


async def lines(deliveries: Deliveries) -> AsyncIterator[str]:
    """One line for each e-mail, oldest first.

    Raises:
        DatabaseUnavailable: the database did not answer.
    """
    async for email in deliveries.every():
        yield json.dumps(_plain(email), ensure_ascii=False)


def _plain(email: Email) -> dict[str, object]:
    end = email.outcome
    return {
        "kind": "email",
        "email_id": email.email_id,
        "invoice_id": email.invoice_id,
        "message_id": email.message_id,
        "created_at": email.created_at.isoformat(),
        "outcome": end.kind if end else None,
        "reason": end.reason.model_dump() if end and end.reason else None,
        "possible_duplicate": end.possible_duplicate if end else False,
        "finished_at": end.at.isoformat() if end else None,
        "recipients": [
            {"role": one.role, "email": one.address, "state": one.state, "reply": one.reply}
            for one in email.recipients
        ],
    }
