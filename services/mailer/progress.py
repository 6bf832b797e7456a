"""How far an e-mail has come, recipient by recipient. Pure: records in, records out.

    prepared -> sending -> sent | refused | uncertain        (a 4xx leads back to prepared)

`settled` means for good. An uncertain recipient is sent to once more; after that nothing can make it `refused`:
the first copy may have arrived.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from services.mailer.smtp import Answer, Verdict
from shared.contracts.results import RecipientState
from shared.contracts.values import Reason

Role = Literal["to", "cc", "bcc"]
OutcomeKind = Literal["sent", "failed", "uncertain"]

NO_ANSWER = Reason(code="no_answer", message="the mail server did not answer; it may have taken the mail")
REFUSED = "refused"
ATTEMPTS_EXHAUSTED = "attempts_exhausted"
_UNANSWERED_LIMIT = 2


class Superseded(Exception):
    """Another delivery of the same command has begun a conversation of its own: this one must stop."""

    def __init__(self, email_id: str, conversation: int) -> None:
        super().__init__(f"conversation {conversation} of e-mail {email_id} is no longer the latest")
        self.email_id = email_id
        self.conversation = conversation


@dataclass(frozen=True, slots=True)
class Recipient:
    """One recipient of an e-mail.

    `unanswered` counts how often DATA got no answer for it, `revision` its changes; `conversation` and
    `sending_since` say in which one, and when, DATA last began for it.
    """

    position: int
    role: Role
    address: str
    state: RecipientState = "prepared"
    settled: bool = False
    reply: str | None = None
    unanswered: int = 0
    revision: int = 0
    conversation: int = 0
    sending_since: dt.datetime | None = None


Change = Callable[[Recipient], Recipient]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an e-mail ended. `reason` is there unless it was sent."""

    kind: OutcomeKind
    at: dt.datetime
    reason: Reason | None = None
    possible_duplicate: bool = False


@dataclass(frozen=True, slots=True)
class Email:
    """An e-mail and its recipients; `conversations` counts those that were begun, the last one owns it.

    `content_sha256` is of the bytes handed over last; `forgotten`: its addresses and replies are no longer known.
    """

    email_id: str
    invoice_id: str
    message_id: str
    fingerprint: str
    created_at: dt.datetime
    recipients: tuple[Recipient, ...]
    conversations: int = 0
    content_sha256: str | None = None
    outcome: Outcome | None = None
    forgotten: bool = False

    def open(self) -> tuple[Recipient, ...]:
        """The recipients that are not settled."""
        return tuple(one for one in self.recipients if not one.settled)


def due(email: Email, now: dt.datetime, resend_after: dt.timedelta) -> tuple[Recipient, ...]:
    """Whom to send to now."""
    return tuple(one for one in email.open() if _due_in(one, now, resend_after) <= dt.timedelta(0))


def wait(email: Email, now: dt.datetime, resend_after: dt.timedelta) -> dt.timedelta | None:
    """How long until the first recipient is due; None when one is due at any time (a 4xx)."""
    waits = [_due_in(one, now, resend_after) for one in email.open()]
    shortest = min(waits, default=dt.timedelta(0))
    return shortest if shortest > dt.timedelta(0) else None


def _due_in(one: Recipient, now: dt.datetime, resend_after: dt.timedelta) -> dt.timedelta:
    # Also while `sending`: whoever sends may still get his answer, and a resend must not overtake it.
    if one.state in ("uncertain", "sending") and one.sending_since is not None:
        return one.sending_since + resend_after - now
    return dt.timedelta(0)


def begun(email: Email) -> Email:
    """A new conversation owns the e-mail: `conversations` is its token."""
    return replace(email, conversations=email.conversations + 1)


def interrupted(email: Email, now: dt.datetime, resend_after: dt.timedelta) -> Email:
    """Nobody reported what became of a DATA that had begun: a crash, or an answer that was lost.

    The second time this is for good, so it is not said before a sender that still lives would have had its
    answer.
    """
    lost = {
        one.position
        for one in email.open()
        if one.state == "sending"
        and (not one.unanswered or _due_in(one, now, resend_after) <= dt.timedelta(0))
    }
    return _each(email, lost, _unanswered)


