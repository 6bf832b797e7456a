"""How mails are taken by the mail server, for Prometheus: around the sessions, whatever the handler makes of it."""

import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Protocol

from prometheus_client import Counter, Histogram

from services.mailer.message import Mail
from services.mailer.smtp import Answer, NoSession, Verdict
from shared.observability.tracing import span

SMTP_SESSIONS_FAILED = Counter(
    "factures_smtp_sessions_failed_total",
    "Sessions with the mail server that could not be opened, by phase (connect, ehlo, starttls, auth)",
    ("phase",),
)
SMTP_RECIPIENTS = Counter(
    "factures_smtp_recipients_total",
    "Recipients that were offered to the mail server, by its verdict (accepted, later, refused)",
    ("verdict",),
)
SMTP_MAILS = Counter(
    "factures_smtp_mails_total",
    "Mails that were handed over, by verdict (accepted, later, refused, unanswered)",
    ("verdict",),
)
SMTP_SECONDS = Histogram(
    "factures_smtp_seconds",
    "Time that the mail server took, by phase (offer: session, sender and recipients; data: the mail itself)",
    ("phase",),
    buckets=(0.01, 0.05, 0.25, 1, 2.5, 5, 15, 60, 300),
)


class Offered(Protocol):
    """A mail that was offered; `sessions.Offer` is one."""

    @property
    def answers(self) -> Mapping[str, Answer]:
        """What the server says of each address."""

    async def hand_over(self) -> Answer:
        """Say DATA: the one answer for every accepted address."""


class Offering(Protocol):
    """Where mails are offered; `sessions.Sessions` is."""

    def offer(self, mail: Mail, addresses: Sequence[str]) -> AbstractAsyncContextManager[Offered]:
        """Offer a mail to these addresses; inside, it may be handed over.

        Raises:
            NoSession: the server is not there, or does not let us in.
        """


class Measured:
    """Sessions whose answers are counted."""

    def __init__(self, sessions: Offering) -> None:
        self._sessions = sessions

    @asynccontextmanager
    async def offer(self, mail: Mail, addresses: Sequence[str]) -> AsyncIterator[Offered]:
        """See `Offering.offer`."""
        started = time.perf_counter()
        try:
            async with AsyncExitStack() as stack:
                with span("smtp offer", "client"):
                    offer = await stack.enter_async_context(self._sessions.offer(mail, addresses))
                SMTP_SECONDS.labels("offer").observe(time.perf_counter() - started)
                for answer in offer.answers.values():
                    SMTP_RECIPIENTS.labels(answer.verdict.value).inc()
                yield _MeasuredOffer(offer)
        except NoSession as error:
            SMTP_SESSIONS_FAILED.labels(error.phase).inc()
            raise


class _MeasuredOffer:
    def __init__(self, offer: Offered) -> None:
        self._offer = offer

    @property
    def answers(self) -> Mapping[str, Answer]:
        return self._offer.answers

    async def hand_over(self) -> Answer:
        started = time.perf_counter()
        verdict = Verdict.UNANSWERED  # also of one that is cut short: DATA may have begun
        try:
            with span("smtp data", "client") as current:
                answer = await self._offer.hand_over()
                verdict = answer.verdict
                current.tell(factures__verdict=verdict.value)
        finally:
            SMTP_SECONDS.labels("data").observe(time.perf_counter() - started)
            SMTP_MAILS.labels(verdict.value).inc()
        return answer
