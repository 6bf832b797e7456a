"""The settings of the standalone: a port, a key, a folder. Everything else has a good default."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.settings import LogLevel


class StandaloneSettings(BaseSettings):
    """Read from the environment once, at start; frozen."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True)

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
    log_level: LogLevel = Field(
        default="INFO", validation_alias="LOG_LEVEL", description="DEBUG, INFO, WARNING, ERROR or CRITICAL"
    )
    management_host: str = Field(
        default="127.0.0.1",
        validation_alias="MANAGEMENT_HOST",
        description="where /livez, /readyz and /metrics are; they ask for no key",
    )
    management_port: int = Field(
        default=0, ge=0, le=65535, validation_alias="MANAGEMENT_PORT", description="0: none"
    )
    drain_seconds: float = Field(
        default=30,
        gt=0,
        validation_alias="DRAIN_SECONDS",
        description="after a signal to stop, for so long what is under way may end",
    )
