import datetime as dt
import uuid
from dataclasses import replace
from decimal import Decimal

import pytest

from services.accounting_sync.decision import Conflict, Repeat, Superseded, Try, decide
from services.accounting_sync.transfers import Transfer, TransferState
from shared.contracts.values import Reason

AT = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
COMMAND, OTHER_COMMAND = uuid.UUID(int=1), uuid.UUID(int=2)
WANTED = Transfer(
    invoice_id="i",
    number="00004",
    connector="beancount",
    state="none",
    command_id=COMMAND,
    fingerprint="a" * 64,
    attempt=2,
    attempts=1,
    total=Decimal("114.98"),
)


def row(
    state: TransferState, *, attempt: int = 2, fingerprint: str = "a" * 64, command_id: uuid.UUID = COMMAND
) -> Transfer:
    settled = state in ("transferred", "failed", "uncertain")
    reason = Reason(code="r", message="m") if state in ("failed", "uncertain") else None
    return replace(
        WANTED,
        state=state,
        attempt=attempt,
        fingerprint=fingerprint,
        command_id=command_id,
        settled_at=AT if settled else None,
        reason=reason,
    )


@pytest.mark.parametrize(("attempt", "delivery", "look_up"), [(1, 1, False), (1, 2, True), (2, 1, True)])
def test_only_the_very_first_attempt_books_without_looking_up(
    attempt: int, delivery: int, *, look_up: bool
) -> None:
    wanted = replace(WANTED, attempt=attempt)
    assert decide(None, wanted, delivery_attempt=delivery) == Try(look_up=look_up, in_doubt=False)


@pytest.mark.parametrize(
    ("known", "decision"),
    [
        (row("transferred"), Repeat(row("transferred"))),
        (row("transferred", attempt=9), Repeat(row("transferred", attempt=9))),
        (row("transferred", fingerprint="b" * 64), Conflict(row("transferred", fingerprint="b" * 64))),
        (row("failed"), Repeat(row("failed"))),
        (row("uncertain"), Repeat(row("uncertain"))),
        (row("failed", attempt=3), Superseded(3)),
        (row("sending", attempt=3), Superseded(3)),
        (row("failed", command_id=OTHER_COMMAND), Try(look_up=True, in_doubt=False)),
        (row("uncertain", command_id=OTHER_COMMAND), Try(look_up=True, in_doubt=True)),
        (row("sending"), Try(look_up=True, in_doubt=True)),
        (row("sending", command_id=OTHER_COMMAND), Try(look_up=True, in_doubt=True)),
        (row("none"), Try(look_up=True, in_doubt=False)),
    ],
)
def test_what_is_known_decides(known: Transfer, decision: object) -> None:
    assert decide(known, WANTED, delivery_attempt=1) == decision
