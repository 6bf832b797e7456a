import datetime as dt
import ssl

import pytest
from pydantic import ValidationError

from services.mailer.settings import MailerSettings, is_loopback

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
