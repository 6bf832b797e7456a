"""The settings of the invoice service: read once from the environment, frozen."""

import datetime as dt
from typing import Annotated, Self
from urllib.parse import unquote, urlsplit

import limits
from pydantic import AfterValidator, Field, IPvAnyNetwork, SecretStr, model_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from services.invoice_service.domain.settings import HOUSE_FORM
from shared.settings import JsonList, PostgresUrl, ServiceSettings


def _rate(value: str) -> str:
    try:
        rates = limits.parse_many(value)
    except ValueError:
        rates = []
    if len(rates) != 1 or rates[0].amount < 1:
        raise ValueError("must look like 600/minute or 5000/10minutes")
    return value


Rate = Annotated[str, AfterValidator(_rate)]
"""So many in so long, as the library `limits` writes it."""


_FORM = "[a-z0-9][a-z0-9_-]{0,63}"


class InvoiceSettings(ServiceSettings):
    """What the API, the relay and the consumer of the invoice service are told by their environment."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", populate_by_name=True, env_prefix="INVOICE_"
    )

    database_url: PostgresUrl = Field(
        default=SecretStr("postgresql://invoice_service@localhost:5432/factures"),
        description="as the service's own role, which owns nothing",
    )
    admin_database_url: PostgresUrl | None = Field(
        default=None, description="as a role that may create roles and own tables: for `migrate` only"
    )
    host: str = Field(default="127.0.0.1", description="where the API listens; 0.0.0.0: on all addresses")
    port: int = Field(default=8080, ge=0, le=65535, description="0: any that is free")
    public_url: str | None = Field(
        default=None, description="how the outside reaches us, such as https://factures.example; for links"
    )
    documents_url: str = Field(
        default="file:///var/lib/factures/documents",
        validation_alias="DOCUMENTS_URL",
        description="where documents are kept: file:///folder, s3://bucket/prefix, gs://… or az://…",
    )
    email_size_limit_mb: int = Field(
        default=30, ge=1, description="the largest e-mail that the mail server takes, in MiB with its files"
    )
    alert_minutes: float = Field(
        default=15,
        gt=0,
        description="at most one alert mail is sent in so long: it tells all that failed meanwhile",
    )
    templates: str = Field(
        default=HOUSE_FORM,
        pattern=rf"^{_FORM}(\s*,\s*{_FORM})*$",
        description="the forms that the render services have, with commas between: `standard-1,ours-1`; the shop's "
        "setting `template` is one of them",
    )
    drafts_kept_days: int = Field(
        default=30,
        ge=1,
        description="then `factures collect` removes the PDF of a pro forma that has changed since, unless e-mailed",
    )
    admin_key: SecretStr | None = Field(
        default=None,
        validation_alias="FACTURES_ADMIN_KEY",
        description="an administrator's API key that is not in the database: to create the first one",
    )
    jwt_issuer: str | None = Field(
        default=None, description="who issues the gateway's tokens; unset: none is taken"
    )
    jwt_audience: str | None = Field(default=None, description="for whom they are issued: us")
    jwks_url: str | None = Field(
        default=None, pattern="^https?://", description="where the gateway's keys are"
    )
    leave_seconds: float = Field(
        default=5,
        ge=0,
        description="told to stop, the API says so at /readyz, and takes requests for so long still",
    )
    pool_size: int = Field(
        default=10, ge=2, le=500, description="connections to the database, of each process"
    )
    pool_acquire_seconds: float = Field(
        default=10, gt=0, description="for so long a request waits for a connection, then it gets a 503"
    )
    statement_seconds: float = Field(default=30, gt=0, description="limit of one SQL statement")
    lock_seconds: float = Field(default=10, gt=0, description="limit of the wait for a row's lock")
    relay_poll_seconds: float = Field(
        default=0.25, gt=0, description="how often the outbox is looked at when nothing hints at it"
    )
    relay_lease_seconds: float = Field(
        default=60, ge=2, description="a message is a relay's own for so long; a killed one's waits as long"
    )
    live_poll_seconds: float = Field(
        default=1, gt=0, description="how often an API process looks for what to tell pages and `/events`"
    )
    chores_seconds: float = Field(
        default=60,
        gt=0,
        description="how often the relay sweeps steps without an answer, mails alerts, and seals the audit trail",
    )
    sweep_after_seconds: float = Field(
        default=7200, gt=0, description="a step without an answer is asked for again after so long"
    )
    sweep_tries: int = Field(
        default=4, ge=0, description="so many times; then it ends as unanswered, and a person is told"
    )
    batch_ahead: int = Field(
        default=20,
        ge=1,
        le=1000,
        description="invoices of batches that are with the workers at once; no single e-mail waits behind more",
    )
    batch_poll_seconds: float = Field(
        default=0.5,
        gt=0,
        description="how often the relay looks for batches, and for what workers answered to them",
    )
    relay_longest_pause_seconds: float = Field(
        default=30,
        gt=0,
        description="what the broker did not take is offered again, at the latest after so long",
    )
    consumer_concurrency: int = Field(
        default=4, ge=1, le=100, description="messages of a queue that are handled at once"
    )
    key_cache_seconds: float = Field(
        default=2, ge=0, le=5, description="for so long another process may still take a revoked API key"
    )

    rate_limit: Rate = Field(
        default="6000/minute",
        description="requests that one caller (key or user) may make of one process of the API; beyond: 429",
    )
    failed_authentication_limit: Rate = Field(
        default="30/minute",
        description="wrong keys from one client address that get a 401; beyond: 429. Valid keys always pass",
    )
    login_limit: Rate = Field(
        default="10/15minutes",
        description="attempts to log in to the pages as one person, from one client address; beyond: 429",
    )
    trusted_proxies: Annotated[tuple[IPvAnyNetwork, ...], NoDecode, JsonList] = Field(
        default=(),
        description='JSON list of the networks of reverse proxies whose X-Forwarded-For is believed: ["10.0.0.0/8"]',
    )
    body_seconds: float = Field(
        default=120, gt=0, description="for so long the body of a request may take to arrive; then 408"
    )

    @model_validator(mode="after")
    def _tokens_whole(self) -> Self:
        given = [value is not None for value in (self.jwt_issuer, self.jwt_audience, self.jwks_url)]
        if any(given) and not all(given):
            raise ValueError("jwt_issuer, jwt_audience and jwks_url go together")
        return self

    @model_validator(mode="after")
    def _leaves_in_time(self) -> Self:
        if self.leave_seconds >= self.drain_seconds:
            raise ValueError("INVOICE_LEAVE_SECONDS must be less than DRAIN_SECONDS, which it is a part of")
        return self

    def service_password(self) -> str:
        """The password of the service's role, as `database_url` has it."""
        return unquote(urlsplit(self.database_url.get_secret_value()).password or "")

    def template_names(self) -> frozenset[str]:
        """The forms that a shop may choose."""
        return frozenset(name.strip() for name in self.templates.split(","))

    @property
    def key_cache(self) -> dt.timedelta:
        """How long the look-up of an API key is remembered."""
        return dt.timedelta(seconds=self.key_cache_seconds)
