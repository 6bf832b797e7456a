"""Sessions: who is logged in to the pages, for how long, and what ends it."""

import datetime as dt
import secrets
from dataclasses import replace

from services.invoice_service.application.context import Context
from services.invoice_service.application.ports.reference import ReferencePorts
from services.invoice_service.application.records import Credentials, Session, User
from services.invoice_service.application.users import KIND
from services.invoice_service.domain.actors import Actor
from services.invoice_service.domain.api_keys import hash_of_key
from services.invoice_service.domain.errors import Refusal

IDLE = dt.timedelta(hours=12)
AT_MOST = dt.timedelta(days=7)
# That somebody is there is not written down more often: a page that is read writes nothing.
_NOTED_EVERY = dt.timedelta(minutes=10)


class WrongLogin(Refusal):
    """No such user, no longer one, or another password: which of them is not told."""

    def __init__(self) -> None:
        super().__init__("wrong_login")


def actor_of(user: User) -> Actor:
    """Who acts when a user does."""
    return Actor("user", str(user.id), user.name, user.role)


async def log_in(uow: ReferencePorts, context: Context, proven: Credentials) -> str:
    """Begin the session of a user whose password was just checked. Returns its token, which is kept nowhere else.

    Raises:
        WrongLogin: the password was changed, or the user is gone, since it was checked.
    """
    now = await uow.users.by_email(proven.user.email)
    if now is None or not now.user.active or now.password_hash != proven.password_hash:
        raise WrongLogin
    token = secrets.token_urlsafe(32)
    await uow.sessions.end_before(created=context.now - AT_MOST, seen=context.now - IDLE)
    await uow.sessions.start(hash_of_key(token), now.user.id, context.now)
    own = replace(context, actor=actor_of(now.user))
    await uow.audit.append(own, "logged_in", KIND, str(now.user.id))
    return token


async def session_of(uow: ReferencePorts, token: str, now: dt.datetime) -> Session | None:
    """The session of a token, unless it ended."""
    session = await uow.sessions.find(hash_of_key(token))
    if session is None or now - session.created_at > AT_MOST or now - session.seen_at > IDLE:
        return None
    return session


def is_due(session: Session, now: dt.datetime) -> bool:
    """Whether it is time to note again that somebody is there."""
    return now - session.seen_at > _NOTED_EVERY


async def note_presence(uow: ReferencePorts, token: str, now: dt.datetime) -> None:
    """Note that somebody is there: the session goes on."""
    await uow.sessions.touch(hash_of_key(token), now)


async def log_out(uow: ReferencePorts, token: str) -> None:
    """End a session."""
    await uow.sessions.end(hash_of_key(token))
