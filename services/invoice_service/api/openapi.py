"""The OpenAPI 3.1 document: generated from the table of routes and the models, so that it can't say otherwise."""

import re
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from services.invoice_service.api.declared import PROBLEM, STATUS_TEXTS
from services.invoice_service.api.routing import Access, Route

_REF = "#/components/schemas/{model}"
_VARIABLE = re.compile(r"{(\w+)}")
_Ref = dict[str, Any]


def openapi_document(routes: Sequence[Route]) -> dict[str, Any]:
    """The document of these routes."""
    schemas, refs = _schemas(routes)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.pattern, {})[route.method.lower()] = _operation(route, refs)
    for path, summary in (("/livez", "The process runs"), ("/readyz", "It can do its work")):
        paths[path] = {
            "get": {
                "operationId": path[1:],
                "summary": summary,
                "tags": ["health"],
                "security": [],
                "responses": {"200": {"description": "Yes"}, "503": {"description": "No"}},
            }
        }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Factures",
            "version": "1",
            "description": "Invoicing for print shops and other job shops. Amounts, quantities and rates are strings.",
        },
        "servers": [{"url": "/"}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": {**schemas, "Problem": PROBLEM},
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "An API key, or a gateway's JWT"}
            },
        },
    }


def _schemas(
    routes: Sequence[Route],
) -> tuple[dict[str, Any], dict[tuple[type[BaseModel], JsonSchemaMode], _Ref]]:
    wanted: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {}
    for route in routes:
        if route.body is not None:
            wanted[route.body, "validation"] = None
        if route.answer is not None:
            wanted[route.answer, "serialization"] = None
    refs, definitions = models_json_schema(list(wanted), ref_template=_REF)
    return definitions.get("$defs", {}), {wish: refs[wish] for wish in wanted}


def _operation(route: Route, refs: dict[tuple[type[BaseModel], JsonSchemaMode], _Ref]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": operation_id(route),
        "summary": route.summary,
        "description": f"For: {roles_text(route.access)}.",
        "tags": [route.path.split("/")[1].partition(".")[0]],
        "parameters": _parameters(route),
        "responses": {
            **{str(status): _success(route, status, refs) for status in route.status},
            "default": {
                "description": "A problem (RFC 9457)",
                "content": {"application/problem+json": {"schema": {"$ref": _REF.format(model="Problem")}}},
            },
        },
    }
    if route.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": refs[route.body, "validation"]}},
        }
    return operation


def _success(
    route: Route, status: int, refs: dict[tuple[type[BaseModel], JsonSchemaMode], _Ref]
) -> dict[str, Any]:
    response: dict[str, Any] = {"description": STATUS_TEXTS.get(status, "Success")}
    if route.answer is not None:
        shape = refs[route.answer, "serialization"]
        response["content"] = {route.media_type: {"schema": _list_of(shape) if route.many else shape}}
    elif route.media_type != "application/json" and status == route.status[0]:
        response["content"] = {route.media_type: {}}
    return response


def _list_of(shape: _Ref) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["data", "next", "count", "count_exact"],
        "properties": {
            "data": {"type": "array", "items": shape},
            "next": {"type": ["string", "null"], "description": "`after` of the next page"},
            "count": {"type": "integer", "maximum": 10_000},
            "count_exact": {"type": "boolean"},
        },
    }


def _parameters(route: Route) -> list[dict[str, Any]]:
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _VARIABLE.findall(route.path)
    ]
    for parameter in route.query:
        schema = parameter.schema
        parameters.append(
            {
                "name": parameter.name,
                "in": "query",
                "description": parameter.description,
                "schema": {"type": "array", "items": schema} if parameter.repeatable else schema,
            }
        )
    if route.method == "POST":
        parameters.append(_header("Idempotency-Key", required=False))
    if route.needs_version:
        parameters.append(_header("If-Match", required=True))
    return parameters


def _header(name: str, *, required: bool) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": required,
        "schema": {"type": "string", "maxLength": 255},
    }


def operation_id(route: Route) -> str:
    """The stable name of a call, made from its method and path."""
    words = _VARIABLE.sub(r"by_\1", route.path).replace("/", "_").replace("-", "_").replace(".", "_")
    return f"{route.method.lower()}{words}"


def roles_text(access: Access) -> str:
    """Who may make a call, in words."""
    return f"{access.role} and above" + (", integration" if access.integration else "")
