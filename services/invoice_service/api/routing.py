"""What a route is: a path, who may use it, what it takes, what it answers, and the handler. Data, no behaviour."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web
from pydantic import BaseModel

from services.invoice_service.domain.actors import Actor, Role

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
PREFIX = "/api/v1"
_VARIABLE = re.compile(r"{(\w+)}")
JSON_LIMIT = 1024 * 1024
UPLOAD_LIMIT = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Access:
    """Who may use a route: a role and those above it, and perhaps machines. All routes need a key."""

    role: Role
    integration: bool = False

    def check(self, actor: Actor) -> None:
        """Refuse an actor whose role does not reach.

        Raises:
            Forbidden: it does not.
        """
        if self.integration and actor.role is Role.INTEGRATION:
            return
        actor.require(self.role)


VIEWER = Access(Role.VIEWER)
BILLER = Access(Role.BILLER)
ACCOUNTANT = Access(Role.ACCOUNTANT)
ADMIN = Access(Role.ADMIN)
VIEWER_OR_MACHINE = Access(Role.VIEWER, integration=True)
BILLER_OR_MACHINE = Access(Role.BILLER, integration=True)
ACCOUNTANT_OR_MACHINE = Access(Role.ACCOUNTANT, integration=True)
ANYBODY = Access(Role.VIEWER, integration=True)
"""Whoever has a key."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A query parameter. `schema` is JSON Schema; a repeatable one takes several values.

    An array is written in one value, with commas, unless it is repeatable (then `schema` is that of one value).
    """

    name: str
    description: str
    schema: dict[str, Any]
    repeatable: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """One line of the table of contents. The path stands without the prefix.

    `answer` is the model of the body of a success (None: it has none); `many` says that it is a list of it. With
    another `media_type` than JSON, the first status has a body of that type, and `answer` is for the others.

    What follows from all this (the problems of every call, of every body, of every POST…) is not said again; what
    does not, is: its own `problems` (see `refusing`), whether it needs or takes a version (`If-Match`), and
    whether it answers one (`ETag`) or a `Location`.
    """

    method: str
    path: str
    handler: Handler
    access: Access
    summary: str
    status: tuple[int, ...] = (200,)
    body: type[BaseModel] | None = None
    answer: type[BaseModel] | None = None
    many: bool = False
    query: tuple[Parameter, ...] = ()
    needs_version: bool = False
    takes_version: bool = False
    answers_version: bool = False
    answers_location: bool = False
    problems: tuple[tuple[int, str], ...] = ()
    body_limit: int = JSON_LIMIT
    body_types: tuple[str, ...] = ("application/json",)
    media_type: str = "application/json"

    @property
    def pattern(self) -> str:
        """The whole path, with its variables."""
        return PREFIX + self.path

    @property
    def variables(self) -> list[str]:
        """The names of the variables in its path."""
        return _VARIABLE.findall(self.path)

    @property
    def operation_id(self) -> str:
        """The stable name of the call, made from its method and path."""
        words = _VARIABLE.sub(r"by_\1", self.path).replace("/", "_").replace("-", "_").replace(".", "_")
        return f"{self.method.lower()}{words}"

    def refusing(self, status: int, *codes: str) -> "Route":
        """The same route, which may also answer this status with these codes."""
        return replace(self, problems=(*self.problems, *((status, code) for code in codes)))


def listing(
    path: str,
    handler: Handler,
    access: Access,
    summary: str,
    answer: type[BaseModel],
    query: tuple[Parameter, ...],
) -> Route:
    """GET of a list."""
    return Route("GET", path, handler, access, summary, answer=answer, many=True, query=query)


def reading(path: str, handler: Handler, access: Access, summary: str, answer: type[BaseModel]) -> Route:
    """GET of one thing."""
    return Route("GET", path, handler, access, summary, answer=answer)


def putting(
    path: str,
    handler: Handler,
    access: Access,
    summary: str,
    body: type[BaseModel],
    answer: type[BaseModel],
) -> Route:
    """PUT: 201 when it is new, else 200."""
    return Route("PUT", path, handler, access, summary, status=(200, 201), body=body, answer=answer)


def patching(
    path: str,
    handler: Handler,
    access: Access,
    summary: str,
    body: type[BaseModel],
    answer: type[BaseModel],
) -> Route:
    """PATCH: 200."""
    return Route("PATCH", path, handler, access, summary, body=body, answer=answer)


def creating(
    path: str,
    handler: Handler,
    access: Access,
    summary: str,
    body: type[BaseModel],
    answer: type[BaseModel],
) -> Route:
    """POST of a new thing: 201, and where it is."""
    return Route(
        "POST",
        path,
        handler,
        access,
        summary,
        status=(201,),
        body=body,
        answer=answer,
        answers_location=True,
    )


def deleting(path: str, handler: Handler, access: Access, summary: str) -> Route:
    """DELETE: 204."""
    return Route("DELETE", path, handler, access, summary, status=(204,))
