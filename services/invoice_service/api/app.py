"""The application: every route of the table, guarded by its rule, behind the middleware."""

import asyncio
from collections.abc import Sequence

from aiohttp import web

from services.invoice_service.api.auth import API_KEYS, ApiKeys, Authenticator
from services.invoice_service.api.docs import documentation
from services.invoice_service.api.middleware import answered, marked, observed
from services.invoice_service.api.problems import TooLarge
from services.invoice_service.api.rate_limit import RATE_LIMITS, RateLimits
from services.invoice_service.api.routes import ROUTES
from services.invoice_service.api.routing import UPLOAD_LIMIT, Handler, Route
from services.invoice_service.api.services import ACTOR, BODY_LIMIT, SERVICES, ApiServices
from services.invoice_service.api.transact import keyed
from services.invoice_service.api.workbooks.making import MAKING
from services.invoice_service.domain.errors import FieldError, Invalid
from shared.observability.health import livez, readyz


def create_app(
    services: ApiServices,
    *,
    authenticators: Sequence[Authenticator] = (),
    routes: Sequence[Route] = ROUTES,
) -> web.Application:
    """Build the application. `authenticators` are asked after the API keys (gateway tokens, sessions)."""
    app = web.Application(middlewares=[observed, answered], client_max_size=UPLOAD_LIMIT)
    app[SERVICES] = services
    app[MAKING] = asyncio.Semaphore(1)
    app.on_response_prepare.append(marked)
    app.on_shutdown.append(_send_listeners_away)
    app[API_KEYS] = ApiKeys(services)
    ways = (app[API_KEYS], *authenticators)
    limits = app[RATE_LIMITS] = RateLimits(services.settings)
    for route in routes:
        guarded = _guarded(route, ways, limits)
        app.router.add_route(route.method, route.pattern, guarded, expect_handler=_unasked)
    _close(app)
    app.router.add_get("/livez", livez, allow_head=False)
    app.router.add_get("/readyz", readyz(services.checks), allow_head=False)
    for path, handler in documentation(routes):
        app.router.add_get(path, handler, allow_head=False)
    return app


async def _send_listeners_away(app: web.Application) -> None:
    """Streams never end by themselves: else stopping would wait for them."""
    app[SERVICES].live.close()


def _close(app: web.Application) -> None:
    """Let a path that ends in a name stand for that name alone, whatever the method: it would fit a variable, too."""
    for resource in app.router.resources():
        if isinstance(resource, web.Resource) and not resource.canonical.endswith("}"):
            resource.add_route("*", _not_one_of([route.method for route in resource]))


def _not_one_of(methods: Sequence[str]) -> Handler:
    """A handler that takes none of the methods that are left."""

    async def refuse(request: web.Request) -> web.StreamResponse:
        raise web.HTTPMethodNotAllowed(request.method, methods)

    return refuse


def _guarded(route: Route, authenticators: Sequence[Authenticator], limits: RateLimits) -> Handler:
    """The handler behind the door: who is it, is it too much, may it, and are all its parameters known."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        actor = await limits.admit(request, authenticators)
        request[ACTOR] = actor
        route.access.check(actor)
        known = {parameter.name for parameter in route.query}
        unknown = [name for name in dict.fromkeys(request.query) if name not in known]
        if unknown:
            raise Invalid(
                "unknown_parameter", errors=tuple(FieldError(name, "unknown_parameter") for name in unknown)
            )
        if (request.content_length or 0) > route.body_limit:
            raise TooLarge(route.body_limit)
        request[BODY_LIMIT] = route.body_limit
        return await keyed(request, route.handler)

    return guarded


async def _unasked(_request: web.Request) -> None:
    """A client that waits to be asked for its body is not asked yet: the handler asks, when it reads it."""
