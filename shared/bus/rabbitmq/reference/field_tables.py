"""Tables of fields in Markdown, from the JSON Schemas of the messages: name, type, required, meaning."""

import inspect
import json
import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

Json = dict[str, Any]

_PLACES = re.compile(r"\[0-9\]\{1,\d+\}\(\\\.\[0-9\]\{1,(\d+)\}\)\?\$$")
_CODE = "^[A-Za-z0-9._-]{1,64}$"
_HEAD = "| field | type | required | meaning |\n|---|---|---|---|\n"


def tables(model: type[BaseModel], shown: set[str]) -> str:
    """The table of a message, then one for each shape in it that is not `shown` yet; these are added to it."""
    schema = model.model_json_schema()
    shapes: Json = schema.get("$defs", {})
    parts = [_table(schema)]
    for name in _order(schema, shapes):
        if name not in shown:
            shown.add(name)
            text = inspect.cleandoc(shapes[name].get("description", ""))
            parts.append(f"#### {name}\n\n{text}\n\n{_table(shapes[name])}")
    return "\n".join(parts)


def _table(schema: Json) -> str:
    required = schema.get("required", ())
    return _HEAD + "".join(
        f"| `{name}` | {_type(field)} | {_required(field, needed=name in required)} | {field['description']} |\n"
        for name, field in schema["properties"].items()
    )


def _order(schema: Json, shapes: Json) -> Iterator[str]:
    """The names of the shapes in a schema, as they come up."""
    for reference in re.findall(r'"#/\$defs/(\w+)"', json.dumps(schema["properties"])):
        yield reference
        yield from _order(shapes[reference], shapes)


def _required(field: Json, *, needed: bool) -> str:
    if needed:
        return "yes, or null" if _may_be_null(field) else "yes"
    default = field.get("default")
    if default is None or default == [] or isinstance(default, dict):
        return "no"
    return f"no: {_value(default)}"


def _may_be_null(field: Json) -> bool:
    return {"type": "null"} in field.get("anyOf", ())


def _value(value: object) -> str:
    return f"`{json.dumps(value, ensure_ascii=False)}`"


def _type(field: Json) -> str:
    """A type, in words."""
    if "anyOf" in field:
        return _type(next(one for one in field["anyOf"] if one != {"type": "null"}))
    if "$ref" in field or "allOf" in field:
        name = (field.get("$ref") or field["allOf"][0]["$ref"]).rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "const" in field or "enum" in field:
        return " · ".join(_value(value) for value in field.get("enum") or [field["const"]])
    match field.get("type"):
        case "array":
            return f"list of {_type(field['items'])}"
        case "object":
            inner = field.get("additionalProperties")
            return f"object of {_type(inner)}" if isinstance(inner, dict) else "object"
        case "boolean":
            return "true, false"
        case "string":
            return _text(field)
        case other:
            return str(other)


def _text(field: Json) -> str:
    pattern = field.get("pattern", "")
    if places := _PLACES.search(pattern):
        sign = "" if pattern.startswith("^-?") else ", not negative"
        return f"decimal as string, up to {places[1]} places{sign}"
    if pattern == _CODE:
        return "code"
    if "format" in field:
        return {"date": "date", "date-time": "time"}[field["format"]]
    return f"text, up to {field['maxLength']}" if "maxLength" in field else "text"
