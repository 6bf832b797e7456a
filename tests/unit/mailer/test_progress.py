import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.mailer import progress
from services.mailer.progress import Email, Outcome, Recipient, Superseded
from services.mailer.smtp import Answer, Verdict
from shared.contracts.results import RecipientState
from shared.contracts.values import Reason

NOW = dt.datetime(2025, 7, 18, 15, tzinfo=dt.UTC)
RESEND = dt.timedelta(minutes=10)
OK = Answer(Verdict.ACCEPTED, "250 taken")
LATER = Answer(Verdict.LATER, "450 later")
NO = Answer(Verdict.REFUSED, "550 no")
SILENCE = Answer(Verdict.UNANSWERED, "connection lost")


def an_email(*addresses: str) -> Email:
    return Email(
        email_id="e1",
        invoice_id="i1",
        message_id="<e1@shop.example>",
        fingerprint="f",
        created_at=NOW,
        recipients=tuple(
            Recipient(position, "to", address) for position, address in enumerate(addresses or ("a",))
        ),
    )


def offer(email: Email, *answers: Answer, last: bool = False, now: dt.datetime = NOW) -> Email:
    """A conversation as far as RCPT; the answers are for the open recipients, in order."""
    begun = progress.begun(email)
    by_position = {one.position: answer for one, answer in zip(begun.open(), answers, strict=True)}
    return progress.offered(begun, begun.conversations, by_position, content_sha256="c1", now=now, last=last)


def answer(email: Email, said: Answer, *, last: bool = False) -> Email:
    return progress.answered(email, email.conversations, said, last=last)


def states(email: Email) -> list[tuple[str, bool]]:
    return [(one.state, one.settled) for one in email.recipients]


def test_accepted_and_answered_is_sent() -> None:
    offered = offer(an_email(), OK)
    assert states(offered) == [("sending", False)]
    assert offered.content_sha256 == "c1"
    sent = answer(offered, OK)
    assert states(sent) == [("sent", True)]
    assert progress.concluded(sent, NOW).outcome == Outcome("sent", NOW)


def test_each_recipient_has_an_answer_of_its_own() -> None:
    email = answer(offer(an_email("a", "b", "c"), OK, LATER, NO), OK)
    assert states(email) == [("sent", True), ("prepared", False), ("refused", True)]
    assert [one.reply for one in email.recipients] == ["250 taken", "450 later", "550 no"]
    assert progress.concluded(email, NOW).outcome is None
    assert progress.due(email, NOW, RESEND) == (email.recipients[1],)


def test_nothing_is_handed_over_when_nobody_is_accepted() -> None:
    email = offer(an_email("a", "b"), LATER, NO)
    assert email.content_sha256 is None
    assert states(email) == [("prepared", False), ("refused", True)]


def test_all_refused_is_failed_with_the_servers_words() -> None:
    email = progress.concluded(offer(an_email("a", "b"), NO, NO), NOW)
    assert email.outcome == Outcome("failed", NOW, Reason(code="refused", message="550 no"))


def test_try_later_on_the_last_attempt_is_refused() -> None:
    email = progress.concluded(offer(an_email(), LATER, last=True), NOW, failure="attempts_exhausted")
    assert states(email) == [("refused", True)]
    assert email.outcome == Outcome("failed", NOW, Reason(code="attempts_exhausted", message="450 later"))


def test_no_answer_is_uncertain_and_due_once_more_ten_minutes_after_it_began() -> None:
    email = answer(offer(an_email(), OK), SILENCE)
    assert states(email) == [("uncertain", False)]
    assert progress.due(email, NOW + RESEND - dt.timedelta(seconds=1), RESEND) == ()
    assert progress.due(email, NOW + RESEND, RESEND) == email.recipients
    assert progress.wait(email, NOW + dt.timedelta(minutes=4), RESEND) == dt.timedelta(minutes=6)


def test_a_resend_that_is_taken_is_sent_as_a_possible_duplicate() -> None:
    email = answer(offer(answer(offer(an_email(), OK), SILENCE), OK), OK)
    assert progress.concluded(email, NOW).outcome == Outcome("sent", NOW, possible_duplicate=True)


def test_twice_without_an_answer_is_uncertain_for_good() -> None:
    email = answer(offer(answer(offer(an_email(), OK), SILENCE), OK), SILENCE)
    assert states(email) == [("uncertain", True)]
    assert progress.concluded(email, NOW).outcome == Outcome("uncertain", NOW, progress.NO_ANSWER)


@pytest.mark.parametrize(("said", "settled"), [(NO, True), (LATER, False)])
def test_a_refused_resend_is_never_refused_since_the_first_copy_may_have_arrived(
    said: Answer,
    settled: bool,  # noqa: FBT001 - a column of the table
) -> None:
    first = answer(offer(an_email(), OK), SILENCE)
    assert states(offer(first, said)) == [("uncertain", settled)]
    assert states(answer(offer(first, OK), said)) == [("uncertain", settled)]


def test_a_resend_that_may_not_be_tried_again_stays_uncertain() -> None:
    first = answer(offer(an_email(), OK), SILENCE)
    assert states(offer(first, LATER, last=True)) == [("uncertain", True)]
    assert states(progress.given_up(first, "gone")) == [("uncertain", True)]


def test_sent_outweighs_uncertain_outweighs_refused() -> None:
    def ended(*settled: RecipientState) -> str:
        email = an_email(*settled)
        recipients = tuple(
            replace(one, state=state, settled=True)
            for one, state in zip(email.recipients, settled, strict=True)
        )
        outcome = progress.concluded(replace(email, recipients=recipients), NOW).outcome
        assert outcome is not None
        return outcome.kind

    assert ended("refused", "uncertain", "sent") == "sent"
    assert ended("refused", "uncertain") == "uncertain"
    assert ended("refused", "refused") == "failed"


