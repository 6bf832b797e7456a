# ruff: noqa: ANN401 - any JSON
import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from services.invoice_service.api.routes import ROUTES
from tests.support.described import deployed_document

DOCUMENT = deployed_document()
# What the contract fixes of the calls of this part; those of invoices have their own test.
CONTRACT = {
    "/customers": {"get"},
    "/customers/{code}": {"get", "put"},
    "/jobs": {"get"},
    "/jobs/{number}": {"get", "put"},
    "/jobs/{number}/extra-charges/{id}": {"put", "delete"},
    "/settings": {"get", "patch"},
    "/number-series/{entity}/{kind}": {"get", "patch"},
    "/me": {"get", "patch"},
    "/keys": {"get", "post"},
    "/keys/{id}": {"get", "delete"},
    **{
        path: {"get"}
        for path in (
            "/products",
            "/gl-accounts",
            "/tax-codes",
            "/payment-terms",
            "/payment-methods",
            "/sales-reps",
            "/business-entities",
            "/form-messages",
            "/email-templates",
            "/extra-charges",
            "/translations",
        )
    },
    **{
        path: {"get", "put", "delete"}
        for path in (
            "/products/{code}",
            "/gl-accounts/{number}",
            "/tax-codes/{code}",
            "/payment-terms/{code}",
            "/payment-methods/{code}",
            "/sales-reps/{code}",
            "/business-entities/{code}",
            "/form-messages/{code}",
            "/email-templates/{kind}",
            "/extra-charges/{code}",
            "/translations/{key}",
        )
    },
}


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"]
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


@pytest.mark.parametrize("path", CONTRACT)
def test_has_the_calls_of_the_contract(path: str) -> None:
    assert set(DOCUMENT["paths"][f"/api/v1{path}"]) == CONTRACT[path]


def test_every_route_is_in_it_once() -> None:
    ids = [route.operation_id for route in ROUTES]

    assert len(set(ids)) == len(ids)
    for route in ROUTES:
        assert DOCUMENT["paths"][route.pattern][route.method.lower()]["operationId"] == route.operation_id


def test_every_reference_leads_somewhere() -> None:
    found = set(references(DOCUMENT))

    assert found
    for reference in found:
        kind, name = reference.removeprefix("#/components/").split("/")
        assert name in DOCUMENT["components"][kind]


def test_nothing_is_in_it_that_nothing_refers_to() -> None:
    found = set(references(DOCUMENT))

    for kind in ("schemas", "parameters", "headers", "responses"):
        unused = {name for name in DOCUMENT["components"][kind] if f"#/components/{kind}/{name}" not in found}
        assert not unused


def test_its_schemas_are_json_schema() -> None:
    for schema in DOCUMENT["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    json.dumps(DOCUMENT)


def test_money_and_quantities_are_strings() -> None:
    schemas = DOCUMENT["components"]["schemas"]

    assert schemas["JobShown"]["properties"]["amount_waiting"]["type"] == "string"
    assert schemas["JobBody"]["properties"]["ordered_quantity"]["type"] == "string"
    assert not list(numbers(schemas))


def numbers(part: Any) -> Iterator[Any]:
    if isinstance(part, dict):
        if part.get("type") == "number":
            yield part
        for value in part.values():
            yield from numbers(value)
    elif isinstance(part, list):
        for value in part:
            yield from numbers(value)


def test_says_who_may_and_what_a_list_takes() -> None:
    jobs = DOCUMENT["paths"]["/api/v1/jobs"]["get"]

    assert jobs["description"] == "For: viewer and above, integration."
    assert {one["name"] for one in jobs["parameters"] if "name" in one} == {
        "limit",
        "after",
        "sort",
        "q",
        "customer",
        "status",
        "billable",
    }
    assert "#/components/parameters/IdempotencyKey" in references(DOCUMENT["paths"]["/api/v1/keys"]["post"])
