"""The settings of the standalone: a port, a key, a folder. Everything else has a good default."""

from pathlib import Path

from pydantic import Field, SecretStr

from shared.settings import ProcessSettings


class StandaloneSettings(ProcessSettings):
    """Where it answers, and where it keeps what it has."""

    host: str = Field(default="127.0.0.1", validation_alias="HOST", description="where the API listens")
    port: int = Field(
        default=8080, ge=0, le=65535, validation_alias="PORT", description="0: any that is free"
    )
    admin_key: SecretStr | None = Field(
        default=None,
        validation_alias="FACTURES_ADMIN_KEY",
        description="an administrator's API key; when unset one is made and kept in the data folder",
    )
    admin_email: str = Field(
        default="admin@factures.example",
        validation_alias="FACTURES_ADMIN_EMAIL",
        pattern=r"^[^@\s]+@[^@\s]+$",
        description="who administers the pages at first; the password is made at the first start, and kept in "
        "the data folder (admin-login)",
    )
    data: Path = Field(
        default=Path(".local"),
        validation_alias="FACTURES_DATA",
        description="everything is in it: database, documents/, mail/, ledger/",
    )
    demo: bool = Field(
        default=False,
        validation_alias="FACTURES_DEMO",
        description="on: a new data folder is filled with three years of an invented print shop",
    )
