"""The cookies of the pages: the session's, a visitor's before the login, and the language of the login page."""

from typing import Literal

from aiohttp import web

from services.invoice_service.api.rate_limit import is_trusted
from services.invoice_service.api.services import SERVICES

_SESSION, _VISITOR, _LANGUAGE = "factures_session", "factures_visitor", "factures_language"
_YEAR_SECONDS = 365 * 24 * 3600


def behind_https(request: web.Request) -> bool:
    """Whether the browser speaks https: to us, to a proxy that we trust, or by what the settings say."""
    settings = request.app[SERVICES].settings
    if request.secure or (settings.public_url or "").startswith("https:"):
        return True
    forwarded = request.headers.get("X-Forwarded-Proto", "").split(",")[-1].strip()
    return forwarded == "https" and is_trusted(request, settings.trusted_proxies)


def session_cookie(request: web.Request) -> str | None:
    """The token that the browser holds."""
    return request.cookies.get(_named(request, _SESSION))


def set_session(request: web.Request, response: web.Response, token: str) -> None:
    """Give the browser its token. It lasts as long as the browser runs; the server ends it before."""
    _set(request, response, _SESSION, token)


def forget_session(request: web.Request, response: web.Response) -> None:
    """Take the token back."""
    response.del_cookie(_named(request, _SESSION), path="/", secure=behind_https(request), httponly=True)


def visitor_cookie(request: web.Request) -> str | None:
    """What tells one visitor of the login page from another."""
    return request.cookies.get(_named(request, _VISITOR))


def set_visitor(request: web.Request, response: web.Response, token: str) -> None:
    """Know the visitor again when the form comes back."""
    _set(request, response, _VISITOR, token, samesite="Strict")


def language_cookie(request: web.Request) -> str | None:
    """The language that was chosen before anybody logged in."""
    return request.cookies.get(_LANGUAGE)


def set_language(request: web.Request, response: web.Response, language: str) -> None:
    """Remember the language for the login page."""
    response.set_cookie(
        _LANGUAGE,
        language,
        path="/",
        max_age=_YEAR_SECONDS,
        secure=behind_https(request),
        httponly=True,
        samesite="Lax",
    )


def _named(request: web.Request, name: str) -> str:
    """Behind https a name that only this very host can set, for the whole of it (`__Host-`)."""
    return f"__Host-{name}" if behind_https(request) else name


def _set(
    request: web.Request,
    response: web.Response,
    name: str,
    value: str,
    *,
    samesite: Literal["Lax", "Strict"] = "Lax",
) -> None:
    response.set_cookie(
        _named(request, name),
        value,
        path="/",
        secure=behind_https(request),
        httponly=True,
        samesite=samesite,
    )
