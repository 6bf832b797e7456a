"""The committed JSON Schemas are those of the code; each is a valid schema."""

import json

import pytest
from jsonschema import Draft202012Validator

from shared.contracts.export_schemas import FOLDER, schema_files
from shared.contracts.registry import CONTRACTS


def test_the_committed_files_are_those_of_the_code() -> None:
    committed = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}

    assert committed == schema_files(), "run `make schemas`, and commit what it writes"


@pytest.mark.parametrize("name", sorted(schema_files()))
def test_each_is_a_json_schema(name: str) -> None:
    Draft202012Validator.check_schema(json.loads((FOLDER / name).read_text(encoding="utf-8")))


def test_there_is_one_for_each_message_and_one_for_the_envelope() -> None:
    assert set(schema_files()) == {f"{name}.json" for name in (*CONTRACTS, "envelope")}
