"""The reader's own page: language, theme, password."""

from aiohttp import web

from services.invoice_service.api.bodies.access import MeBody
from services.invoice_service.api.bodies.users import UserPatch
from services.invoice_service.api.passwords import hashed, is_right
from services.invoice_service.api.services import SERVICES
from services.invoice_service.api.transact import committed
from services.invoice_service.application.context import Context
from services.invoice_service.application.edit_me import edit_me
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.records import Credentials
from services.invoice_service.application.sessions import log_in
from services.invoice_service.application.users import edit_user
from services.invoice_service.domain.errors import FieldError, Invalid
from services.invoice_service.web.cookies import set_language, set_session
from services.invoice_service.web.errors import faults_of
from services.invoice_service.web.forms import Form, form_of, own_path, validated
from services.invoice_service.web.pages import see_other
from services.invoice_service.web.view import SESSION, page, view_of


async def show(request: web.Request) -> web.Response:
    """The page."""
    return _page(request, {})


def _page(request: web.Request, faults: dict[str, str], status: int = 200) -> web.Response:
    return page(
        request, "me.html", status=status, faults=faults, changed=request.query.get("done") == "password"
    )


async def prefer(request: web.Request) -> web.Response:
    """Set language or theme, and go back to where it was chosen."""
    form = await form_of(request)
    values = {name: form.text(name) for name in ("language", "theme") if form.text(name)}
    preferred = validated(MeBody, values).values()
    await committed(request, lambda uow, context: edit_me(uow, context, preferred))
    response = see_other(own_path(form.text("next"), "/me"))
    if "language" in values:
        set_language(request, response, values["language"])
    return response


async def change_password(request: web.Request) -> web.Response:
    """Replace the password: every session ends, but for this one, which gets a token anew."""
    form = await form_of(request)
    try:
        token = await _changed(request, form)
    except Invalid as refusal:
        return _page(request, dict(faults_of(refusal, view_of(request).language)), 422)
    response = see_other("/me?done=password")
    set_session(request, response, token)
    return response


async def _changed(request: web.Request, form: Form) -> str:
    session = request[SESSION]
    current, new, again = ((form.all(name) or ("",))[0] for name in ("current", "password", "again"))
    values = validated(UserPatch, {"password": new}).values()
    if new != again:
        raise Invalid("invalid", errors=(FieldError("again", "passwords_differ"),))
    async with request.app[SERVICES].transactions.reading() as uow:
        kept = await uow.users.by_email(session.user.email)
    if kept is None or not await is_right(kept.password_hash, current):
        raise Invalid("invalid", errors=(FieldError("current", "wrong_password"),))
    passwords = await hashed(new)

    async def change(uow: UnitOfWork, context: Context) -> str:
        user = await edit_user(uow, context, passwords, session.user.id, values)
        return await log_in(uow, context, Credentials(user, passwords.hash(new)))

    return await committed(request, change)
