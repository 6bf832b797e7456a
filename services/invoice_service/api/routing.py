"""What a route is: a path, who may use it, what it takes, what it answers, and the handler. Data, no behaviour."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from pydantic import BaseModel

from services.invoice_service.domain.actors import Actor, Role

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
PREFIX = "/api/v1"
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
    """A query parameter. `schema` is JSON Schema; a repeatable one takes several values."""

    name: str
    description: str
    schema: dict[str, Any]
    repeatable: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """One line of the table of contents. The path stands without the prefix.

    `answer` is the model of the body of a success (None: it has none); `many` says that it is a list of it.
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
    body_limit: int = JSON_LIMIT
    media_type: str = "application/json"

    @property
    def pattern(self) -> str:
        """The whole path, with its variables."""
        return PREFIX + self.path
