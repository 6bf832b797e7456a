"""The committed document is made from the code, is AsyncAPI, and says who tells whom as the contract does."""

import copy
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft7Validator, ValidationError
from referencing.exceptions import Unresolvable

from shared.bus.rabbitmq.reference import files
from shared.bus.rabbitmq.reference.page import UnknownPart, filled
from shared.bus.retry import RetryPolicy
from shared.contracts.examples import EXAMPLES
from shared.contracts.registry import CONTRACTS
from tests.contract.asyncapi.reading import Json, committed, lookup, payload_of, references

OFFICIAL = Draft7Validator(
    json.loads((Path(__file__).parent / "schema-3.0.0.json").read_text(encoding="utf-8"))
)
WORKERS = {"document": "render_service", "email": "mailer", "accounting": "accounting_sync"}


def routes() -> dict[str, tuple[str, str, str, bool]]:
    """Type -> sender, receiver, exchange, mandatory: the table of the contract, written down once more."""
    told = {
        "production": ("job.completed", "job.updated", "customer.updated"),
        "commands": ("document.render", "document.render.bulk", "email.send", "accounting.transfer"),
        "results": (
            *("document.rendered", "document.render_failed"),
            *("email.recipient_updated", "email.sent", "email.failed", "email.uncertain"),
            *("accounting.transferred", "accounting.transfer_failed", "accounting.uncertain"),
        ),
        "events": tuple(
            f"invoice.{what}"
            for what in ("created", "updated", "emailed", "finalized", "transferred", "credited", "deleted")
        ),
    }
    ours = "invoice_service"

    def between(exchange: str, key: str) -> tuple[str, str]:
        worker = WORKERS.get(key.split(".", 1)[0], "")
        return {
            "production": ("production_system", ours),
            "commands": (ours, worker),
            "results": (worker, ours),
            "events": (ours, "listener"),
        }[exchange]

    return {
        f"{exchange}.{key}.v1": (*between(exchange, key), exchange, exchange != "events")
        for exchange, keys in told.items()
        for key in keys
    }


def test_the_committed_files_are_those_of_the_code() -> None:
    for path, text in files.generated().items():
        assert path.read_text(encoding="utf-8") == text, "run `make schemas`, and commit what it writes"


def test_a_part_that_nobody_makes_is_an_error() -> None:
    with pytest.raises(UnknownPart, match="fields of nothing"):
        filled("<!-- generated: fields of nothing -->\n<!-- end -->", RetryPolicy())


def test_it_is_asyncapi() -> None:
    OFFICIAL.validate(committed())


def no_action(document: Json) -> None:
    del document["operations"]["mailer.receive.mailer.email"]["action"]


def mandatory_as_text(document: Json) -> None:
    operation = document["operations"]["production_system.send.production.job.completed"]
    operation["bindings"]["amqp"]["mandatory"] = "yes"


def exchange_of_no_kind(document: Json) -> None:
    document["channels"]["production.job.completed"]["bindings"]["amqp"]["exchange"]["type"] = "x"


@pytest.mark.parametrize("spoil", [no_action, mandatory_as_text, exchange_of_no_kind])
def test_the_official_schema_is_looked_at_closely(spoil: Callable[[Json], None]) -> None:
    document = copy.deepcopy(committed())
    spoil(document)

    with pytest.raises(ValidationError):
        OFFICIAL.validate(document)


def test_everything_it_refers_to_is_there() -> None:
    found = references(committed())

    assert {reference for reference in found if not reference.startswith("#")} == {
        f"../shared/contracts/schemas/{name}.json" for name in (*CONTRACTS, "envelope")
    }
    for reference in found:
        assert lookup(reference)
    with pytest.raises(Unresolvable):
        lookup("../shared/contracts/schemas/nothing.json")


def test_who_tells_whom_is_the_contract() -> None:
    document = committed()
    said = {}
    for type_, (sender, receiver, exchange, mandatory) in routes().items():
        channel = type_.removesuffix(".v1")
        send = document["operations"][f"{sender}.send.{channel}"]
        assert send["action"] == "send"
        assert send["channel"] == {"$ref": f"#/channels/{channel}"}
        assert send["bindings"]["amqp"] == {
            "deliveryMode": 2,
            "mandatory": mandatory,
            "bindingVersion": "0.3.0",
        }
        where = document["channels"][channel]
        assert where["address"] == channel.removeprefix(f"{exchange}.")
        assert where["bindings"]["amqp"]["exchange"]["name"] == exchange
        for queue in where["x-queues"] or [channel]:
            receive = document["operations"][f"{receiver}.receive.{queue}"]
            assert (receive["action"], receive["bindings"]["amqp"]["ack"]) == ("receive", True)
            assert {"$ref": f"#/channels/{queue}/messages/{type_}"} in receive["messages"]
        said[type_] = (sender, receiver)

    assert said.keys() == document["components"]["messages"].keys() == CONTRACTS.keys()
    sends = [name for name, one in document["operations"].items() if one["action"] == "send"]
    assert len(sends) == len(said)


@pytest.mark.parametrize("type_", CONTRACTS)
def test_each_example_fits_what_is_said_of_its_message(type_: str) -> None:
    (shown,) = committed()["components"]["messages"][type_]["examples"]

    payload_of(type_).validate(shown["payload"])

    data = shown["payload"]["data"]
    for spoiled in (
        {**shown["payload"], "type": f"{type_}.x"},
        {**shown["payload"], "time": "yesterday"},
        {**shown["payload"], "data": dict(list(data.items())[1:])},
    ):
        assert not payload_of(type_).is_valid(spoiled)


def test_every_message_has_an_example() -> None:
    assert EXAMPLES.keys() == CONTRACTS.keys()