def held(email: Email, note: str) -> Email:
    """Nothing is sent for now; whoever waits for a first attempt says why."""
    waiting = {one.position for one in email.open() if one.state == "prepared"}
    return _each(email, waiting, lambda one: replace(one, reply=note))


def offered(
    email: Email,
    conversation: int,
    answers: Mapping[int, Answer],
    *,
    content_sha256: str,
    now: dt.datetime,
    last: bool,
) -> Email:
    """After RCPT, before DATA: who is refused, who waits, and for whom DATA may begin (`sending`).

    Raises:
        Superseded: the conversation is not the latest any more.
    """
    if email.conversations != conversation or email.outcome is not None:
        raise Superseded(email.email_id, conversation)

    def change(one: Recipient) -> Recipient:
        answer = answers[one.position]
        if answer.verdict is Verdict.ACCEPTED:
            return replace(one, state="sending", conversation=conversation, sending_since=now, reply=None)
        return _answered(one, answer, last=last)

    changed = _each(email, {one.position for one in email.open() if one.position in answers}, change)
    if any(one.state == "sending" for one in changed.recipients):
        changed = replace(changed, content_sha256=content_sha256)
    return changed


def answered(email: Email, conversation: int, answer: Answer, *, last: bool) -> Email:
    """After DATA of a conversation. A late answer counts too, unless a resend has begun meanwhile."""

    def change(one: Recipient) -> Recipient:
        # `uncertain`: someone took us for dead and counted our DATA as unanswered. It was not.
        count = one.unanswered - 1 if one.state == "uncertain" else one.unanswered
        return _answered(replace(one, unanswered=count), answer, last=last)

    ours = {
        one.position
        for one in email.open()
        if one.conversation == conversation and one.state in ("sending", "uncertain")
    }
    return _each(email, ours, change)


def given_up(email: Email, reply: str, positions: Iterable[int] | None = None) -> Email:
    """No attempt (any more) for these recipients, by default for all that are open."""
    chosen = {one.position for one in email.open()}
    if positions is not None:
        chosen &= set(positions)
    return _each(email, chosen, lambda one: _answered(one, Answer(Verdict.REFUSED, reply), last=True))


def concluded(email: Email, now: dt.datetime, *, failure: str = REFUSED) -> Email:
    """With its outcome, once every recipient is settled; `failure` is the code in case all were refused."""
    if email.outcome is not None or email.open():
        return email
    states = {one.state for one in email.recipients}
    if "sent" in states:
        again = any(one.state == "sent" and one.unanswered for one in email.recipients)
        return replace(email, outcome=Outcome("sent", now, possible_duplicate=again))
    if "uncertain" in states:
        return replace(email, outcome=Outcome("uncertain", now, NO_ANSWER))
    said = next((one.reply for one in email.recipients if one.reply), "refused")
    return replace(email, outcome=Outcome("failed", now, Reason(code=failure, message=said)))


def _answered(one: Recipient, answer: Answer, *, last: bool) -> Recipient:
    if answer.verdict is Verdict.ACCEPTED:
        return replace(one, state="sent", settled=True, reply=answer.reply)
    if answer.verdict is Verdict.UNANSWERED:
        return replace(_unanswered(one), reply=answer.reply)
    final = last or answer.verdict is Verdict.REFUSED
    if one.unanswered:
        return replace(one, state="uncertain", settled=final, reply=answer.reply)
    return replace(one, state="refused" if final else "prepared", settled=final, reply=answer.reply)


def _unanswered(one: Recipient) -> Recipient:
    count = one.unanswered + 1
    return replace(
        one, state="uncertain", settled=count >= _UNANSWERED_LIMIT, unanswered=count, reply=NO_ANSWER.message
    )


def _each(email: Email, positions: set[int], change: Change) -> Email:
    """The e-mail with `change` made to the chosen recipients; a real change is a new revision."""

    def one_of(one: Recipient) -> Recipient:
        new = change(one) if one.position in positions else one
        return one if new == one else replace(new, revision=one.revision + 1)

    return replace(email, recipients=tuple(map(one_of, email.recipients)))
