"""The settings of the invoice service: read once from the environment, frozen."""

import datetime as dt
from urllib.parse import unquote, urlsplit

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class InvoiceSettings(ServiceSettings):
    """What the API, the relay and the consumer of the invoice service are told by their environment."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", populate_by_name=True, env_prefix="INVOICE_"
    )

    database_url: SecretStr = Field(
        default=SecretStr("postgresql://invoice_service@localhost:5432/factures"),
        description="as the service's own role, which owns nothing",
    )
    admin_database_url: SecretStr | None = Field(
        default=None, description="as a role that may create roles and own tables: for `migrate` only"
    )
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535, description="0: any that is free")
    public_url: str | None = Field(
        default=None, description="how the outside reaches us, such as https://factures.example; for links"
    )
    documents_url: str = Field(default="file:///var/lib/factures/documents", validation_alias="DOCUMENTS_URL")
    admin_key: SecretStr | None = Field(
        default=None,
        validation_alias="FACTURES_ADMIN_KEY",
        description="an administrator's API key that is not in the database: to create the first one",
    )
    pool_size: int = Field(default=10, ge=2, le=500)
    pool_acquire_seconds: float = Field(default=10, gt=0)
    statement_seconds: float = Field(default=30, gt=0)
    lock_seconds: float = Field(default=10, gt=0)
    relay_poll_seconds: float = Field(
        default=0.25, gt=0, description="how often the outbox is looked at when nothing hints at it"
    )
    relay_lease_seconds: float = Field(
        default=60, ge=2, description="a message is a relay's own for so long; a killed one's waits as long"
    )
    consumer_concurrency: int = Field(default=4, ge=1, le=100)
    key_cache_seconds: float = Field(
        default=2, ge=0, le=5, description="for so long a revoked API key may still be taken"
    )

    def service_password(self) -> str:
        """The password of the service's role, as `database_url` has it."""
        return unquote(urlsplit(self.database_url.get_secret_value()).password or "")

    @property
    def key_cache(self) -> dt.timedelta:
        """How long the look-up of an API key is remembered."""
        return dt.timedelta(seconds=self.key_cache_seconds)