def test_a_sender_that_vanished_leaves_uncertainty() -> None:
    email = progress.interrupted(offer(an_email("a", "b"), OK, LATER), NOW, RESEND)
    assert states(email) == [("uncertain", False), ("prepared", False)]
    assert email.recipients[0].unanswered == 1


def test_a_sender_that_vanished_in_the_resend_is_waited_for_before_that_is_final() -> None:
    again = offer(answer(offer(an_email(), OK), SILENCE), OK, now=NOW + RESEND)
    early = progress.interrupted(again, NOW + RESEND, RESEND)
    assert early == again
    assert progress.due(early, NOW + RESEND, RESEND) == ()
    assert progress.wait(early, NOW + RESEND, RESEND) == RESEND
    assert states(progress.interrupted(again, NOW + 2 * RESEND, RESEND)) == [("uncertain", True)]


def test_an_answer_that_comes_after_all_counts_and_there_was_only_one_copy() -> None:
    offered = offer(an_email(), OK)
    taken_for_dead = progress.interrupted(offered, NOW, RESEND)
    email = answer(taken_for_dead, OK)
    assert progress.concluded(email, NOW).outcome == Outcome("sent", NOW)
    assert states(answer(taken_for_dead, NO)) == [("refused", True)]
    assert answer(taken_for_dead, SILENCE).recipients[0].unanswered == 1


def test_an_answer_to_an_earlier_conversation_does_not_speak_for_the_resend() -> None:
    again = offer(progress.interrupted(offer(an_email(), OK), NOW, RESEND), OK)
    assert progress.answered(again, 1, OK, last=False) == again


def test_an_answer_speaks_only_for_those_it_was_given_for() -> None:
    first = offer(an_email("a", "b"), OK, LATER)
    dead = progress.begun(progress.interrupted(first, NOW, RESEND))
    second = progress.offered(dead, 2, {1: OK}, content_sha256="c1", now=NOW, last=False)
    assert states(progress.answered(second, 1, OK, last=False)) == [("sent", True), ("sending", False)]


def test_a_conversation_that_is_no_longer_the_latest_may_not_begin_data() -> None:
    email = progress.begun(progress.begun(an_email()))
    with pytest.raises(Superseded) as caught:
        progress.offered(email, 1, {0: OK}, content_sha256="c1", now=NOW, last=False)
    assert (caught.value.email_id, caught.value.conversation) == ("e1", 1)


def test_nor_may_one_whose_email_has_ended() -> None:
    email = progress.concluded(progress.given_up(progress.begun(an_email()), "gone"), NOW)
    with pytest.raises(Superseded):
        progress.offered(email, 1, {0: OK}, content_sha256="c1", now=NOW, last=False)


def test_holding_touches_only_who_waits_for_a_first_attempt() -> None:
    email = progress.interrupted(offer(an_email("a", "b", "c"), OK, LATER, NO), NOW, RESEND)
    held = progress.held(email, "outbound_off")
    assert states(held) == states(email)
    assert [one.reply for one in held.recipients] == [progress.NO_ANSWER.message, "outbound_off", "550 no"]
    assert progress.held(held, "outbound_off") == held


def test_giving_up_some_leaves_the_others() -> None:
    email = progress.given_up(an_email("a", "b"), "gone", {1})
    assert states(email) == [("prepared", False), ("refused", True)]


def test_a_revision_counts_real_changes_only() -> None:
    email = offer(an_email("a", "b"), LATER, LATER)
    assert [one.revision for one in email.recipients] == [1, 1]
    assert [one.revision for one in offer(email, LATER, NO).recipients] == [1, 2]


def test_an_outcome_is_never_replaced() -> None:
    email = progress.concluded(progress.given_up(an_email(), "gone"), NOW)
    assert progress.concluded(email, NOW + RESEND) == email


def test_while_someone_may_be_tried_at_any_time_there_is_no_particular_wait() -> None:
    email = answer(offer(an_email("a", "b"), OK, LATER), SILENCE)
    assert progress.wait(email, NOW, RESEND) is None


VERDICTS = st.sampled_from([OK, LATER, NO, SILENCE])


@given(st.lists(st.tuples(VERDICTS, VERDICTS, VERDICTS, st.booleans()), max_size=8))
def test_whatever_happens_nobody_gets_more_than_two_unanswered_copies(
    story: list[tuple[Answer, Answer, Answer, bool]],
) -> None:
    email, now = an_email("a", "b"), NOW
    began: dict[int, int] = {0: 0, 1: 0}
    for first, second, said, crash in story:
        now += RESEND
        email = progress.concluded(progress.interrupted(email, now, RESEND), now)
        due = progress.due(email, now, RESEND)
        if email.outcome or not due:
            break
        before = email
        email = progress.begun(email)
        # RCPT never goes unanswered: the connection is then lost before DATA.
        answers = [LATER if one is SILENCE else one for one in (first, second)]
        email = progress.offered(
            email,
            email.conversations,
            {one.position: answers[one.position] for one in due},
            content_sha256="c1",
            now=now,
            last=False,
        )
        for one in email.recipients:
            if one.state == "sending" and (crash or said is SILENCE or said is OK):
                began[one.position] += 1
        if not crash:
            email = progress.concluded(answer(email, said), now)
        for old, new in zip(before.recipients, email.recipients, strict=True):
            assert not old.settled or new == old
    assert all(count <= 2 for count in began.values())
