"""The OpenAPI 3.1 document: generated from the table of routes and the models, so that it can't say otherwise."""

import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema

from services.invoice_service.api.bodies.shown import InvoiceShown
from services.invoice_service.api.declared import (
    CONVENTIONS,
    INTRODUCTION,
    PARAMETERS,
    PROBLEM,
    RESPONSE_HEADERS,
    TAGS,
    path_variable,
)
from services.invoice_service.api.links import links
from services.invoice_service.api.responses import headers, responses
from services.invoice_service.api.routing import Access, Parameter, Route

Json = dict[str, Any]
_Model = tuple[type[BaseModel], JsonSchemaMode]

_REF = "#/components/schemas/{model}"
_PUBLIC: Mapping[str, tuple[str, Mapping[int, str]]] = {
    "/livez": ("The process runs", {200: "application/json"}),
    "/readyz": ("It can do its work", {200: "application/json", 503: "application/json"}),
    "/openapi.json": ("This document", {200: "application/json"}),
    "/docs": ("This document as a page", {200: "text/html"}),
}


class _Untitled(GenerateJsonSchema):
    """Without the titles that only repeat names."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401, ARG002 - as pydantic declares it
        """Never."""
        return False


def recorded() -> Json:
    """Real answers of every kind and the names in the paths that led to them; see tests/contract/openapi."""
    text = resources.files(__package__).joinpath("examples.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def openapi_document(routes: Sequence[Route]) -> Json:
    """The document of these routes."""
    examples = recorded()
    schemas, refs = _schemas(routes, examples["answers"])
    problems: Json = {}
    paths: dict[str, Json] = {path: _public(path) for path in _PUBLIC}
    for route in routes:
        paths.setdefault(route.pattern, {})[route.method.lower()] = {
            **_operation(route, refs, examples["paths"]),
            "responses": _linked(
                responses(route, lambda model: refs[model, "serialization"], problems),
                str(route.status[0]),
                links(route, routes),
            ),
        }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Factures",
            "version": "1",
            "summary": INTRODUCTION,
            "description": "\n\n".join(
                (INTRODUCTION, *(f"## {title}\n\n{text}" for title, text in CONVENTIONS.items()))
            ),
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/", "description": "The one that serves this document"}],
        "tags": [{"name": name, "description": TAGS.get(name, "")} for name in _tags(routes)],
        "security": [{"key": []}, {"session": []}],
        "paths": paths,
        "components": {
            "schemas": {**schemas, "Problem": PROBLEM},
            "parameters": dict(PARAMETERS),
            "headers": dict(RESPONSE_HEADERS),
            "responses": dict(sorted(problems.items())),
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "An API key, or a gateway's JWT"},
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "factures_session",
                    "description": "The cookie of who is logged in to the pages (behind https its name begins "
                    "with `__Host-`); what writes needs the page's `X-CSRF-Token`, too",
                },
            },
        },
    }


def _schemas(routes: Iterable[Route], answers: Json) -> tuple[Json, dict[_Model, Json]]:
    wanted: dict[_Model, None] = {(InvoiceShown, "serialization"): None}
    for route in routes:
        if route.body is not None:
            wanted[route.body, "validation"] = None
        if route.answer is not None:
            wanted[route.answer, "serialization"] = None
    refs, definitions = models_json_schema(list(wanted), ref_template=_REF, schema_generator=_Untitled)
    schemas = definitions.get("$defs", {})
    for name in schemas.keys() & answers.keys():
        schemas[name]["examples"] = [answers[name]]
    return schemas, {wish: dict(refs[wish]) for wish in wanted}


def _operation(route: Route, refs: Mapping[_Model, Json], paths: Mapping[str, Mapping[str, str]]) -> Json:
    name = route.operation_id
    operation: Json = {
        "operationId": name,
        "summary": route.summary,
        "description": f"For: {roles_text(route.access)}.",
        "tags": [tag(route.path)],
        "security": [{"key": [role]} for role in _roles(route.access)],
        "parameters": _parameters(route, paths.get(name, {})),
    }
    if route.body is not None:
        shape = refs[route.body, "validation"]
        operation["requestBody"] = {
            "required": True,
            "content": {type_: {"schema": shape} for type_ in route.body_types},
        }
    return operation


def _linked(answers: Json, status: str, following: Json) -> Json:
    """The responses, with links from the one that tells of something new."""
    return {**answers, status: {**answers[status], "links": following}} if following else answers


def _public(path: str) -> Json:
    summary, answers = _PUBLIC[path]
    return {
        "get": {
            "operationId": path[1:].replace(".", "_"),
            "summary": summary,
            "tags": ["health"],
            "security": [],
            "responses": {
                str(status): {
                    "description": "Yes" if status == 200 else "No",
                    "headers": headers(["X-Request-Id"]),
                    "content": {type_: {}},
                }
                for status, type_ in answers.items()
            },
        }
    }


def _parameters(route: Route, examples: Mapping[str, str]) -> list[Json]:
    parts = route.path.split("/")
    parameters = [
        path_variable(before, name) | ({"example": examples[name]} if name in examples else {})
        for before, part in itertools.pairwise(parts)
        if (name := part.strip("{}")) != part
    ]
    parameters += [_query(parameter) for parameter in route.query]
    if route.method == "POST":
        parameters.append(_parameter("IdempotencyKey"))
    if route.needs_version:
        parameters.append(_parameter("IfMatch"))
    if route.takes_version:
        parameters.append(_parameter("IfMatchOptional"))
    if route.media_type == "text/event-stream":
        parameters.append(_parameter("LastEventId"))
    if 304 in route.status:
        parameters.append(_parameter("IfNoneMatch"))
    return [*parameters, _parameter("AcceptLanguage"), _parameter("RequestId")]


def _parameter(name: str) -> Json:
    return {"$ref": f"#/components/parameters/{name}"}


def _query(parameter: Parameter) -> Json:
    schema = parameter.schema
    return {
        "name": parameter.name,
        "in": "query",
        "description": parameter.description,
        "schema": {"type": "array", "items": schema} if parameter.repeatable else schema,
        # One value for each, or all in one with commas between them.
        **({"explode": False} if not parameter.repeatable and schema["type"] == "array" else {}),
    }


def tag(path: str) -> str:
    """The subject of a call: the first part of its path."""
    return path.split("/")[1].partition(".")[0]


def _tags(routes: Iterable[Route]) -> list[str]:
    """The subjects of the calls, those that we know in our order."""
    used = dict.fromkeys((*(tag(route.path) for route in routes), "health"))
    return sorted(used, key=lambda name: list(TAGS).index(name) if name in TAGS else len(TAGS))


def _roles(access: Access) -> list[str]:
    return [str(access.role), *(["integration"] if access.integration else [])]


def roles_text(access: Access) -> str:
    """Who may make a call, in words."""
    return f"{access.role} and above" + (", integration" if access.integration else "")
