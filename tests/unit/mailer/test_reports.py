import datetime as dt
from dataclasses import replace

import pytest

from services.mailer import reports
from services.mailer.progress import Email, Outcome, Recipient
from shared.contracts import results
from shared.contracts.registry import parse
from shared.contracts.results import RecipientState
from shared.contracts.values import Reason
from tests.unit.mailer.commands import enveloped, recipient, send_email

AT = dt.datetime(2025, 7, 18, 15, 0, 0, 123456, tzinfo=dt.UTC)
COMMAND = send_email(recipient("a@client.example"), recipient("b@client.example", "cc"), email_id="e1")
PARENT = enveloped(COMMAND)


def record(*states: RecipientState, revision: int = 1) -> Email:
    return Email(
        email_id="e1",
        invoice_id=COMMAND.invoice_id,
        message_id=COMMAND.message_id,
        fingerprint="f",
        created_at=AT,
        recipients=tuple(
            Recipient(position, "to", "as stored", state=state, revision=revision, reply="said")
            for position, state in enumerate(states)
        ),
    )


def test_only_those_who_changed_are_reported() -> None:
    before = record("prepared", "prepared")
    after = replace(
        before, recipients=(before.recipients[0], replace(before.recipients[1], state="sent", revision=2))
    )
    [envelope] = reports.changes(PARENT, COMMAND, before, after)
    message = parse(envelope.type, envelope.data)
    assert message == results.EmailRecipientUpdated(
        email_id="e1",
        invoice_id=COMMAND.invoice_id,
        recipient=results.RecipientResult(
            email="b@client.example", role="cc", state="sent", reply="said", revision=2
        ),
    )


def test_since_ever_everyone_who_ever_changed_is_reported() -> None:
    assert len(reports.changes(PARENT, COMMAND, None, record("sent", "refused"))) == 2
    assert reports.changes(PARENT, COMMAND, None, record("prepared", "prepared", revision=0)) == []


def test_a_repeated_report_is_the_same_message() -> None:
    email = replace(record("sent", "refused"), outcome=Outcome("sent", AT))
    first = [*reports.changes(PARENT, COMMAND, None, email), *reports.outcome(PARENT, COMMAND, email)]
    again = [*reports.changes(PARENT, COMMAND, None, email), *reports.outcome(PARENT, COMMAND, email)]
    assert [(one.id, one.source, one.fingerprint()) for one in first] == [
        (one.id, one.source, one.fingerprint()) for one in again
    ]
    assert len({one.id for one in first}) == 3


def test_another_state_or_revision_is_another_message() -> None:
    reported = [
        reports.changes(PARENT, COMMAND, None, record(state, "sent", revision=revision))[0].id
        for state in ("sent", "refused")
        for revision in (1, 2)
    ]
    assert len(set(reported)) == 4


@pytest.mark.parametrize(
    ("outcome", "model"),
    [
        (Outcome("sent", AT, possible_duplicate=True), results.EmailSent),
        (Outcome("failed", AT, Reason(code="refused", message="550 no")), results.EmailFailed),
        (Outcome("uncertain", AT, Reason(code="no_answer", message="-")), results.EmailUncertain),
    ],
)
def test_the_closing_message_says_all(outcome: Outcome, model: type) -> None:
    email = replace(record("sent", "refused"), outcome=outcome)
    [envelope] = reports.outcome(PARENT, COMMAND, email)
    closing = parse(envelope.type, envelope.data)
    assert isinstance(closing, model)
    assert isinstance(closing, results.EmailSent | results.EmailFailed | results.EmailUncertain)
    assert [(one.email, one.role, one.state, one.revision) for one in closing.recipients] == [
        ("a@client.example", "to", "sent", 1),
        ("b@client.example", "cc", "refused", 1),
    ]
    assert (closing.at, closing.possible_duplicate) == (AT, outcome.possible_duplicate)
    assert getattr(closing, "reason", None) == outcome.reason
    assert (envelope.causationid, envelope.correlationid) == (PARENT.id, PARENT.id)


def test_an_email_under_way_has_no_closing_message() -> None:
    assert reports.outcome(PARENT, COMMAND, record("sent", "prepared")) == []
