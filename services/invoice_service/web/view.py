"""What every page is drawn with (whose it is, its language, theme, words), and what it tells every browser."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from services.invoice_service.api.problems import language_of
from services.invoice_service.application.records import Session
from services.invoice_service.domain.actors import Role
from services.invoice_service.domain.texts import Language
from services.invoice_service.web.cookies import behind_https, language_cookie
from services.invoice_service.web.csrf import csrf_token, mark_visitor
from services.invoice_service.web.drawing import draw
from services.invoice_service.web.words import Words, words_in

SESSION = web.RequestKey("session", Session)
PAGE = web.RequestKey("page", str)

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'; "
    # Text becomes HTML in one place of our scripts only (static/region.js), and only what this server drew.
    "require-trusted-types-for 'script'; trusted-types factures"
)
_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_HSTS = "max-age=31536000"


@dataclass(frozen=True, slots=True)
class View:
    """For whom a page is drawn, and in which words."""

    session: Session | None
    language: Language
    theme: str
    words: Words
    path: str
    unread: int
    posted: bool
    """Whether it answers a form: then it holds what was typed, and must not be drawn anew."""

    def may(self, role: str) -> bool:
        """Whether the reader's role includes this one."""
        ranks = [Role.VIEWER, Role.BILLER, Role.ACCOUNTANT, Role.ADMIN]
        return (
            self.session is not None
            and self.session.user.role in ranks
            and ranks.index(self.session.user.role) >= ranks.index(Role(role))
        )


def view_of(request: web.Request) -> View:
    """For whom this request's page is drawn."""
    session = request.get(SESSION)
    language = _language(request, session)
    theme = (session.preferences.theme if session else None) or "system"
    return View(
        session,
        language,
        theme,
        words_in(language),
        request.path,
        session.unread if session else 0,
        request.method == "POST",
    )


def _language(request: web.Request, session: Session | None) -> Language:
    """What this person prefers, else what was chosen on the login page, else what the browser asks for."""
    chosen = (session.preferences.language or session.user.language) if session else language_cookie(request)
    if chosen in ("fr", "en"):
        return "en" if chosen == "en" else "fr"
    return language_of(request)


def page(
    request: web.Request,
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: Any,  # noqa: ANN401 - what its template shows
) -> web.Response:
    """A page, drawn."""
    view = view_of(request)
    text = draw(template, view=view, csrf=csrf_token(request), **values)
    response = web.Response(status=status, text=text, content_type="text/html", charset="utf-8")
    response.headers.update(_HEADERS)
    response.headers["Content-Language"] = view.language
    if behind_https(request):
        response.headers["Strict-Transport-Security"] = _HSTS
    response.headers.update(headers or {})
    mark_visitor(request, response)
    return response
