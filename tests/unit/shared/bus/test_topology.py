import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.bus.topology import EXCHANGES, QUEUES, matches, queues_for
from shared.contracts.registry import CONTRACTS


@pytest.mark.parametrize(
    ("pattern", "key", "taken"),
    [
        ("job.completed", "job.completed", True),
        ("job.completed", "job.updated", False),
        ("email.*", "email.sent", True),
        ("email.*", "email", False),
        ("email.*", "email.sent.twice", False),
        ("#", "anything.at.all", True),
        ("document.#", "document", True),
        ("document.#", "document.render.bulk", True),
        ("*.render.#", "document.render", True),
        ("document.render", "document.render.bulk", False),
        ("#.bulk", "document.render.bulk", True),
        ("#.bulk", "document.render", False),
    ],
)
def test_patterns_match_as_the_broker_says(pattern: str, key: str, taken: bool) -> None:  # noqa: FBT001 - a column of the table
    assert matches(pattern, key) is taken


words = st.sampled_from(["a", "b", "c"])


@given(
    st.lists(words | st.sampled_from(["*", "#"]), min_size=1, max_size=5),
    st.lists(words, min_size=1, max_size=5),
)
def test_patterns_match_as_a_regular_expression_would(pattern: list[str], key: list[str]) -> None:
    each = {"*": r" [a-z]+", "#": r"( [a-z]+)*"}
    expression = "".join(each.get(word, f" {word}") for word in pattern)

    assert matches(".".join(pattern), ".".join(key)) == bool(
        re.fullmatch(expression, "".join(f" {word}" for word in key))
    )


def test_a_mandatory_message_always_has_a_queue() -> None:
    lost = [c.name for c in CONTRACTS.values() if c.mandatory and not queues_for(c.exchange, c.routing_key)]

    assert lost == []


def test_every_message_and_every_binding_goes_through_a_declared_exchange() -> None:
    declared = {exchange.name for exchange in EXCHANGES}

    assert {contract.exchange for contract in CONTRACTS.values()} == declared
    assert {exchange for queue in QUEUES for exchange, _ in queue.bindings} <= declared


def test_on_a_direct_exchange_a_binding_is_a_whole_key() -> None:
    # There `*` and `#` are no wildcards for the broker, but they would be for `queues_for`.
    direct = {exchange.name for exchange in EXCHANGES if exchange.kind == "direct"}
    keys = [key for queue in QUEUES for exchange, key in queue.bindings if exchange in direct]

    assert keys
    assert not any("*" in key or "#" in key for key in keys)
