"""The settings of the accounting synchronisation."""

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import unquote, urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from shared.settings import JsonList, PostgresUrl, ServiceSettings

OWNER_ROLE = "accounting_owner"
SERVICE_ROLE = "accounting_service"

ConnectorName = Literal["none", "beancount"]


class AccountingSettings(ServiceSettings):
    """Read from `ACCOUNTING_*` (and what all services share)."""

    model_config = SettingsConfigDict(env_prefix="ACCOUNTING_")

    database_url: PostgresUrl = Field(description="the service's own database, as accounting_service")
    admin_database_url: PostgresUrl | None = Field(
        default=None,
        description="the same database as an administrator; only `migrate` and `restore` need it",
    )
    connectors: Annotated[tuple[ConnectorName, ...], NoDecode, JsonList] = Field(
        default=("none", "beancount"),
        min_length=1,
        description="JSON list of the connectors that invoices may ask for",
    )
    ledger_folder: Path = Field(
        default=Path("ledger"), description="folder of the beancount ledger; created when missing"
    )
    operating_currency: str = Field(
        default="CAD", pattern="^[A-Z]{3}$", description="the ledger's own currency"
    )
    concurrency: int = Field(default=4, ge=1, le=64, description="transfers under way at once")

    @field_validator("database_url")
    @classmethod
    def _is_of_the_service(cls, url: SecretStr) -> SecretStr:
        if urlsplit(url.get_secret_value()).username != SERVICE_ROLE:
            raise ValueError(f"the service logs in as {SERVICE_ROLE}")
        return url

    @property
    def database_password(self) -> str:
        """The password of the service's role, from its URL."""
        return unquote(urlsplit(self.database_url.get_secret_value()).password or "")
