"""What the mail server answers is counted, and passed on as it is."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from prometheus_client import REGISTRY

from services.mailer.measured import Measured, Offered
from services.mailer.message import Mail, compose
from services.mailer.smtp import Answer, NoSession, Verdict
from tests.unit.mailer.commands import send_email

TAKEN = Answer(Verdict.ACCEPTED, "250 OK")


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0


@dataclass
class Script:
    """A mail server that answers so."""

    answers: Mapping[str, Answer]
    data: Answer | BaseException = TAKEN
    closed: str | None = None

    async def hand_over(self) -> Answer:
        if isinstance(self.data, BaseException):
            raise self.data
        return self.data

    @asynccontextmanager
    async def offer(self, mail: Mail, addresses: Sequence[str]) -> AsyncIterator[Offered]:
        if self.closed:
            raise NoSession(self.closed, "no")
        yield self


def mail() -> Mail:
    return compose(send_email(), [], redirect=None)


async def test_verdicts_are_counted_by_recipient_and_by_mail() -> None:
    answers = {"a@example.com": TAKEN, "b@example.com": Answer(Verdict.REFUSED, "550 who?")}
    names = [
        ("factures_smtp_recipients_total", {"verdict": "accepted"}),
        ("factures_smtp_recipients_total", {"verdict": "refused"}),
        ("factures_smtp_mails_total", {"verdict": "accepted"}),
        ("factures_smtp_seconds_count", {"phase": "offer"}),
        ("factures_smtp_seconds_count", {"phase": "data"}),
    ]
    before = [value(name, **labels) for name, labels in names]

    async with Measured(Script(answers)).offer(mail(), list(answers)) as offer:
        assert offer.answers == answers
        assert await offer.hand_over() == TAKEN

    assert [value(name, **labels) for name, labels in names] == [one + 1 for one in before]


async def test_a_mail_that_was_cut_short_counts_as_unanswered() -> None:
    before = value("factures_smtp_mails_total", verdict="unanswered")

    async with Measured(Script({}, data=asyncio.CancelledError())).offer(mail(), []) as offer:
        with pytest.raises(asyncio.CancelledError):
            await offer.hand_over()

    assert value("factures_smtp_mails_total", verdict="unanswered") == before + 1


async def test_a_session_that_fails_is_counted_by_its_phase() -> None:
    before = value("factures_smtp_sessions_failed_total", phase="auth")

    with pytest.raises(NoSession):
        async with Measured(Script({}, closed="auth")).offer(mail(), []):
            pytest.fail("there is no session")

    assert value("factures_smtp_sessions_failed_total", phase="auth") == before + 1
