"""Users: people with a role, an address and a password."""

import dataclasses
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from services.invoice_service.application.context import Context
from services.invoice_service.application.ports.reference import ReferencePorts
from services.invoice_service.application.records import User
from services.invoice_service.domain.actors import Role
from services.invoice_service.domain.changes import changes_between
from services.invoice_service.domain.errors import Conflict, FieldError, Invalid, NotFound
from services.invoice_service.domain.texts import Language
from shared.identifiers import new_id

KIND = "user"


class Passwords(Protocol):
    """How passwords are kept: as something that they can be checked against, and nothing more."""

    def hash(self, password: str) -> str:
        """The hash to keep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUser:
    """A user to be made."""

    email: str
    name: str
    role: Role
    language: Language | None = None
    password: str | None = None


async def create_user(uow: ReferencePorts, context: Context, passwords: Passwords, new: NewUser) -> User:
    """Make a user.

    Raises:
        Invalid: email_taken.
    """
    user = User(
        id=new_id(),
        email=new.email,
        name=new.name,
        role=new.role,
        language=new.language,
        created_at=context.now,
    )
    if not await uow.users.insert(user, passwords.hash(new.password) if new.password else None):
        raise _taken()
    await uow.audit.append(context, "created", KIND, str(user.id), changes_between(None, _told(user)))
    return user


async def edit_user(
    uow: ReferencePorts, context: Context, passwords: Passwords, user_id: uuid.UUID, values: Mapping[str, Any]
) -> User:
    """Change some fields of a user; `password` replaces the one before, and ends what was begun with it.

    Raises:
        NotFound: there is none.
        Invalid: email_taken.
        Conflict: last_admin: nobody could administer any more.
    """
    before = await _locked(uow, user_id)
    fields = dict(values)
    password = fields.pop("password", None)
    after = dataclasses.replace(before, **fields)
    if before.administers and not after.administers:
        await _check_another_admin(uow, user_id)
    if not await uow.users.update(after, passwords.hash(password) if password else None):
        raise _taken()
    changes = changes_between(_told(before), _told(after))
    if changes:
        await uow.audit.append(context, "updated", KIND, str(user_id), changes)
    if password or not after.active:
        await uow.sessions.end_all_of(user_id)
    if password:
        await uow.audit.append(context, "password_changed", KIND, str(user_id), ())
    return after


async def give_password(
    uow: ReferencePorts, context: Context, passwords: Passwords, *, email: str, password: str
) -> User:
    """Give the user of this address a password, whatever it was before.

    Raises:
        NotFound: there is none.
    """
    found = await uow.users.by_email(email)
    if found is None:
        raise NotFound(KIND, email)
    return await edit_user(uow, context, passwords, found.user.id, {"password": password})


async def ensure_admin(
    uow: ReferencePorts, context: Context, passwords: Passwords, *, email: str, password: str
) -> None:
    """See to it that somebody of this address can log in, and administers: the first user of an installation.

    Whoever has a password already keeps it.
    """
    found = await uow.users.by_email(email)
    if found is None:
        new = NewUser(email=email, name=email.partition("@")[0], role=Role.ADMIN, password=password)
        await create_user(uow, context, passwords, new)
    elif found.password_hash is None:
        await edit_user(uow, context, passwords, found.user.id, {"password": password})


def new_password() -> str:
    """A password that nobody else knows: 96 random bits, easy to copy."""
    return secrets.token_urlsafe(12)


async def delete_user(uow: ReferencePorts, context: Context, user_id: uuid.UUID) -> None:
    """Delete a user; the trail keeps the name that acted.

    Raises:
        NotFound: there is none.
        Conflict: last_admin.
    """
    user = await _locked(uow, user_id)
    if user.administers:
        await _check_another_admin(uow, user_id)
    await uow.users.delete(user_id)
    await uow.audit.append(context, "deleted", KIND, str(user_id), changes_between(_told(user), None))


async def _locked(uow: ReferencePorts, user_id: uuid.UUID) -> User:
    user = await uow.users.get(user_id, lock=True)
    if user is None:
        raise NotFound(KIND, str(user_id))
    return user


async def _check_another_admin(uow: ReferencePorts, user_id: uuid.UUID) -> None:
    if not await uow.users.another_admin(user_id):
        raise Conflict("last_admin")


def _taken() -> Invalid:
    return Invalid("invalid", errors=(FieldError("email", "email_taken"),))


def _told(user: User) -> dict[str, Any]:
    return {
        "email": user.email,
        "name": user.name,
        "role": str(user.role),
        "language": user.language,
        "active": user.active,
    }
