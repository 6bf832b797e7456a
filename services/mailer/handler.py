"""One e-mail, from its command to its outcome, over as many deliveries as that takes.

Safe at any point of interruption: `sending` is committed before DATA begins, and an e-mail that has its outcome
only repeats its reports.
"""

import asyncio
import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from functools import partial

import pydantic
import structlog

from services.mailer import headers, progress, reports
from services.mailer.deliveries import ConflictingRepeat, DatabaseUnavailable, Deliveries
from services.mailer.headers import UnsafeHeader
from services.mailer.measured import Offering
from services.mailer.message import File, Mail, compose, in_utc
from services.mailer.progress import Email, Recipient, Superseded
from services.mailer.settings import OUTBOUND_OFF, MailerSettings
from services.mailer.smtp import Answer, NoSession, Verdict
from shared.bus.outcome import Ack, DeadLetter, Outcome, Retry
from shared.bus.port import Bus, Delivery, PublishError
from shared.contracts.commands import SendEmail
from shared.contracts.envelope import Envelope
from shared.documents.store import (
    BadDocumentKey,
    DocumentChanged,
    DocumentMissing,
    DocumentStore,
    StoreUnavailable,
)
from shared.identifiers import new_id
from shared.observability.logging import log_context

log = structlog.get_logger(__name__)

COMMAND = "commands.email.send.v1"
OUTBOUND_OFF_DELAY = dt.timedelta(hours=1)
_OUTBOUND_OFF_NOTE = "outbound_off"
_NOT_REPEATABLE = "the mail can't be repeated byte for byte: its form or its address changed in between"


def utc_now() -> dt.datetime:
    """The time, in UTC."""
    return dt.datetime.now(dt.UTC)


