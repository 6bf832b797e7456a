"""The shop's settings."""

from aiohttp import web

from services.invoice_service.api.answers import Answer, ok
from services.invoice_service.api.bodies.settings import SettingsBody, SettingsShown
from services.invoice_service.api.requests import json_body
from services.invoice_service.api.services import SERVICES
from services.invoice_service.api.transact import query, transact
from services.invoice_service.application.edit_settings import edit_settings
from services.invoice_service.domain.settings import ShopSettings


def _present(settings: ShopSettings) -> Answer:
    return ok(SettingsShown.model_validate(settings))


async def get(request: web.Request) -> web.Response:
    """GET /settings."""
    return await query(request, lambda uow, _: uow.settings.get(), _present)


async def patch(request: web.Request) -> web.Response:
    """PATCH /settings."""
    values = (await json_body(request, SettingsBody)).values()
    templates = request.app[SERVICES].settings.template_names()
    return await transact(
        request, lambda uow, context: edit_settings(uow, context, values, templates=templates), _present
    )
