"""What the page of the documentation reads from the OpenAPI document: its parts, and types in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

Json = dict[str, Any]
_MOST_CHOICES = 12


@dataclass(frozen=True, slots=True)
class Document:
    """An OpenAPI document."""

    content: Json

    @property
    def schemas(self) -> Mapping[str, Json]:
        """The named ones, by name."""
        return dict(sorted(self.content["components"]["schemas"].items()))

    @property
    def tags(self) -> Mapping[str, str]:
        """What each subject is about."""
        return {tag["name"]: tag["description"] for tag in self.content["tags"]}

    def by_tag(self) -> dict[str, list[tuple[str, str, Json]]]:
        """Method, path and operation of every call, by subject, in the order of the subjects."""
        calls: dict[str, list[tuple[str, str, Json]]] = {tag: [] for tag in self.tags}
        for path, operations in self.content["paths"].items():
            for method, operation in operations.items():
                calls[operation["tags"][0]].append((method, path, operation))
        return calls

    def followed(self, part: Json) -> Json:
        """What a reference leads to; anything else, itself."""
        while "$ref" in part:
            found: Any = self.content
            for name in part["$ref"].split("/")[1:]:
                found = found[name]
            part = found
        return part

    def said_of(self, field: Json) -> str:
        """The description of a field: its own, else that of what it may be."""
        if "description" in field:
            return str(field["description"])
        return next((one["description"] for one in field.get("anyOf", []) if "description" in one), "")


def type_html(schema: Json) -> str:
    """A type in words, with links to what has a name."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    for several in ("anyOf", "oneOf"):
        if several in schema and "properties" not in schema and "type" not in schema:
            return " or ".join(dict.fromkeys(type_html(one) for one in schema[several]))
    if "enum" in schema or "const" in schema:
        return _choices(schema.get("enum", [schema.get("const")]))
    if schema.get("type") == "array":
        return f"list of {type_html(schema.get('items', {}))}"
    if isinstance(schema.get("additionalProperties"), dict):
        return f"object of {type_html(schema['additionalProperties'])} by name"
    if schema.get("type") == "object" and "properties" in schema:
        return f"object with {', '.join(f'<code>{escape(name)}</code>' for name in schema['properties'])}"
    types = schema.get("type", "any JSON")
    return " or ".join(types if isinstance(types, list) else [types]) + _limits(schema)


def _choices(values: list[Any]) -> str:
    shown = [f"<code>{escape(str(value))}</code>" for value in values[:_MOST_CHOICES]]
    return " | ".join(shown) + (f" … ({len(values)})" if len(values) > _MOST_CHOICES else "")


def _limits(schema: Json) -> str:
    said = [escape(str(schema["format"]))] if "format" in schema else []
    if "minimum" in schema or "maximum" in schema:
        said.append(f"{schema.get('minimum', '')}…{schema.get('maximum', '')}")
    if "minLength" in schema or "maxLength" in schema:
        said.append(f"{schema.get('minLength', 0)}…{schema.get('maxLength', '')} characters")
    if "pattern" in schema:
        said.append(f"<code>{escape(schema['pattern'])}</code>")
    return f" ({', '.join(said)})" if said else ""
