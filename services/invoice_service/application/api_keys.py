"""Make and revoke API keys."""

import datetime as dt
import uuid
from dataclasses import dataclass

from services.invoice_service.application.context import Context
from services.invoice_service.application.ports.reference import ReferencePorts
from services.invoice_service.application.records import ApiKey
from services.invoice_service.domain.actors import Role
from services.invoice_service.domain.api_keys import hash_of_key, hint_of, new_secret
from services.invoice_service.domain.changes import Change
from services.invoice_service.domain.errors import FieldError, Invalid, NotFound
from shared.identifiers import new_id

KIND = "api_key"


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key with its secret, which is nowhere else."""

    key: ApiKey
    secret: str


async def create_api_key(
    uow: ReferencePorts, context: Context, *, name: str, role: Role, expires: dt.datetime | None
) -> NewKey:
    """Make a key.

    Raises:
        Invalid: it would be expired at once.
    """
    if expires is not None and expires <= context.now:
        raise Invalid("invalid", errors=(FieldError("expires", "past"),))
    secret = new_secret()
    key = ApiKey(
        id=new_id(),
        name=name,
        role=role,
        hint=hint_of(secret),
        created_at=context.now,
        expires=expires,
    )
    await uow.api_keys.insert(key, hash_of_key(secret))
    changes = [Change("name", None, name), Change("role", None, str(role)), Change("expires", None, expires)]
    await uow.audit.append(context, "created", KIND, str(key.id), changes)
    return NewKey(key, secret)


async def revoke_api_key(uow: ReferencePorts, context: Context, key_id: uuid.UUID) -> None:
    """Revoke a key.

    Raises:
        NotFound: there is none, or it is revoked already.
    """
    key = await uow.api_keys.get(key_id, lock=True)
    if key is None or key.revoked_at is not None:
        raise NotFound(KIND, str(key_id))
    await uow.api_keys.revoke(key_id, context.now)
    await uow.audit.append(context, "revoked", KIND, str(key_id), [Change("revoked_at", None, context.now)])