class Unsendable(Exception):
    """No mail can be made of this command; it never can."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class SendEmailHandler:
    """Handles `SendEmail`."""

    def __init__(
        self,
        settings: MailerSettings,
        *,
        bus: Bus,
        deliveries: Deliveries,
        documents: DocumentStore,
        sessions: Offering,
        clock: Callable[[], dt.datetime] = utc_now,
        record_pauses: Sequence[float] = (0.5, 2, 5),
    ) -> None:
        """`record_pauses`: seconds between the tries to record an answer that is known.

        Raises:
            BadKey, OSError: the mails are to be signed, and the key won't do or can't be read.
        """
        self._settings = settings
        self._bus = bus
        self._deliveries = deliveries
        self._documents = documents
        self._sessions = sessions
        self._signer = settings.mail_signer()
        self._clock = clock
        self._record_pauses = record_pauses

    async def handle(self, delivery: Delivery) -> Outcome:
        """Bring the e-mail as far as it goes now."""
        envelope = delivery.envelope
        if envelope.type != COMMAND:
            return DeadLetter(f"the mailer does not know {envelope.type}")
        try:
            command = SendEmail.model_validate(envelope.data)
        except pydantic.ValidationError as error:
            return DeadLetter(f"not a SendEmail: {error.error_count()} errors")
        if not command.email_id.isprintable():
            return DeadLetter("not a SendEmail: its email_id has control characters")
        with log_context(email_id=command.email_id, invoice_id=command.invoice_id):
            try:
                return await self._bring_on(delivery, command)
            except ConflictingRepeat as error:
                log.exception("conflicting repeat")
                return DeadLetter(str(error))
            except (DatabaseUnavailable, StoreUnavailable, PublishError, Superseded) as error:
                log.warning("delivery interrupted", exc_info=True)
                return Retry(f"{type(error).__name__}: {error}")

    async def _bring_on(self, delivery: Delivery, command: SendEmail) -> Outcome:
        envelope = delivery.envelope
        email = await self._deliveries.remember(command, envelope.fingerprint(), self._clock())
        # Whatever was decided before may not have been told: telling it again has no further effect.
        await self._publish(reports.changes(envelope, command, None, email))
        if any(one.state == "sending" for one in email.recipients):
            email = await self._change(
                delivery,
                command,
                lambda known: progress.interrupted(known, self._clock(), self._settings.resend_after),
            )
        if email.outcome is None and self._settings.outbound == OUTBOUND_OFF:
            await self._change(delivery, command, lambda known: progress.held(known, _OUTBOUND_OFF_NOTE))
            return await self._again(delivery, _OUTBOUND_OFF_NOTE, OUTBOUND_OFF_DELAY)
        if email.outcome is None and self._due(email):
            email = await self._attempt(delivery, command, email)
        if email.outcome is None:
            delay = progress.wait(email, self._clock(), self._settings.resend_after)
            return await self._again(delivery, _waiting_for(email), delay)
        await self._publish(reports.outcome(envelope, command, email))
        return Ack()

    async def _attempt(self, delivery: Delivery, command: SendEmail, email: Email) -> Email:
        """One conversation with the mail server, for whoever is due."""
        try:
            mail = await self._mail(command)
        except Unsendable as error:
            log.warning("the mail can't be made", code=error.code)
            return await self._change(
                delivery, command, partial(progress.given_up, reply=error.message), failure=error.code
            )
        if email.content_sha256 not in (None, mail.sha256):
            email = await self._change(delivery, command, _give_up_resends)
        recipients = self._due(email)
        if not recipients:
            return email
        _, email = await self._deliveries.apply(email.email_id, progress.begun)
        return await self._converse(delivery, command, mail, email, recipients)

    async def _converse(
        self,
        delivery: Delivery,
        command: SendEmail,
        mail: Mail,
        email: Email,
        recipients: Sequence[Recipient],
    ) -> Email:
        number = email.conversations
        last = number >= self._settings.retry_attempts

        async def offered(answers: dict[int, Answer]) -> Email:
            return await self._change(
                delivery,
                command,
                partial(
                    progress.offered,
                    conversation=number,
                    answers=answers,
                    content_sha256=mail.sha256,
                    now=self._clock(),
                    last=last,
                ),
                failure=_failure(answers.values()),
            )

        try:
            # By position: several recipients may share one address.
            routes = {one.position: mail.routes[one.position] for one in recipients}
            async with self._sessions.offer(mail, tuple(routes.values())) as offer:
                email = await offered({position: offer.answers[route] for position, route in routes.items()})
                if any(one.conversation == number and one.state == "sending" for one in email.recipients):
                    answer = await offer.hand_over()
                    log.info("mail handed over", verdict=answer.verdict.value, conversation=number)
                    email = await self._record(delivery, command, number, answer, last=last)
        except NoSession as error:
            log.warning("no session with the mail server", phase=error.phase)
            answer = Answer(Verdict.LATER, str(error))
            email = await offered({one.position: answer for one in recipients})
        return email

    async def _record(
        self, delivery: Delivery, command: SendEmail, number: int, answer: Answer, *, last: bool
    ) -> Email:
        """Keep the answer to DATA. It is known here alone: a database that comes back soon is waited for."""
        change = partial(progress.answered, conversation=number, answer=answer, last=last)
        failure = _failure([answer])
        for pause in self._record_pauses:
            try:
                return await self._change(delivery, command, change, failure=failure)
            except DatabaseUnavailable:
                log.warning("the answer could not be recorded yet", exc_info=True)
                await asyncio.sleep(pause)
        return await self._change(delivery, command, change, failure=failure)

    async def _mail(self, command: SendEmail) -> Mail:
        """The mail with its attachments.

        Raises:
            Unsendable: an attachment is not there, or a value must not become a header.
        """
        try:
            files = [
                File(one.name, one.content_type, await self._documents.get(one.document))
                for one in command.attachments
            ]
            # Not in the loop: signing a large mail takes seconds.
            return await asyncio.to_thread(self._made, command, files)
        except (DocumentMissing, BadDocumentKey) as error:
            raise Unsendable("document_missing", str(error)) from error
        except DocumentChanged as error:
            raise Unsendable("document_changed", str(error)) from error
        except UnsafeHeader as error:
            raise Unsendable("unsafe_header", str(error)) from error

    def _made(self, command: SendEmail, files: Sequence[File]) -> Mail:
        mail = compose(command, files, redirect=self._settings.redirect)
        if self._signer is None:
            return mail
        sender = headers.envelope_address("From", command.sender.email)
        content = self._signer.signed(mail.content, sender, in_utc(command.date))
        return dataclasses.replace(mail, content=content)

    async def _change(
        self,
        delivery: Delivery,
        command: SendEmail,
        change: Callable[[Email], Email],
        *,
        failure: str = progress.REFUSED,
    ) -> Email:
        """Change the record, conclude it when nothing is open, report each recipient that changed."""
        before, after = await self._deliveries.apply(
            command.email_id,
            lambda known: progress.concluded(change(known), self._clock(), failure=failure),
        )
        updates = reports.changes(delivery.envelope, command, before, after)
        if any(one.state == "sending" for one in after.recipients):
            await self._publish_if_possible(updates)
        else:
            await self._publish(updates)
        return after

    async def _publish(self, envelopes: Sequence[Envelope]) -> None:
        for envelope in envelopes:
            await self._bus.publish(envelope)

    async def _publish_if_possible(self, envelopes: Sequence[Envelope]) -> None:
        """Before DATA: that it begins is news, not a result. A bus that is down must not leave it begun."""
        try:
            await self._publish(envelopes)
        except PublishError:
            log.warning("the state could not be reported yet", exc_info=True)

    async def _again(self, delivery: Delivery, reason: str, delay: dt.timedelta | None) -> Outcome:
        """Deliver it again later, also after the bus's last attempt: how often to try is decided here."""
        if delivery.attempt < self._settings.retry_attempts:
            return Retry(reason, delay)
        renewed = delivery.envelope.model_copy(update={"id": str(new_id())})
        await self._bus.publish_to_queue(delivery.queue, renewed.encode(), renewed.id)
        return Ack()

    def _due(self, email: Email) -> tuple[Recipient, ...]:
        return progress.due(email, self._clock(), self._settings.resend_after)


def _failure(answers: Iterable[Answer]) -> str:
    """The code of an e-mail that ends with these answers, and nobody took it."""
    tried_enough = any(answer.verdict is Verdict.LATER for answer in answers)
    return progress.ATTEMPTS_EXHAUSTED if tried_enough else progress.REFUSED


def _give_up_resends(email: Email) -> Email:
    resends = {one.position for one in email.open() if one.state == "uncertain"}
    return progress.given_up(email, _NOT_REPEATABLE, resends)


def _waiting_for(email: Email) -> str:
    """Why it is delivered again, without any address: this ends up in logs."""
    states = {one.state for one in email.open()}
    return "deferred by the mail server" if "prepared" in states else "no answer from the mail server"
