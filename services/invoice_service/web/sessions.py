"""Whose page it is: the session of a request's cookie, for the pages and for the API."""

import datetime as dt

from aiohttp import web

from services.invoice_service.api.problems import ForgedRequest
from services.invoice_service.api.services import ApiServices
from services.invoice_service.application.records import Session
from services.invoice_service.application.sessions import actor_of, is_due, note_presence, session_of
from services.invoice_service.domain.actors import Actor
from services.invoice_service.web.cookies import session_cookie
from services.invoice_service.web.csrf import is_genuine_call
from services.invoice_service.web.view import SESSION

_SAFE = frozenset({"GET", "HEAD"})
_LONGEST_TOKEN = 200


class Sessions:
    """Looks sessions up; nothing is remembered between requests, so that a logout ends one at once, everywhere."""

    def __init__(self, services: ApiServices) -> None:
        self._services = services

    async def recognize(self, request: web.Request) -> None:
        """Put the session of a request into it, if there is one."""
        session = await self.of(request)
        if session is not None:
            request[SESSION] = session

    async def of(self, request: web.Request) -> Session | None:
        """The session of a request."""
        token = session_cookie(request)
        if not token or len(token) > _LONGEST_TOKEN or not token.isprintable():
            return None
        now = self._services.clock()
        async with self._services.transactions.glancing() as uow:
            session = await session_of(uow, token, now)
        if session is not None and is_due(session, now):
            await self._note(token, now)
        return session

    async def _note(self, token: str, now: dt.datetime) -> None:
        async with self._services.transactions.writing() as uow:
            await note_presence(uow, token, now)

    async def __call__(self, request: web.Request) -> Actor | None:
        """The caller of the API, as an `Authenticator`: a page's script calls with its session.

        Raises:
            ForgedRequest: it writes without the page's token.
        """
        session = await self.of(request)
        if session is None:
            return None
        if request.method not in _SAFE and not is_genuine_call(request):
            raise ForgedRequest
        return actor_of(session.user)


SESSIONS = web.AppKey("sessions", Sessions)
