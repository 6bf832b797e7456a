import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.bus.retry import RetryPolicy, label, milliseconds
from shared.bus.topology import retry_queue

POLICY = RetryPolicy()


@pytest.mark.parametrize(
    ("attempt", "seconds"),
    [(1, 10), (2, 60), (3, 600), (4, 3600), (5, 3600), (9, 3600), (10, None), (11, None)],
)
def test_the_delay_grows_with_the_attempts_until_it_is_parked(attempt: int, seconds: int | None) -> None:
    assert POLICY.delay(attempt) == (None if seconds is None else dt.timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("wanted", "seconds"), [(0, 10), (10, 10), (11, 60), (600, 600), (601, 3600), (90_000, 3600)]
)
def test_a_wanted_delay_is_rounded_up_to_one_that_has_a_queue(wanted: int, seconds: int) -> None:
    assert POLICY.delay(1, dt.timedelta(seconds=wanted)) == dt.timedelta(seconds=seconds)


def test_a_wanted_delay_gives_no_more_attempts() -> None:
    assert POLICY.delay(10, dt.timedelta(seconds=1)) is None


def test_what_is_never_parked_waits_the_last_delay_for_ever() -> None:
    assert POLICY.waiting(1_000_000) == dt.timedelta(hours=1)


def test_one_attempt_is_none_again() -> None:
    assert RetryPolicy(attempts=1).delay(1) is None


@given(
    st.lists(
        st.timedeltas(min_value=dt.timedelta(milliseconds=1), max_value=dt.timedelta(days=9)), min_size=1
    ),
    st.integers(1, 20),
    st.none() | st.timedeltas(min_value=dt.timedelta(0), max_value=dt.timedelta(days=30)),
)
def test_every_delay_is_one_of_the_policys(
    delays: list[dt.timedelta], attempt: int, wanted: dt.timedelta | None
) -> None:
    policy = RetryPolicy(delays=tuple(delays), attempts=21)

    delay = policy.delay(attempt, wanted)

    assert delay in delays
    if wanted is not None and wanted <= max(delays):
        assert delay is not None
        assert delay >= wanted


@pytest.mark.parametrize("wrong", [{"delays": ()}, {"attempts": 0}])
def test_a_policy_has_a_delay_and_an_attempt(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        RetryPolicy.model_validate(wrong)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (10, "10s"),
        (60, "1m"),
        (600, "10m"),
        (3600, "1h"),
        (90, "90s"),
        (7200, "2h"),
        (0.3, "300ms"),
        (1.5, "1500ms"),
    ],
)
def test_a_delay_is_named_in_the_largest_unit_that_says_it(seconds: float, text: str) -> None:
    assert label(dt.timedelta(seconds=seconds)) == text


def test_a_retry_queue_is_named_for_its_queue_and_delay() -> None:
    assert retry_queue("mailer.email", dt.timedelta(minutes=10)) == "mailer.email.retry.10m"


def test_a_broker_counts_whole_milliseconds_and_never_none() -> None:
    assert milliseconds(dt.timedelta(microseconds=1)) == 1
