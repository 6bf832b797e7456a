import datetime as dt
import json

import pytest
from pydantic import ValidationError

from shared.contracts.envelope import Envelope, caused_by
from shared.contracts.registry import CONTRACTS, UnknownMessageType, contract_of, parse
from shared.contracts.values import Reason

EVENT = {
    "specversion": "1.0",
    "id": "mis-88213",
    "source": "urn:mis:plant-1",
    "type": "production.job.completed.v1",
    "subject": "D-0024",
    "time": "2025-07-18T14:03:11Z",
    "data": {"job": {"number": "D-0024"}},
}


def envelope(**changes: object) -> Envelope:
    return Envelope.model_validate_json(json.dumps(EVENT | changes))


def test_it_survives_the_wire() -> None:
    sent = envelope(correlationid="c", unknown="ignored")
    assert Envelope.decode(sent.encode()) == sent
    assert "causationid" not in json.loads(sent.encode())


@pytest.mark.parametrize(
    "changes",
    [{"specversion": "0.3"}, {"id": ""}, {"time": "2025-07-18T14:03:11"}, {"data": []}, {"source": None}],
)
def test_what_is_no_cloudevent_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        envelope(**changes)


def test_a_repeat_has_the_same_fingerprint_whatever_its_time_and_key_order() -> None:
    one = envelope(data={"a": "1", "b": "2"})
    again = envelope(data={"b": "2", "a": "1"}, time="2026-01-01T00:00:00Z", correlationid="other")
    assert one.fingerprint() == again.fingerprint()


@pytest.mark.parametrize(
    "changes", [{"type": "production.job.updated.v1"}, {"subject": "D-1"}, {"data": {"job": {}}}]
)
def test_another_body_has_another_fingerprint(changes: dict[str, object]) -> None:
    assert envelope(**changes).fingerprint() != envelope().fingerprint()


def test_an_answer_keeps_the_thread() -> None:
    parent = envelope(traceparent="00-" + "a" * 32 + "-" + "b" * 16 + "-01")
    answer = caused_by(
        parent, message_id="m", source="urn:x", type_="results.x.v1", data=Reason(code="c", message="m")
    )
    assert (answer.causationid, answer.correlationid) == (parent.id, parent.id)
    assert (answer.subject, answer.traceparent) == (parent.subject, parent.traceparent)
    assert answer.time.tzinfo is dt.UTC


def test_the_route_is_in_the_name() -> None:
    contract = contract_of("commands.document.render.bulk.v1")
    assert (contract.exchange, contract.routing_key) == ("commands", "document.render.bulk")


def test_only_events_may_reach_nobody() -> None:
    assert {name for name, contract in CONTRACTS.items() if not contract.mandatory} == {
        name for name in CONTRACTS if name.startswith("events.")
    }


def test_an_unknown_type_is_told() -> None:
    with pytest.raises(UnknownMessageType, match=r"job\.exploded"):
        parse("production.job.exploded.v1", {})
