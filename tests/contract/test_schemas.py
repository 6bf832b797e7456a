"""The committed JSON Schemas are those of the code; each says what every field means, and what the reader takes."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from pydantic import ValidationError

from shared.contracts.envelope import Envelope
from shared.contracts.examples import example
from shared.contracts.export_schemas import FOLDER, schema_files
from shared.contracts.registry import CONTRACTS, parse

Json = dict[str, Any]
JOB = "production.job.completed.v1"
CUSTOMER = "production.customer.updated.v1"


def committed(name: str) -> Json:
    return dict(json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")))


def accepts(name: str, value: object) -> bool:
    return Draft202012Validator(committed(name), format_checker=FormatChecker()).is_valid(value)


def test_the_committed_files_are_those_of_the_code() -> None:
    found = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}

    assert found == schema_files(), "run `make schemas`, and commit what it writes"


@pytest.mark.parametrize("name", sorted((*CONTRACTS, "envelope")))
def test_each_is_a_json_schema_with_an_example(name: str) -> None:
    schema = committed(name)

    Draft202012Validator.check_schema(schema)

    assert [accepts(name, shown) for shown in schema["examples"]] == [True]


def test_there_is_one_for_each_message_and_one_for_the_envelope() -> None:
    assert set(schema_files()) == {f"{name}.json" for name in (*CONTRACTS, "envelope")}


@pytest.mark.parametrize("name", sorted((*CONTRACTS, "envelope")))
def test_every_field_says_what_it_means(name: str) -> None:
    schema = committed(name)
    shapes = {name: schema} | schema.get("$defs", {})

    assert [
        f"{shape}.{field}"
        for shape, one in shapes.items()
        for field, said in one["properties"].items()
        if not said.get("description")
    ] == []
    assert [shape for shape, one in shapes.items() if not one.get("description")] == []


# A schema that refuses what its reader takes, or the other way round, is of no help to whoever writes.


@pytest.mark.parametrize(
    ("field", "value", "fits"),
    [
        ("number", "a" * 64, True),
        ("number", "a" * 65, False),
        ("number", "D/1", False),
        ("number", 24, False),
        ("customer", "", False),
        ("title", "", False),
        ("title", "é" * 500, True),
        ("title", "é" * 501, False),
        ("title", "a\nb", False),
        ("description", "a\nb", True),
        ("description", "a\0b", False),
        ("description", None, True),
        ("ordered_quantity", "99999999999999.9999", True),
        ("ordered_quantity", "100000000000000", False),
        ("ordered_quantity", "1.00005", False),
        ("ordered_quantity", "-1", False),
        ("ordered_quantity", "1e3", False),
        ("ordered_quantity", "+1", False),
        ("ordered_quantity", ".5", False),
        ("ordered_quantity", "\u0661", False),
        ("ordered_quantity", 1000, False),
        ("ordered_quantity", None, False),
        ("produced_quantity", None, True),
        ("produced_quantity", "-0.1", False),
        ("unit_price", "-99999999999999.999999", True),
        ("unit_price", "0.0000001", False),
        ("total_price", "999999999999999.99", True),
        ("total_price", "1.005", False),
        ("currency", "USD", True),
        ("currency", "usd", False),
        ("po_number", "x" * 101, False),
        ("status", "shipped", True),
        ("status", "done", False),
        ("extra_charges", None, True),
        ("extra_charges", [], True),
        ("extra_charges", {}, False),
        ("extra_charges", [{"id": "x"}], False),
        ("extra_charges", [{"id": "x", "quantity": "1"}] * 501, False),
        ("colour", {"any": "thing"}, True),
    ],
)
def test_the_schema_of_a_job_takes_what_its_reader_takes(field: str, value: object, *, fits: bool) -> None:
    data = {"job": example(JOB).data["job"] | {field: value}}

    assert (accepts(JOB, data), reads(JOB, data)) == (fits, fits)


@pytest.mark.parametrize(
    ("field", "value", "fits"),
    [
        ("name", "", False),
        ("language", "de", False),
        ("currency", "cad", False),
        ("active", None, False),
        ("bill_to", "C 1", False),
        ("addresses", None, False),
        ("addresses", [{"id": "a", "kind": "billing", "line1": "x", "city": "y", "country": "z"}], True),
        ("addresses", [{"id": "a", "kind": "home", "line1": "x", "city": "y", "country": "z"}], False),
        ("contacts", [{"id": "a", "first_name": "x", "last_name": "y", "email": "x" * 255}], False),
        ("contacts", [{"id": "a", "first_name": "x\ty", "last_name": "y"}], False),
    ],
)
def test_the_schema_of_a_customer_takes_what_its_reader_takes(
    field: str, value: object, *, fits: bool
) -> None:
    data = {"customer": example(CUSTOMER).data["customer"] | {field: value}}

    assert (accepts(CUSTOMER, data), reads(CUSTOMER, data)) == (fits, fits)


@pytest.mark.parametrize(
    ("field", "value", "fits"),
    [
        ("id", "x" * 255, True),
        ("id", "x" * 256, False),
        ("id", "", False),
        ("id", "a\0", False),
        ("source", "a\u0085", False),
        ("subject", None, True),
        ("subject", "", True),
        ("specversion", "0.3", False),
        ("time", 1752847391, False),
        ("data", [], False),
        ("datacontenttype", "application/json", True),
    ],
)
def test_the_schema_of_the_envelope_takes_what_its_reader_takes(
    field: str, value: object, *, fits: bool
) -> None:
    event = json.loads(example(JOB).encode()) | {field: value}

    assert (accepts("envelope", event), decodes(event)) == (fits, fits)


def reads(type_: str, data: Json) -> bool:
    try:
        parse(type_, data)
    except ValidationError:
        return False
    return True


def decodes(event: Json) -> bool:
    try:
        Envelope.decode(json.dumps(event).encode())
    except ValidationError:
        return False
    return True
