"""What a page is, and the door in front of each: who is it, may it, and did a page of ours make this form."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

import structlog
from aiohttp import web

from services.invoice_service.api.problems import ForgedRequest, Unauthorized, status_of
from services.invoice_service.api.rate_limit import RATE_LIMITS
from services.invoice_service.api.routing import JSON_LIMIT, Access, Handler
from services.invoice_service.api.services import ACTOR, BODY_LIMIT
from services.invoice_service.application.ports.transactions import StorageUnavailable, TransactionConflict
from services.invoice_service.application.sessions import actor_of
from services.invoice_service.domain.errors import Refusal
from services.invoice_service.web.csrf import is_genuine
from services.invoice_service.web.errors import error_page
from services.invoice_service.web.forms import form_of
from services.invoice_service.web.sessions import SESSIONS
from services.invoice_service.web.view import PAGE, SESSION
from shared.documents.store import StoreUnavailable

log = structlog.get_logger(__name__)

LOGIN = "/login"


@dataclass(frozen=True, slots=True)
class Page:
    """One line of the table of contents. `access` None: for everybody, logged in or not.

    A GET shows, and changes nothing; a POST does something, and comes from a form of ours.
    """

    method: str
    path: str
    handler: Handler
    access: Access | None
    body_limit: int = JSON_LIMIT

    @property
    def public(self) -> bool:
        """Whether it is for everybody."""
        return self.access is None


def add_pages(app: web.Application, pages: Sequence[Page]) -> None:
    """Put pages into an application, each behind its door."""
    for page in pages:
        app.router.add_route(page.method, page.path, _guarded(page))


def _guarded(page: Page) -> Handler:
    async def guarded(request: web.Request) -> web.StreamResponse:
        request[BODY_LIMIT] = page.body_limit
        request[PAGE] = page.path
        try:
            await request.app[SESSIONS].recognize(request)
            await _admit(request, page)
            return await page.handler(request)
        except Unauthorized:
            return _to_login(request)
        except Refusal as refusal:
            return error_page(request, status_of(refusal), refusal)
        except (StorageUnavailable, TransactionConflict, StoreUnavailable) as error:
            log.warning("page failed for the moment", error=str(error))
            return error_page(request, 503, Refusal("unavailable"))
        except web.HTTPException:
            raise
        except Exception:
            log.exception("page failed")
            return error_page(request, 500, Refusal("internal"))

    return guarded


async def _admit(request: web.Request, page: Page) -> None:
    session = request.get(SESSION)
    if session is not None:
        request[ACTOR] = actor_of(session.user)
        await request.app[RATE_LIMITS].count_caller(request[ACTOR])
    if page.access is not None:
        if session is None:
            raise Unauthorized(given=False)
        page.access.check(request[ACTOR])
    if page.method == "POST" and not is_genuine(request, await form_of(request), of_visitor=page.public):
        raise ForgedRequest


def _to_login(request: web.Request) -> web.Response:
    """To the login page; from there back to what was to be seen. What was to be done has to be done again."""
    target = LOGIN
    if request.method == "GET" and request.path_qs != "/":
        target = f"{LOGIN}?next={quote(request.path_qs, safe='')}"
    return see_other(target)


def see_other(target: str) -> web.Response:
    """To another page of ours: what was posted is done, and reloading the page does nothing again."""
    return web.Response(status=303, headers={"Location": target})
