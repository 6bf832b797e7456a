"""Users: people who log in."""

from aiohttp import web

from services.invoice_service.api.answers import Answer, Json, found, no_content, ok, shown
from services.invoice_service.api.bodies.users import UserBody, UserPatch, UserShown
from services.invoice_service.api.lists import ACTIVE, SEARCH, ListSpec, list_answer, list_query
from services.invoice_service.api.passwords import hashed
from services.invoice_service.api.requests import json_body, path_id
from services.invoice_service.api.routing import PREFIX
from services.invoice_service.api.transact import query, transact
from services.invoice_service.application.records import User
from services.invoice_service.application.users import KIND, create_user, delete_user, edit_user

LISTING = ListSpec(("name", "email", "role", "created_at"), "name", (SEARCH, ACTIVE))


def _show(user: User) -> Json:
    return shown(UserShown.model_validate(user))


async def get_list(request: web.Request) -> web.Response:
    """GET /users."""
    asked = list_query(request, LISTING)
    return await query(request, lambda uow, _: uow.users.page(asked), list_answer(request, LISTING, _show))


async def get_one(request: web.Request) -> web.Response:
    """GET /users/{id}."""
    user_id = path_id(request)
    return await query(
        request,
        lambda uow, _: uow.users.get(user_id),
        lambda user: Answer(200, _show(found(user, KIND, str(user_id)))),
    )


async def post(request: web.Request) -> web.Response:
    """POST /users."""
    new = (await json_body(request, UserBody)).new()
    passwords = await hashed(new.password)
    return await transact(
        request,
        lambda uow, context: create_user(uow, context, passwords, new),
        lambda user: Answer(201, _show(user), {"Location": f"{PREFIX}/users/{user.id}"}),
    )


async def patch(request: web.Request) -> web.Response:
    """PATCH /users/{id}."""
    user_id = path_id(request)
    values = (await json_body(request, UserPatch)).values()
    passwords = await hashed(values.get("password"))
    return await transact(
        request,
        lambda uow, context: edit_user(uow, context, passwords, user_id, values),
        lambda user: ok(UserShown.model_validate(user)),
    )


async def delete(request: web.Request) -> web.Response:
    """DELETE /users/{id}."""
    user_id = path_id(request)
    return await transact(
        request, lambda uow, context: delete_user(uow, context, user_id), lambda _: no_content()
    )
