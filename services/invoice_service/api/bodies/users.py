"""Bodies of users. A password is written, never shown."""

import datetime as dt
import uuid
from typing import Annotated, Any

from pydantic import Field, SecretStr

from services.invoice_service.api.bodies.fields import (
    Body,
    EmailAddress,
    Language,
    Patch,
    ShortText,
    Shown,
    example,
)
from services.invoice_service.application.users import NewUser
from services.invoice_service.domain.actors import Role

# NIST SP 800-63B, 5.1.1.2: length counts, composition rules do not help.
Password = Annotated[SecretStr, Field(min_length=12, max_length=200)]


class UserBody(Body):
    """A user to be made."""

    model_config = example(
        {
            "email": "sylvie@imprimerie.example",
            "name": "Sylvie Bouchard",
            "role": "accountant",
            "language": "fr",
            "password": "trois canards au bord du fleuve",
        }
    )

    email: EmailAddress
    name: ShortText
    role: Role
    language: Language | None = None
    password: Password | None = None

    def new(self) -> NewUser:
        """As the use case takes it."""
        password = self.password.get_secret_value() if self.password else None
        return NewUser(
            email=self.email, name=self.name, role=self.role, language=self.language, password=password
        )


class UserPatch(Patch):
    """Fields that are to change; the others stay."""

    model_config = example({"role": "biller", "language": "en"})

    email: EmailAddress = ""
    name: ShortText = ""
    role: Role = Role.VIEWER
    language: Language | None = None
    active: bool = True
    password: Password | None = None

    def values(self) -> dict[str, Any]:
        """What was sent."""
        values = {field: getattr(self, field) for field in self.model_fields_set}
        if self.password is not None:
            values["password"] = self.password.get_secret_value()
        return values


class UserShown(Shown):
    """A user."""

    id: uuid.UUID
    email: str
    name: str
    role: Role
    language: Language | None
    active: bool
    created_at: dt.datetime
