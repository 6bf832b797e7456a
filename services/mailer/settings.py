"""The mailer's settings, from the environment. All names begin with MAILER_ unless said otherwise."""

import datetime as dt
import ipaddress
import ssl
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from services.mailer.headers import envelope_address
from services.mailer.signing import Signer
from services.mailer.smtp import MailServer, Tls
from shared.settings import PostgresUrl, ServiceSettings

OUTBOUND_ON = "on"
OUTBOUND_OFF = "off"


class MailerSettings(ServiceSettings):
    """Read once, at start; frozen."""

    model_config = SettingsConfigDict(env_prefix="MAILER_")

    database_url: PostgresUrl = Field(description="as the login role mailer_service")
    admin_database_url: PostgresUrl | None = Field(
        default=None, description="for `migrate` only: a role that may create roles and become mailer_owner"
    )
    documents_url: str = Field(validation_alias="DOCUMENTS_URL", description="where attachments are kept")

    smtp_host: str = Field(default="localhost", description="the mail server that takes our mails")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="its port")
    smtp_user: str | None = Field(default=None, description="who logs in there; unset: nobody does")
    smtp_password: SecretStr | None = Field(default=None, description="needs MAILER_SMTP_USER")
    smtp_tls: Tls = Field(
        default="starttls",
        description="starttls (port 587), tls (port 465), or none: only to a server on loopback",
    )
    smtp_ca_file: Path | None = Field(
        default=None, description="PEM file of the authority to trust instead of the system's"
    )
    hello_name: str | None = Field(default=None, description="name said in EHLO; by default this host's")
    dkim_domain: str | None = Field(
        default=None,
        description="mails from this domain are signed (DKIM) with the key that its DNS names; unset: none are",
    )
    dkim_selector: str | None = Field(
        default=None, description="the key's name in DNS; needs MAILER_DKIM_DOMAIN"
    )
    dkim_key_file: Path | None = Field(
        default=None, description="PEM file of the private RSA key; needs MAILER_DKIM_DOMAIN"
    )
    dkim_key: SecretStr | None = Field(default=None, description="that key itself, instead of a file")
    command_timeout_seconds: float = Field(
        default=60, gt=0, description="how long to wait for the answer to a command before the mail itself"
    )
    data_timeout_seconds: float = Field(
        default=300, gt=0, description="how long to wait for the answer to a mail"
    )
    uncertain_resend_after_seconds: float = Field(
        default=600, gt=0, description="after no answer came, when the mail is sent once more"
    )
    concurrency: int = Field(
        default=4, ge=1, le=64, description="mails under way, so connections to the mail server, at once"
    )
    smtp_mails_per_connection: int = Field(
        default=50, ge=1, description="mails handed over in one connection; then a new one is made"
    )
    smtp_idle_seconds: float = Field(
        default=30, ge=0, description="how long a connection is kept for the next mail; 0: not at all"
    )
    keep_addresses_days: int = Field(
        default=90, ge=1, description="then addresses and replies of an e-mail that has ended are forgotten"
    )
    outbound: str = Field(default=OUTBOUND_ON, description="on, off, or one address that gets all mail")

    @field_validator("outbound")
    @classmethod
    def _outbound(cls, value: str) -> str:
        return value if value in (OUTBOUND_ON, OUTBOUND_OFF) else envelope_address("outbound", value)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.smtp_tls == "none" and not is_loopback(self.smtp_host):
            raise ValueError("smtp_tls may be none only when smtp_host is a loopback address")
        if self.smtp_password is not None and self.smtp_user is None:
            raise ValueError("smtp_password needs smtp_user")
        given = (self.dkim_domain, self.dkim_selector, self.dkim_key or self.dkim_key_file)
        if any(given) and not all(given):
            raise ValueError("dkim_domain, dkim_selector and dkim_key or dkim_key_file go together")
        if self.dkim_key is not None and self.dkim_key_file is not None:
            raise ValueError("dkim_key and dkim_key_file are two ways to give one key")
        if self.uncertain_resend_after_seconds <= self.data_timeout_seconds:
            # Else a second copy could leave while the first is still being answered.
            raise ValueError("uncertain_resend_after_seconds must be more than data_timeout_seconds")
        return self

    @property
    def redirect(self) -> str | None:
        """The one address that gets all mail, if there is one."""
        return None if self.outbound in (OUTBOUND_ON, OUTBOUND_OFF) else self.outbound

    @property
    def resend_after(self) -> dt.timedelta:
        """How long an unanswered mail waits for its one resend."""
        return dt.timedelta(seconds=self.uncertain_resend_after_seconds)

    def mail_server(self) -> MailServer:
        """The server, with a context that verifies its certificate. Reads `smtp_ca_file`."""
        return MailServer(
            host=self.smtp_host,
            port=self.smtp_port,
            tls=self.smtp_tls,
            context=ssl.create_default_context(cafile=self.smtp_ca_file),
            user=self.smtp_user,
            password=self.smtp_password.get_secret_value() if self.smtp_password else None,
            hello_name=self.hello_name,
            command_seconds=self.command_timeout_seconds,
            data_seconds=self.data_timeout_seconds,
        )

    def mail_signer(self) -> Signer | None:
        """Who signs the mails, if anybody. Reads `dkim_key_file`.

        Raises:
            BadKey: the key won't do.
            OSError: the file can't be read.
        """
        if self.dkim_domain is None or self.dkim_selector is None:
            return None
        if self.dkim_key is not None:
            key = self.dkim_key.get_secret_value().encode()
        else:
            key = self.dkim_key_file.read_bytes() if self.dkim_key_file else b""
        return Signer(self.dkim_domain.encode("idna").decode(), self.dkim_selector, key)


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine, without asking any name server."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
