"""Against forms that other sites make: a token that only our pages know, and what the browser says of itself.

The token is drawn from the cookie (HMAC), so that nothing has to be kept, and it ends with it. On the login page there
is no session yet: there it is drawn from the visitor's cookie, which is good for no other page (without https another
port of the same host, or a host beside ours, can set a cookie that it knows). Besides, a browser that says that another
site sent the request (`Sec-Fetch-Site`) is believed.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable

from aiohttp import web

from services.invoice_service.web.cookies import session_cookie, set_visitor, visitor_cookie
from services.invoice_service.web.forms import Form

FIELD = "csrf"
HEADER = "X-CSRF-Token"
_NEW_VISITOR = web.RequestKey("new_visitor", str)


def csrf_token(request: web.Request) -> str:
    """The token for the forms of this request's page; None of a cookie yet: a visitor is made (see `mark_visitor`)."""
    secret = session_cookie(request) or visitor_cookie(request) or request.get(_NEW_VISITOR)
    if secret is None:
        secret = request[_NEW_VISITOR] = secrets.token_urlsafe(32)
    return _token_of(secret)


def mark_visitor(request: web.Request, response: web.Response) -> None:
    """Give a new visitor the cookie that the page's token was drawn from."""
    if _NEW_VISITOR in request:
        set_visitor(request, response, request[_NEW_VISITOR])


def is_genuine(request: web.Request, form: Form, *, of_visitor: bool) -> bool:
    """Whether a page of ours made this form; `of_visitor`: perhaps before there was a session."""
    given = form.text(FIELD) or request.headers.get(HEADER, "")
    known = (session_cookie(request), visitor_cookie(request) if of_visitor else None)
    return _same_site(request) and _is_drawn_from(known, given)


def is_genuine_call(request: web.Request) -> bool:
    """Whether a script of a page of ours makes this call of the API."""
    return _same_site(request) and _is_drawn_from((session_cookie(request),), request.headers.get(HEADER, ""))


def _same_site(request: web.Request) -> bool:
    # Browsers that don't send it are old; for them the token decides.
    return request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")


def _is_drawn_from(cookies: Iterable[str | None], given: str) -> bool:
    return any(
        hmac.compare_digest(_token_of(secret).encode(), given.encode()) for secret in cookies if secret
    )


def _token_of(secret: str) -> str:
    return hmac.new(secret.encode(), b"csrf", hashlib.sha256).hexdigest()
