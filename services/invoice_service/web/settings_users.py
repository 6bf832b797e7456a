"""Users and their roles. A password is made here, told once, and known to nobody else; its owner changes it."""

from typing import Any

from aiohttp import web

from services.invoice_service.api.bodies.users import UserBody, UserPatch
from services.invoice_service.api.lists import list_query, next_cursor
from services.invoice_service.api.passwords import hashed
from services.invoice_service.api.problems import status_of
from services.invoice_service.api.requests import path_id
from services.invoice_service.api.transact import committed, read
from services.invoice_service.api.users import LISTING
from services.invoice_service.api.workbooks.sheet import Cell
from services.invoice_service.application.context import Context
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.records import User
from services.invoice_service.application.users import (
    KIND,
    create_user,
    delete_user,
    edit_user,
    new_password,
)
from services.invoice_service.domain.actors import Role
from services.invoice_service.domain.errors import Conflict, Invalid, NotFound, Refusal
from services.invoice_service.web.errors import detail_of, faults_of
from services.invoice_service.web.forms import Form, form_of, validated
from services.invoice_service.web.list_book import ListBook, Reader
from services.invoice_service.web.pages import see_other
from services.invoice_service.web.view import page, view_of

PATH = "/settings/users"
ROLES = tuple(role.value for role in Role)
_FIELDS = ("email", "name", "role", "language", "active")


def _cells(user: User, reader: Reader) -> tuple[Cell, ...]:
    words = reader.words
    language = words(f"customers.speaks.{user.language}") if user.language else words("users.any_language")
    active = words("sheet.yes" if user.active else "sheet.no")
    return user.name, user.email, words(f"role.{user.role}"), language, active


BOOK = ListBook[User](
    "users.title",
    LISTING,
    (
        ("users.name", "text", 28),
        ("users.email", "text", 34),
        ("users.role", "text", 18),
        ("users.language", "text", 20),
        ("setting.active", "text", 10),
    ),
    lambda uow, asked: uow.users.page(asked),
    _cells,
)


async def show(request: web.Request) -> web.Response:
    """The list."""
    asked = list_query(request, LISTING)
    found = await read(request, lambda uow, _: uow.users.page(asked))
    return page(
        request,
        "users.html",
        users=found.items,
        workbook=BOOK.address(request, PATH),
        done=request.query.get("done", ""),
        next=next_cursor(request, LISTING, found),
    )


async def show_new(request: web.Request) -> web.Response:
    """The form of a new user."""
    return _form(request, None)


async def add(request: web.Request) -> web.Response:
    """Make a user with a password, which is told now and never again."""
    form = await form_of(request)
    password = new_password()
    values = {**_values(form, ("email", "name", "role", "language")), "password": password}
    try:
        new = validated(UserBody, values).new()
        passwords = await hashed(password)
        user = await committed(request, lambda uow, context: create_user(uow, context, passwords, new))
    except Invalid as refusal:
        return _form(request, None, form=form, refusal=refusal)
    return _form(request, user, password=password)


async def show_one(request: web.Request) -> web.Response:
    """One user."""
    return _form(request, await _user(request))


async def save(request: web.Request) -> web.Response:
    """Change what was typed otherwise than the page showed it."""
    user_id, form = path_id(request), await form_of(request)
    try:
        values = validated(UserPatch, _values(form, tuple(form.changed(*_FIELDS)))).values()
        passwords = await hashed(None)
        await committed(request, lambda uow, context: edit_user(uow, context, passwords, user_id, values))
    except (Invalid, Conflict) as refusal:
        return _form(request, await _user(request), form=form, refusal=refusal)
    return see_other(f"{PATH}?done=saved")


async def give_password(request: web.Request) -> web.Response:
    """Make a new password, and tell it once; who was logged in with the one before is so no more."""
    user_id, password = path_id(request), new_password()
    passwords = await hashed(password)
    values = validated(UserPatch, {"password": password}).values()
    user = await committed(request, lambda uow, context: edit_user(uow, context, passwords, user_id, values))
    return _form(request, user, password=password)


async def delete(request: web.Request) -> web.Response:
    """Delete one; the trail keeps the name."""
    user_id = path_id(request)
    try:
        await committed(request, lambda uow, context: delete_user(uow, context, user_id))
    except Conflict as refusal:
        return _form(request, await _user(request), refusal=refusal)
    return see_other(f"{PATH}?done=deleted")


async def _user(request: web.Request) -> User:
    user_id = path_id(request)

    async def look(uow: UnitOfWork, _: Context) -> User:
        user = await uow.users.get(user_id)
        if user is None:
            raise NotFound(KIND, str(user_id))
        return user

    return await read(request, look)


def _values(form: Form, names: tuple[str, ...]) -> dict[str, Any]:
    values: dict[str, Any] = {name: form.text(name) for name in names}
    if "language" in values:
        values["language"] = values["language"] or None
    if "active" in values:
        values["active"] = values["active"] == "yes"
    return values


def _form(
    request: web.Request,
    user: User | None,
    *,
    form: Form | None = None,
    refusal: Refusal | None = None,
    password: str = "",
) -> web.Response:
    language = view_of(request).language
    kept = _texts(user)
    return page(
        request,
        "user.html",
        status=status_of(refusal) if refusal else 200,
        user=user,
        kept=kept,
        typed={name: form.text(name) if form else text for name, text in kept.items()},
        roles=ROLES,
        faults=dict(faults_of(refusal, language)) if refusal else {},
        alert=detail_of(refusal, language) if refusal and not refusal.errors else "",
        password=password,
    )


def _texts(user: User | None) -> dict[str, str]:
    """What the fields of a user say."""
    if user is None:
        return {"email": "", "name": "", "role": Role.BILLER.value, "language": "", "active": "yes"}
    return {
        "email": user.email,
        "name": user.name,
        "role": user.role.value,
        "language": user.language or "",
        "active": "yes" if user.active else "no",
    }
