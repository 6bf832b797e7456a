"""Login and logout."""

from aiohttp import web

from services.invoice_service.api.passwords import is_right
from services.invoice_service.api.rate_limit import RATE_LIMITS
from services.invoice_service.api.services import ACTOR, SERVICES
from services.invoice_service.api.transact import committed
from services.invoice_service.application.records import Credentials
from services.invoice_service.application.sessions import WrongLogin, actor_of, log_in, log_out
from services.invoice_service.web.cookies import forget_session, session_cookie, set_language, set_session
from services.invoice_service.web.errors import detail_of
from services.invoice_service.web.forms import Form, form_of, own_path
from services.invoice_service.web.pages import LOGIN, see_other
from services.invoice_service.web.view import SESSION, page, view_of

_LONGEST = 1000


async def show(request: web.Request) -> web.Response:
    """The form; who is logged in already goes on."""
    target = own_path(request.query.get("next", "/"))
    if SESSION in request:
        return see_other(target)
    return page(request, "login.html", next=target, email="", detail="")


async def enter(request: web.Request) -> web.Response:
    """Begin a session."""
    form = await form_of(request)
    try:
        token = await _log_in(request, form)
    except WrongLogin as refusal:
        return page(
            request,
            "login.html",
            status=422,
            next=own_path(form.text("next")),
            email=form.text("email"),
            detail=detail_of(refusal, view_of(request).language),
        )
    response = see_other(own_path(form.text("next")))
    set_session(request, response, token)
    return response


async def _log_in(request: web.Request, form: Form) -> str:
    email, password = form.text("email"), (form.all("password") or ("",))[0]
    await request.app[RATE_LIMITS].count_login(request, email)
    async with request.app[SERVICES].transactions.reading() as uow:
        kept = await uow.users.by_email(email[:_LONGEST])
    right = await is_right(kept.password_hash if kept else None, password[:_LONGEST])
    if kept is None or not right or not kept.user.active:
        await request.app[RATE_LIMITS].count_wrong(request)
        raise WrongLogin
    await request.app[RATE_LIMITS].forgive_logins(request, email)
    return await _begin(request, kept)


async def _begin(request: web.Request, proven: Credentials) -> str:
    request[ACTOR] = actor_of(proven.user)
    return await committed(request, lambda uow, context: log_in(uow, context, proven))


async def leave(request: web.Request) -> web.Response:
    """End the session."""
    token = session_cookie(request)
    if token:
        async with request.app[SERVICES].transactions.writing() as uow:
            await log_out(uow, token)
    response = see_other(LOGIN)
    forget_session(request, response)
    return response


async def choose_language(request: web.Request) -> web.Response:
    """Set the language of the login page."""
    form = await form_of(request)
    response = see_other(own_path(form.text("next"), LOGIN))
    if form.text("language") in ("fr", "en"):
        set_language(request, response, form.text("language"))
    return response
