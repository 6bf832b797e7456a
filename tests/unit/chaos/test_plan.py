from collections import Counter

from tests.chaos.plan import EVERY_FAULT, missing_kinds, planned


def test_a_seed_decides_the_plan() -> None:
    assert planned(1, 600) == planned(1, 600)
    assert planned(1, 600) != planned(2, 600)


def test_a_longer_plan_begins_like_a_shorter_one() -> None:
    shorter = planned(3, 60)

    assert planned(3, 600)[: len(shorter)] == shorter


def test_every_fault_comes_before_most_come_again() -> None:
    counts = Counter((fault.kind, fault.target) for fault in planned(1, 600))

    assert set(counts) == set(EVERY_FAULT)
    assert max(counts.values()) - min(counts.values()) <= 4
    assert missing_kinds(planned(1, 600)) == set()


def test_a_target_has_one_fault_at_a_time_and_all_end_in_time() -> None:
    faults = planned(4, 600)

    for index, fault in enumerate(faults):
        assert fault.ends <= 600
        assert [
            later for later in faults[index + 1 :] if later.target == fault.target and later.at < fault.ends
        ] == []


def test_what_a_plan_lacks_is_told() -> None:
    assert missing_kinds(()) == {
        "kill -9",
        "pause",
        "drop",
        "delay",
        "blackhole",
        "cut replies",
        "kill -9 postgresql",
        "kill -9 rabbitmq",
    }
