"""Lists: which order and which filters a request asks for, out of those that are declared; the opaque `after`."""

import base64
import datetime as dt
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from aiohttp import web
from multidict import MultiMapping

from services.invoice_service.api.answers import Answer, Json, list_body
from services.invoice_service.api.requests import bad_parameter
from services.invoice_service.api.routing import Parameter
from services.invoice_service.application.listing import ListQuery, Page, SortKey

T = TypeVar("T")

DEFAULT_LIMIT = 50
MAX_LIMIT = 200
_MAX_CURSOR = 4096
_MAX_TEXT = 200
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter. `read` turns its text into a value and raises ValueError when it is none."""

    name: str
    description: str
    read: Callable[[str], Any]
    schema: dict[str, Any]
    repeatable: bool = True

    @property
    def parameter(self) -> Parameter:
        """The query parameter that it is read from."""
        return Parameter(self.name, self.description, self.schema, repeatable=self.repeatable)


@dataclass(frozen=True, slots=True)
class ListSpec:
    """What a list declares: its sort fields, its order when nobody asks for one, its filters."""

    sorts: tuple[str, ...]
    default: str
    filters: tuple[Filter, ...] = ()

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The query parameters that it takes."""
        return (
            Parameter(
                "limit",
                "Size of the page",
                {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
            ),
            Parameter(
                "after",
                "The `next` of the page before, in the same order",
                {"type": "string", "pattern": f"^[A-Za-z0-9_-]{{1,{_MAX_CURSOR}}}$"},
            ),
            *self.selection,
        )

    @property
    def selection(self) -> tuple[Parameter, ...]:
        """Those of them that say what is listed, in which order: not on how many pages."""
        return (
            Parameter(
                "sort",
                "Fields in their order, each once; `-` before one: descending",
                {
                    "type": "array",
                    "items": {
                        "type": "string",
                        "enum": [f"{sign}{name}" for name in self.sorts for sign in ("", "-")],
                    },
                    "minItems": 1,
                    "maxItems": len(self.sorts),
                    "uniqueItems": True,
                    "default": self.default.split(","),
                },
            ),
            *(filter_.parameter for filter_ in self.filters),
        )


def _text(text: str) -> str:
    if "\0" in text or len(text) > _MAX_TEXT:
        raise ValueError(text)
    return text


def _date(text: str) -> dt.date:
    if _DATE.fullmatch(text) is None:
        raise ValueError(text)
    return dt.date.fromisoformat(text)


def date_filter(name: str, description: str) -> Filter:
    """A filter by one day."""
    return Filter(name, description, _date, {"type": "string", "format": "date"}, repeatable=False)


def _flag(text: str) -> bool:
    return {"true": True, "false": False}[text]


def text_filter(name: str, description: str) -> Filter:
    """A filter by a text."""
    schema = {"type": "string", "maxLength": _MAX_TEXT, "pattern": r"^[^\x00]*$"}
    return Filter(name, description, _text, schema)


def choice_filter(name: str, description: str, choices: tuple[str, ...]) -> Filter:
    """A filter by one of several words."""

    def read(text: str) -> str:
        if text not in choices:
            raise ValueError(text)
        return text

    return Filter(name, description, read, {"type": "string", "enum": list(choices)})


def flag_filter(name: str, description: str) -> Filter:
    """A filter by yes or no."""
    return Filter(name, description, _flag, {"type": "boolean"})


SEARCH = text_filter("q", "Words to look for, whatever their case and accents")
ACTIVE = flag_filter("active", "Only active ones, or only inactive ones")


def list_query(request: web.Request, spec: ListSpec) -> ListQuery:
    """What the request asks of a list.

    Raises:
        Invalid: invalid_parameter, with the parameter as field.
    """
    parameters = request.query
    sort_text = parameters.get("sort", spec.default)
    return ListQuery(
        limit=_limit(parameters),
        sort=_sort(sort_text, spec),
        after=_after(parameters.get("after"), sort_text),
        filters=filters_in(request, spec.filters),
    )


def filters_in(request: web.Request, filters: Sequence[Filter]) -> dict[str, tuple[Any, ...]]:
    """The values of those of these filters that the request names.

    Raises:
        Invalid: invalid_parameter, with the parameter as field.
    """
    return {
        filter_.name: _values(filter_, request.query.getall(filter_.name))
        for filter_ in filters
        if filter_.name in request.query
    }


def list_answer(
    request: web.Request, spec: ListSpec, show: Callable[[T], Json]
) -> Callable[[Page[T]], Answer]:
    """How a page is presented."""

    def present(page: Page[T]) -> Answer:
        return Answer(200, list_body(page, show, next_cursor(request, spec, page)))

    return present


def next_cursor(request: web.Request, spec: ListSpec, page: Page[T]) -> str | None:
    """The `after` of the page behind this one."""
    sort_text = request.query.get("sort", spec.default)
    return None if page.next_after is None else _cursor(sort_text, page.next_after)


def _limit(parameters: MultiMapping[str]) -> int:
    text = parameters.get("limit", str(DEFAULT_LIMIT))
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= MAX_LIMIT):
        raise bad_parameter("limit")
    return int(text)


def _sort(text: str, spec: ListSpec) -> tuple[SortKey, ...]:
    keys = tuple(SortKey(part.removeprefix("-"), part.startswith("-")) for part in text.split(","))
    names = [key.field for key in keys]
    if len(set(names)) != len(names) or not set(names) <= set(spec.sorts):
        raise bad_parameter("sort")
    return keys


def _values(filter_: Filter, texts: list[str]) -> tuple[Any, ...]:
    if len(texts) > 1 and not filter_.repeatable:
        raise bad_parameter(filter_.name)
    try:
        return tuple(filter_.read(text) for text in texts)
    except (ValueError, KeyError):
        raise bad_parameter(filter_.name) from None


def _cursor(sort_text: str, values: tuple[str, ...]) -> str:
    text = json.dumps([sort_text, *values], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _after(cursor: str | None, sort_text: str) -> tuple[str, ...] | None:
    """The values in a cursor; one that was given for another order is refused."""
    if cursor is None:
        return None
    try:
        padded = cursor[:_MAX_CURSOR] + "=" * (-len(cursor) % 4)
        decoded = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        raise bad_parameter("after") from None
    if not isinstance(decoded, list) or not all(isinstance(value, str) for value in decoded):
        raise bad_parameter("after")
    if decoded[:1] != [sort_text] or any("\0" in value for value in decoded):
        raise bad_parameter("after")
    return tuple(decoded[1:])
