"""The application: every route of the table, guarded by its rule, behind the middleware."""

from collections.abc import Sequence

from aiohttp import web

from services.invoice_service.api.auth import API_KEYS, ApiKeys, Authenticator, authenticate
from services.invoice_service.api.docs import documentation
from services.invoice_service.api.middleware import answered, observed
from services.invoice_service.api.routes import ROUTES
from services.invoice_service.api.routing import UPLOAD_LIMIT, Handler, Route
from services.invoice_service.api.services import ACTOR, BODY_LIMIT, SERVICES, ApiServices
from services.invoice_service.api.transact import keyed
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
    app[API_KEYS] = ApiKeys(services)
    ways = (app[API_KEYS], *authenticators)
    for route in routes:
        app.router.add_route(route.method, route.pattern, _guarded(route, ways))
    app.router.add_get("/livez", livez, allow_head=False)
    app.router.add_get("/readyz", readyz(services.checks), allow_head=False)
    for path, handler in documentation(routes):
        app.router.add_get(path, handler, allow_head=False)
    return app


def _guarded(route: Route, authenticators: Sequence[Authenticator]) -> Handler:
    """The handler behind the door: who is it, may it, and are all its parameters known."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        actor = await authenticate(request, authenticators)
        request[ACTOR] = actor
        route.access.check(actor)
        known = {parameter.name for parameter in route.query}
        unknown = [name for name in dict.fromkeys(request.query) if name not in known]
        if unknown:
            raise Invalid(
                "unknown_parameter", errors=tuple(FieldError(name, "unknown_parameter") for name in unknown)
            )
        request[BODY_LIMIT] = route.body_limit
        return await keyed(request, route.handler)

    return guarded
