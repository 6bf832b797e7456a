"""The OpenAPI document is one, says all it should, and says of codes what the code raises."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from services.invoice_service.api.declared import CONVENTIONS
from services.invoice_service.api.responses import problem_codes
from services.invoice_service.api.routes import ROUTES
from services.invoice_service.domain.sentences import known_codes
from tests.support.described import deployed_document

SERVICE = Path(__file__).parents[3] / "services/invoice_service"
DOCUMENT = deployed_document()
OPERATIONS = {
    (method, path): operation
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
}


def test_it_is_an_openapi_3_1_document() -> None:
    assert list(OpenAPIV31SpecValidator(DOCUMENT).iter_errors()) == []


def test_what_is_no_such_document_is_found_out() -> None:
    broken = {**DOCUMENT, "info": {"title": "Factures"}}

    assert list(OpenAPIV31SpecValidator(broken).iter_errors())


def test_it_tells_its_licence_its_server_and_its_conventions() -> None:
    assert DOCUMENT["info"]["license"] == {"name": "MIT", "identifier": "MIT"}
    assert DOCUMENT["servers"]
    assert all(f"## {title}" in DOCUMENT["info"]["description"] for title in CONVENTIONS)


def test_every_subject_is_described_and_every_call_has_one() -> None:
    described = {tag["name"] for tag in DOCUMENT["tags"] if tag["description"]}
    used = {operation["tags"][0] for operation in OPERATIONS.values()}

    assert described == used


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_parameter_and_answer_says_what_it_is(method: str, path: str) -> None:
    operation = OPERATIONS[method, path]
    for parameter in operation.get("parameters", []):
        assert "$ref" in parameter or (parameter["description"] and parameter["schema"])
    for status, response in operation["responses"].items():
        known = followed(response)
        assert known["description"]
        assert "X-Request-Id" in known["headers"]
        if int(status) >= 400 and path.startswith("/api"):
            assert list(known["content"]) == ["application/problem+json"]


def test_every_body_has_an_example() -> None:
    for operation in OPERATIONS.values():
        for type_, content in operation.get("requestBody", {"content": {}})["content"].items():
            assert type_ == "multipart/form-data" or followed(content["schema"])["examples"], operation


# `factures backup` and `factures restore` refuse too, and so does the page of operations; no call of the API does so.
NOT_OF_THE_API = ("backup_", "restore_", "check_running")


def test_conflicts_and_refusals_that_are_declared_are_those_that_are_raised() -> None:
    declared = {
        (status, code)
        for route in ROUTES
        for status, codes in problem_codes(route).items()
        for code in codes
        if status in (409, 422)
    }
    raised = set(raised_codes())

    # Called so when all that is wrong is of one of these, wherever it is told by field (`Invalid`).
    telling = {(422, "unknown_field"), (422, "price_twice"), (422, "unknown_reference")}
    assert declared - raised <= telling
    assert {(status, code) for status, code in raised if not code.startswith(NOT_OF_THE_API)} <= declared


def test_every_code_has_a_sentence() -> None:
    told = {code for route in ROUTES for codes in problem_codes(route).values() for code in codes}

    assert told <= known_codes()


def raised_codes() -> Iterator[tuple[int, str]]:
    """Status and code of every conflict and refusal that is raised in the service by a literal code."""
    statuses = {"Conflict": 409, "Invalid": 422}
    bad_request = {"invalid_parameter", "unknown_parameter", "malformed", "too_many_rows"}
    for path in SERVICE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id=kind), args=[argument, *_]) if kind in statuses:
                    codes = [one.value for one in ast.walk(argument) if isinstance(one, ast.Constant)]
                    yield from (
                        (statuses[kind], code) for code in codes if code in known_codes() - bad_request
                    )


def followed(part: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in part:
        found: Any = DOCUMENT
        for name in part["$ref"].split("/")[1:]:
            found = found[name]
        part = found
    return part
