"""What a handler answers, before it is HTTP: so that it can be kept under an idempotency key."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from aiohttp import web
from pydantic import BaseModel
from pydantic_core import to_json

from services.invoice_service.application.listing import Page
from services.invoice_service.application.records import KeptAnswer
from services.invoice_service.domain.errors import NotFound

T = TypeVar("T")
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, body (None: no content) and headers. `secret`: holds something that must not be kept."""

    status: int
    body: Json | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    secret: bool = False

    def kept(self) -> KeptAnswer:
        """As it is kept for a repeated request."""
        return KeptAnswer(status=self.status, body=_text(self.body), headers=dict(self.headers))


def _text(body: Json | None) -> str:
    # Written by pydantic's library, in a third of the time that `json` takes.
    return "" if body is None else to_json(body).decode()


def respond(answer: Answer) -> web.Response:
    """The HTTP response of an answer."""
    return _response(answer.status, _text(answer.body), answer.headers)


def respond_again(kept: KeptAnswer) -> web.Response:
    """The HTTP response of an answer that was given before."""
    return _response(kept.status, kept.body, {**kept.headers, "Idempotent-Replayed": "true"})


def _response(status: int, text: str, headers: Mapping[str, str]) -> web.Response:
    if not text:
        return web.Response(status=status, headers=headers)
    return web.Response(status=status, text=text, content_type="application/json", headers=headers)


def shown(model: BaseModel) -> Json:
    """A model as JSON data: decimals are strings."""
    return model.model_dump(mode="json", by_alias=True)


def found(thing: T | None, kind: str, ref: str) -> T:
    """The thing that was looked for.

    Raises:
        NotFound: there is none.
    """
    if thing is None:
        raise NotFound(kind, ref)
    return thing


def ok(model: BaseModel) -> Answer:
    """200 with a body."""
    return Answer(200, shown(model))


def no_content() -> Answer:
    """204."""
    return Answer(204)


def list_body(page: Page[T], show: Callable[[T], Json], next_: str | None) -> Json:
    """The body of a list."""
    return {
        "data": _all(page.items, show),
        "next": next_,
        "count": page.count,
        "count_exact": page.count_exact,
    }


def _all(items: Iterable[T], show: Callable[[T], Json]) -> list[Json]:
    return [show(item) for item in items]
