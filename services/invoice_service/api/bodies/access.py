"""Bodies of API keys and of the caller's own preferences."""

import datetime as dt
import uuid
from typing import Literal

from pydantic import AwareDatetime

from services.invoice_service.api.bodies.fields import Body, Language, ShortText, Shown
from services.invoice_service.domain.actors import Role

Theme = Literal["light", "dark", "system"]


class KeyBody(Body):
    """A key that is to be made."""

    name: ShortText
    role: Role
    expires: AwareDatetime | None = None


class KeyShown(Shown):
    """A key; `hint` is its beginning."""

    id: uuid.UUID
    name: str
    role: Role
    hint: str
    expires: dt.datetime | None
    created_at: dt.datetime


class NewKeyShown(KeyShown):
    """A key that was just made: the only time that `key`, the secret, is told."""

    key: str


class MeBody(Body):
    """Preferences that are to change; the others stay."""

    language: Language | None = None
    theme: Theme | None = None

    def values(self) -> dict[str, str | None]:
        """What was sent."""
        return self.model_dump(exclude_unset=True)


class MeShown(Shown):
    """The caller, and what it prefers to see."""

    kind: str
    id: str
    name: str
    role: Role
    language: Language | None
    theme: Theme | None
