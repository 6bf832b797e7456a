"""What this service owns, as JSON lines, for `verify` and `backup`: the ledger as it is, then our own table.

`{"kind": "booked"}` is a document read back from the ledger, `"unreadable"` one that could not be read,
`"transfer"` a row of the table. Amounts are strings.
"""

from collections.abc import Iterator

from pydantic import JsonValue

from services.accounting_sync.connectors.beancount import BeancountConnector
from services.accounting_sync.connectors.beancount_reading import BookedDocument, Unreadable
from services.accounting_sync.connectors.beancount_text import money
from services.accounting_sync.transfers import Transfer

Line = dict[str, JsonValue]


def ledger_lines(connector: BeancountConnector) -> Iterator[Line]:
    """One line per document of the ledger. Raises OSError when the ledger can't be read."""
    for external_id, document in connector.documents():
        where: Line = {"connector": connector.name, "external_id": external_id}
        if isinstance(document, Unreadable):
            yield {"kind": "unreadable", **where, "reason": str(document)}
        else:
            yield {"kind": "booked", **where, **_booked(document)}


def _booked(document: BookedDocument) -> Line:
    return {
        "invoice_id": document.invoice_id,
        "number": document.number,
        "document": document.kind,
        "date": document.date,
        "currency": document.currency,
        "total": money(document.total),
        "fingerprint": document.fingerprint,
        "postings": [
            {
                "account": posting.gl_account,
                "ledger_account": posting.account,
                "tax": posting.tax,
                "amount": money(posting.amount),
            }
            for posting in document.postings
        ],
    }


def transfer_line(transfer: Transfer) -> Line:
    """The line of one row."""
    return {
        "kind": "transfer",
        "invoice_id": transfer.invoice_id,
        "number": transfer.number,
        "connector": transfer.connector,
        "state": transfer.state,
        "attempt": transfer.attempt,
        "attempts": transfer.attempts,
        "external_id": transfer.external_id,
        "total": money(transfer.total),
        "fingerprint": transfer.fingerprint,
        "reason": transfer.reason.model_dump() if transfer.reason else None,
        "settled_at": transfer.settled_at.isoformat() if transfer.settled_at else None,
    }
