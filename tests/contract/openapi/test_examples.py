"""The examples of the document are real: what is sent is taken, in a story; what is answered was answered in it.

When an answer has changed on purpose, `FACTURES_RECORD_EXAMPLES=yes` makes this test write `examples.json` anew.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from services.invoice_service.api import openapi
from services.invoice_service.api.openapi import recorded
from services.invoice_service.api.routes import ROUTES
from tests.contract.openapi.story import made_the_same, tell
from tests.integration.invoice_service.invoices.shop import Shop
from tests.support.described import deployed_document
from tests.support.invoicing import Invoicing

FILE = Path(openapi.__file__).with_name("examples.json")
DOCUMENT = deployed_document()
SCHEMAS = DOCUMENT["components"]["schemas"]


async def test_every_example_is_sent_and_what_is_answered_is_what_the_document_shows(
    invoicing: Invoicing,
) -> None:
    teller = await tell(Shop(invoicing))
    told = {"answers": dict(sorted(teller.answers.items())), "paths": dict(sorted(teller.paths.items()))}
    text = json.dumps(told, indent=1, ensure_ascii=False)
    if os.environ.get("FACTURES_RECORD_EXAMPLES"):
        FILE.write_text(made_the_same(text) + "\n", encoding="utf-8")

    assert json.loads(made_the_same(text)) == recorded(), "see the docstring of this module"
    assert teller.sent == set(declared_examples())
    # Each e-mail has a template to be made from, so that deleting one is never done.
    assert set(teller.paths) | {"delete_email_templates_by_kind"} == {route.operation_id for route in ROUTES}


def test_every_answer_has_an_example() -> None:
    answers = {route.answer.__name__ for route in ROUTES if route.answer is not None}

    assert {name for name in answers if "examples" not in SCHEMAS[name]} == set()


@pytest.mark.parametrize("name", [name for name in SCHEMAS if "examples" in str(SCHEMAS[name])])
def test_every_example_is_what_its_schema_says(name: str) -> None:
    for schema, example in examples_in(SCHEMAS[name]):
        whole = {**schema, "components": DOCUMENT["components"]}
        assert list(Draft202012Validator(whole).iter_errors(example)) == []


def test_an_example_that_is_not_what_its_schema_says_is_found_out() -> None:
    whole = {**SCHEMAS["JobBody"], "components": DOCUMENT["components"]}
    example = {**SCHEMAS["JobBody"]["examples"][0], "unit_price": "1.00"}

    assert list(Draft202012Validator(whole).iter_errors(example))


def declared_examples() -> Iterator[tuple[str, int]]:
    """Model and number of every example of a body that a call takes."""
    for route in ROUTES:
        if route.body is not None and route.body_types != ("multipart/form-data",):
            extra: Any = route.body.model_config["json_schema_extra"]
            yield from ((route.body.__name__, number) for number in range(len(extra["examples"])))


def examples_in(schema: Any) -> Iterator[tuple[dict[str, Any], Any]]:  # noqa: ANN401 - any JSON
    """Every example in a schema, with the (part of the) schema that it is of."""
    if isinstance(schema, dict):
        yield from ((schema, example) for example in schema.get("examples", []))
        for name, part in schema.items():
            if name != "examples":
                yield from examples_in(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from examples_in(part)
