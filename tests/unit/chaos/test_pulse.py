import pytest

from tests.chaos.pulse import Beat, recovery

# Drafts, and mails.
BEATS: list[Beat] = [(0, (0, 0)), (1, (1, 0)), (3, (2, 0)), (4, (3, 1)), (5, (3, 2)), (9, (4, 2))]


@pytest.mark.parametrize(
    ("over", "seconds"),
    [
        pytest.param(1.5, 2.5, id="once work of every kind has got done"),
        pytest.param(0, 4, id="the slowest kind counts"),
        pytest.param(6, 3, id="no mail is to be sent any more"),
        pytest.param(9, None, id="nothing is to be done any more"),
        pytest.param(-1, None, id="before the first look"),
    ],
)
def test_recovery_is_when_work_gets_done_again(over: float, seconds: float | None) -> None:
    assert recovery(BEATS, over) == seconds


def test_without_a_look_nothing_is_known() -> None:
    assert recovery([], 1) is None
