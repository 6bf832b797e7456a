"""API keys, and the caller itself."""

from aiohttp import web

from services.invoice_service.api.answers import Answer, Json, found, no_content, ok, shown
from services.invoice_service.api.auth import API_KEYS
from services.invoice_service.api.bodies.access import KeyBody, KeyShown, MeBody, MeShown, NewKeyShown
from services.invoice_service.api.lists import SEARCH, ListSpec, list_answer, list_query
from services.invoice_service.api.requests import json_body, path_id
from services.invoice_service.api.routing import PREFIX
from services.invoice_service.api.services import ACTOR
from services.invoice_service.api.transact import query, transact
from services.invoice_service.application.api_keys import KIND, NewKey, create_api_key, revoke_api_key
from services.invoice_service.application.edit_me import caller_of, edit_me
from services.invoice_service.application.records import ApiKey, Preferences

KEYS = ListSpec(("name", "role", "created_at"), "name", (SEARCH,))


def _show(key: ApiKey) -> Json:
    return shown(KeyShown.model_validate(key))


async def get_keys(request: web.Request) -> web.Response:
    """GET /keys."""
    asked = list_query(request, KEYS)
    return await query(request, lambda uow, _: uow.api_keys.page(asked), list_answer(request, KEYS, _show))


async def get_key(request: web.Request) -> web.Response:
    """GET /keys/{id}."""
    key_id = path_id(request)

    def present(key: ApiKey | None) -> Answer:
        kept = key if key is not None and key.revoked_at is None else None
        return Answer(200, _show(found(kept, KIND, str(key_id))))

    return await query(request, lambda uow, _: uow.api_keys.get(key_id), present)


async def post_key(request: web.Request) -> web.Response:
    """POST /keys."""
    body = await json_body(request, KeyBody)
    return await transact(
        request,
        lambda uow, context: create_api_key(
            uow, context, name=body.name, role=body.role, expires=body.expires
        ),
        _present_new,
    )


def _present_new(new: NewKey) -> Answer:
    body = NewKeyShown(**KeyShown.model_validate(new.key).model_dump(), key=new.secret)
    return Answer(201, shown(body), {"Location": f"{PREFIX}/keys/{new.key.id}"}, secret=True)


async def delete_key(request: web.Request) -> web.Response:
    """DELETE /keys/{id}."""
    key_id = path_id(request)
    response = await transact(
        request, lambda uow, context: revoke_api_key(uow, context, key_id), lambda _: no_content()
    )
    request.app[API_KEYS].forget(key_id)
    return response


async def get_me(request: web.Request) -> web.Response:
    """GET /me."""
    return await query(
        request,
        lambda uow, context: uow.preferences.get(caller_of(context)),
        lambda preferences: _present_me(request, preferences),
    )


async def patch_me(request: web.Request) -> web.Response:
    """PATCH /me."""
    values = (await json_body(request, MeBody)).values()
    return await transact(
        request,
        lambda uow, context: edit_me(uow, context, values),
        lambda preferences: _present_me(request, preferences),
    )


def _present_me(request: web.Request, preferences: Preferences) -> Answer:
    actor = request[ACTOR]
    return ok(
        MeShown.model_validate(
            {
                "kind": actor.kind,
                "id": actor.id,
                "name": actor.name,
                "role": actor.role,
                "language": preferences.language,
                "theme": preferences.theme,
            }
        )
    )
