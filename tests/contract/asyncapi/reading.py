"""The committed document, read as another program would: with what it refers to resolved."""

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from shared.bus.rabbitmq.reference.files import ASYNCAPI

Json = dict[str, Any]

_HERE = ASYNCAPI.as_uri()


def committed() -> Json:
    """docs/asyncapi.json."""
    return dict(json.loads(ASYNCAPI.read_text(encoding="utf-8")))


def _retrieve(uri: str) -> Resource[Any]:
    path = Path(uri.removeprefix("file://"))
    return DRAFT202012.create_resource(json.loads(path.read_text(encoding="utf-8")))


_REGISTRY: Registry[Any] = Registry(retrieve=_retrieve)  # type: ignore[call-arg]  # attrs' alias, unknown to mypy


def lookup(reference: str) -> Any:  # noqa: ANN401 - any JSON
    """What a `$ref` of the document leads to, in it or in another file."""
    return _REGISTRY.resolver(_HERE).lookup(reference).contents


def payload_of(type_: str) -> Draft202012Validator:
    """What the document says of the body of a message."""
    schema = {"$ref": f"{_HERE}#/components/messages/{type_}/payload"}
    return Draft202012Validator(schema, registry=_REGISTRY, format_checker=FormatChecker())


def references(value: Any) -> set[str]:  # noqa: ANN401 - any JSON
    """Every `$ref` in a document; what examples hold is data."""
    if isinstance(value, list):
        return set().union(*map(references, value))
    if not isinstance(value, dict):
        return set()
    own = {value["$ref"]} if "$ref" in value else set()
    return own.union(*(references(part) for name, part in value.items() if name != "examples"))
