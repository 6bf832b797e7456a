"""Bodies of API keys and of the caller's own preferences."""

import datetime as dt
import uuid
from typing import Literal

from pydantic import AwareDatetime, Field

from services.invoice_service.api.bodies.fields import Body, Language, Patch, ShortText, Shown, example
from services.invoice_service.domain.actors import Role

Theme = Literal["light", "dark", "system"]


class KeyBody(Body):
    """A key that is to be made."""

    model_config = example({"name": "MIS de l'usine 1", "role": "integration", "expires": None})

    name: ShortText
    role: Role
    expires: AwareDatetime | None = Field(default=None, description="in the future; null: never")


class KeyShown(Shown):
    """A key. Its secret is nowhere."""

    id: uuid.UUID
    name: str
    role: Role
    hint: str = Field(description="the beginning of its secret")
    expires: dt.datetime | None
    created_at: dt.datetime


class NewKeyShown(KeyShown):
    """A key that was just made: the only time that `key`, the secret, is told."""

    key: str = Field(description="the secret: sent as `Authorization: Bearer <key>`")


class MeBody(Patch):
    """Preferences that are to change; the others stay."""

    model_config = example({"language": "en", "theme": "dark"})

    language: Language | None = None
    theme: Theme | None = None

    def values(self) -> dict[str, str | None]:
        """What was sent."""
        return self.model_dump(exclude_unset=True)


class MeShown(Shown):
    """The caller, and what it prefers to see."""

    kind: str = Field(description="key or user")
    id: str
    name: str
    role: Role
    language: Language | None
    theme: Theme | None
