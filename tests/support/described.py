"""Holds answers of the API against its own OpenAPI document: status, code, headers and body, nothing more or less."""

# ruff: noqa: ANN401 - any JSON

import copy
import functools
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from jsonschema_rs import Draft202012Validator, Registry

from services.invoice_service.api.openapi import openapi_document
from services.invoice_service.api.routes import ROUTES

Json = dict[str, Any]

_DOCUMENT = "urn:openapi"


class Described:
    """An OpenAPI document, to hold answers against."""

    def __init__(self, document: Json) -> None:
        self._document = _strict(document)
        # Thousands of answers are held against it in one run: the validator of the standard's suite is too slow.
        self._registry = Registry([(_DOCUMENT, self._document)])
        self._paths = sorted(
            ((_pattern(path), path) for path in document["paths"]), key=lambda pair: pair[1].count("{")
        )
        self._validators: dict[str, Draft202012Validator] = {}

    def faults(self, method: str, path: str, status: int, headers: Mapping[str, str], text: str) -> list[str]:
        """What an answer says that the document does not, or lacks; nothing of a call that it doesn't have."""
        declared = self._declared(method.lower(), path.partition("?")[0])
        if declared is None:
            return []
        operation, place = declared
        if str(status) not in operation["responses"]:
            return [f"{status} is not declared: {text[:300]}"]
        response, place = self._followed(operation["responses"][str(status)], f"{place}/responses/{status}")
        return [
            *self._header_faults(response, place, headers),
            *self._body_faults(response, place, headers.get("Content-Type", ""), text),
        ]

    def _declared(self, method: str, path: str) -> tuple[Json, str] | None:
        template = next((template for pattern, template in self._paths if pattern.fullmatch(path)), None)
        if template is None or method not in self._document["paths"][template]:
            return None
        return self._document["paths"][template][method], f"/paths/{_escaped(template)}/{method}"

    def _followed(self, part: Json, place: str) -> tuple[Json, str]:
        while "$ref" in part:
            place = part["$ref"].removeprefix("#")
            part = functools.reduce(lambda found, name: found[name], place.split("/")[1:], self._document)
        return part, place

    def _header_faults(self, response: Json, place: str, headers: Mapping[str, str]) -> Iterator[str]:
        for name, part in response.get("headers", {}).items():
            header, where = self._followed(part, f"{place}/headers/{name}")
            if name in headers:
                value = headers[name]
                number = header["schema"]["type"] == "integer" and value.isdigit()
                yield from self._wrong(f"{where}/schema", int(value) if number else value, f"header {name}")
            elif header.get("required"):
                yield f"header {name}: missing"

    def _body_faults(self, response: Json, place: str, content_type: str, text: str) -> Iterator[str]:
        content = response.get("content", {})
        type_ = content_type.partition(";")[0]
        if not content and text:
            yield f"a body is not declared: {text[:100]}"
        if content and type_ not in content:
            yield f"{type_}: undeclared, as a type"
        elif content and "schema" in content[type_]:
            yield from self._wrong(f"{place}/content/{_escaped(type_)}/schema", json.loads(text), "$")

    def _wrong(self, place: str, value: Any, called: str) -> Iterator[str]:
        if place not in self._validators:
            self._validators[place] = Draft202012Validator(
                {"$ref": f"{_DOCUMENT}#{quote(place)}"}, registry=self._registry
            )
        for error in self._validators[place].iter_errors(value):
            where = "".join(
                f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.instance_path
            )
            yield f"{called}{where}: {error.message[:300]}"


def _strict(document: Json) -> Json:
    """The same where no object of an answer has fields that are not declared. A problem is narrowed elsewhere."""
    strict = copy.deepcopy(document)
    for name, schema in strict["components"]["schemas"].items():
        if "properties" in schema and name != "Problem":
            schema.setdefault("additionalProperties", False)
    return strict


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)))


def _escaped(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")


@functools.cache
def deployed_document() -> Json:
    """The document of the API that is deployed. Shared: change nothing in it."""
    return openapi_document(ROUTES)


@functools.cache
def described() -> Described:
    """The same, to hold answers against."""
    return Described(deployed_document())
