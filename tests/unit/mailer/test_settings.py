import datetime as dt
import ssl
from pathlib import Path

import pytest
from pydantic import ValidationError

from services.mailer.settings import MailerSettings, is_loopback
from services.mailer.signing import BadKey, Signer
from tests.support.dkim_keys import private_key

REQUIRED = {
    "MAILER_DATABASE_URL": "postgresql://mailer_service:p@db/mailer",
    "DOCUMENTS_URL": "file:///srv/documents",
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in REQUIRED.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_what_must_be_set_and_what_need_not() -> None:
    settings = MailerSettings()
    assert settings.documents_url == "file:///srv/documents"
    assert (settings.smtp_tls, settings.outbound, settings.redirect) == ("starttls", "on", None)
    assert settings.resend_after == dt.timedelta(minutes=10)
    server = settings.mail_server()
    assert server.context.verify_mode is ssl.CERT_REQUIRED
    assert server.context.check_hostname


@pytest.mark.parametrize("name", REQUIRED)
def test_a_missing_one_is_named(name: str, environment: pytest.MonkeyPatch) -> None:
    environment.delenv(name)
    with pytest.raises(ValidationError, match="(?i)" + name.removeprefix("MAILER_")):
        MailerSettings()


def test_passwords_are_not_shown(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("MAILER_SMTP_USER", "shop")
    environment.setenv("MAILER_SMTP_PASSWORD", "open-sesame")
    settings = MailerSettings()
    assert "open-sesame" not in repr(settings)
    assert (settings.mail_server().user, settings.mail_server().password) == ("shop", "open-sesame")


DKIM = {"MAILER_DKIM_DOMAIN": "shop.example", "MAILER_DKIM_SELECTOR": "factures", "MAILER_DKIM_KEY": "a key"}


@pytest.mark.parametrize("name", DKIM)
def test_what_signing_needs_is_given_whole(name: str, environment: pytest.MonkeyPatch) -> None:
    environment.setenv(name, DKIM[name])
    with pytest.raises(ValidationError, match="dkim_domain, dkim_selector and dkim_key"):
        MailerSettings()


def test_one_key_is_given_in_one_way(environment: pytest.MonkeyPatch) -> None:
    for name, value in (DKIM | {"MAILER_DKIM_KEY_FILE": "/run/secrets/dkim.pem"}).items():
        environment.setenv(name, value)
    with pytest.raises(ValidationError, match="two ways to give one key"):
        MailerSettings()


def test_a_key_that_can_not_sign_is_refused_at_the_start_and_not_shown(
    environment: pytest.MonkeyPatch,
) -> None:
    assert MailerSettings().mail_signer() is None
    for name, value in DKIM.items():
        environment.setenv(name, value)
    with pytest.raises(BadKey) as refused:
        MailerSettings().mail_signer()
    assert "a key" not in str(refused.value) + repr(MailerSettings())


def test_a_key_comes_from_a_file_or_from_the_environment(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    key = private_key()
    (tmp_path / "dkim.pem").write_bytes(key)
    environment.setenv("MAILER_DKIM_DOMAIN", "québec.example")
    environment.setenv("MAILER_DKIM_SELECTOR", "factures")
    environment.setenv("MAILER_DKIM_KEY_FILE", str(tmp_path / "dkim.pem"))
    from_file = MailerSettings().mail_signer()
    environment.delenv("MAILER_DKIM_KEY_FILE")
    environment.setenv("MAILER_DKIM_KEY", key.decode())
    assert from_file == MailerSettings().mail_signer() == Signer("xn--qubec-csa.example", "factures", key)
    assert "PRIVATE" not in repr(from_file)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1", "127.1.2.3", "::1", "[::1]"])
def test_without_tls_only_to_this_machine(host: str, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("MAILER_SMTP_TLS", "none")
    environment.setenv("MAILER_SMTP_HOST", host)
    assert MailerSettings().mail_server().tls == "none"


@pytest.mark.parametrize("host", ["mail.example", "10.0.0.1", "localhost.example", "192.168.0.1", ""])
def test_without_tls_to_nobody_else(host: str, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("MAILER_SMTP_TLS", "none")
    environment.setenv("MAILER_SMTP_HOST", host)
    assert not is_loopback(host)
    with pytest.raises(ValidationError, match="loopback"):
        MailerSettings()


def test_one_address_gets_all_mail(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("MAILER_OUTBOUND", "trial@shop.example")
    assert MailerSettings().redirect == "trial@shop.example"


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("MAILER_OUTBOUND", "maybe", "is not an e-mail address"),
        ("MAILER_OUTBOUND", "", "is not an e-mail address"),
        ("MAILER_SMTP_TLS", "optional", "starttls"),
        ("MAILER_SMTP_PASSWORD", "x", "smtp_password needs smtp_user"),
        ("MAILER_UNCERTAIN_RESEND_AFTER_SECONDS", "300", "must be more than data_timeout_seconds"),
        ("MAILER_SMTP_PORT", "0", "greater than or equal to 1"),
        ("MAILER_CONCURRENCY", "0", "greater than or equal to 1"),
    ],
)
def test_what_can_not_be_meant_is_refused(
    name: str, value: str, complaint: str, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv(name, value)
    with pytest.raises(ValidationError, match=complaint):
        MailerSettings()
