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
# Who tells whom, as the contract has it: (sender, receiver) -> what.
TOLD = {
    ("production_system", "invoice_service"): (
        "production.job.completed",
        "production.job.updated",
        "production.customer.updated",
    ),
    ("invoice_service", "render_service"): ("commands.document.render", "commands.document.render.bulk"),
    ("invoice_service", "mailer"): ("commands.email.send",),
    ("invoice_service", "accounting_sync"): ("commands.accounting.transfer",),
    ("render_service", "invoice_service"): ("results.document.rendered", "results.document.render_failed"),
    ("mailer", "invoice_service"): (
        "results.email.recipient_updated",
        "results.email.sent",
        "results.email.failed",
        "results.email.uncertain",
    ),
    ("accounting_sync", "invoice_service"): (
        "results.accounting.transferred",
        "results.accounting.transfer_failed",
        "results.accounting.uncertain",
    ),
    ("invoice_service", "listener"): (
        "events.invoice.created",
        "events.invoice.updated",
        "events.invoice.emailed",
        "events.invoice.finalized",
        "events.invoice.transferred",
        "events.invoice.credited",
        "events.invoice.deleted",
    ),
}
ROUTES = [(*parties, route) for parties, routes in TOLD.items() for route in routes]


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


@pytest.mark.parametrize(("sender", "receiver", "route"), ROUTES)
def test_who_tells_whom_is_the_contract(sender: str, receiver: str, route: str) -> None:
    document, type_ = committed(), f"{route}.v1"
    exchange, _, key = route.partition(".")

    send = document["operations"][f"{sender}.send.{route}"]
    where = document["channels"][route]

    assert (send["action"], send["channel"]) == ("send", {"$ref": f"#/channels/{route}"})
    assert send["bindings"]["amqp"] == {
        "deliveryMode": 2,
        "mandatory": exchange != "events",
        "bindingVersion": "0.3.0",
    }
    assert (where["address"], where["bindings"]["amqp"]["exchange"]["name"]) == (key, exchange)
    for channel in where["x-queues"] or [route]:
        receive = document["operations"][f"{receiver}.receive.{channel}"]
        assert (receive["action"], receive["bindings"]["amqp"]["ack"]) == ("receive", True)
        assert {"$ref": f"#/channels/{channel}/messages/{type_}"} in receive["messages"]


def test_nobody_tells_anything_else() -> None:
    document = committed()

    told = [f"{route}.v1" for _, _, route in ROUTES]
    sends = [name for name, one in document["operations"].items() if one["action"] == "send"]

    assert sorted(told) == sorted(document["components"]["messages"]) == sorted(CONTRACTS)
    assert len(sends) == len(told)


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
