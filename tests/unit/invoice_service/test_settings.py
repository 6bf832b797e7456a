import pytest
from pydantic import ValidationError

from services.invoice_service.settings import InvoiceSettings


def test_everything_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "INVOICE_DATABASE_URL": "postgresql://a@b/c",
        "INVOICE_ADMIN_DATABASE_URL": "postgresql://root@b/c",
        "INVOICE_HOST": "0.0.0.0",  # noqa: S104 - only read
        "INVOICE_PORT": "9000",
        "INVOICE_PUBLIC_URL": "https://factures.exemple.test",
        "INVOICE_POOL_SIZE": "20",
        "DOCUMENTS_URL": "s3://factures",
        "FACTURES_ADMIN_KEY": "fk_first",
        "AMQP_URL": "amqp://broker",
    }.items():
        monkeypatch.setenv(name, value)

    settings = InvoiceSettings()

    assert settings.database_url.get_secret_value() == "postgresql://a@b/c"
    assert settings.admin_database_url is not None
    assert (settings.host, settings.port, settings.pool_size) == ("0.0.0.0", 9000, 20)  # noqa: S104 - only read
    assert settings.public_url == "https://factures.exemple.test"
    assert settings.documents_url == "s3://factures"
    assert settings.admin_key is not None
    assert settings.admin_key.get_secret_value() == "fk_first"
    assert "fk_first" not in repr(settings)
    assert "root" not in repr(settings)


def test_every_wrong_value_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INVOICE_PORT", "no")
    monkeypatch.setenv("INVOICE_POOL_SIZE", "0")
    monkeypatch.setenv("INVOICE_KEY_CACHE_SECONDS", "60")

    with pytest.raises(ValidationError) as found:
        InvoiceSettings()

    assert len(found.value.errors()) == 3


@pytest.mark.parametrize("rate", ["600/minute", "5000 per 10 minutes", "1/second"])
def test_a_rate_is_so_many_in_so_long(rate: str) -> None:
    assert InvoiceSettings(rate_limit=rate).rate_limit == rate


@pytest.mark.parametrize("rate", ["", "600", "0/minute", "-1/minute", "600/minute;5/second", "600/fortnight"])
@pytest.mark.parametrize("setting", ["INVOICE_RATE_LIMIT", "INVOICE_FAILED_AUTHENTICATION_LIMIT"])
def test_anything_else_is_no_rate(monkeypatch: pytest.MonkeyPatch, setting: str, rate: str) -> None:
    monkeypatch.setenv(setting, rate)

    with pytest.raises(ValidationError, match="must look like 600/minute"):
        InvoiceSettings()


def test_trusted_proxies_are_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INVOICE_TRUSTED_PROXIES", '["10.0.0.0/8", "fd00::1"]')
    assert [str(network) for network in InvoiceSettings().trusted_proxies] == ["10.0.0.0/8", "fd00::1/128"]

    for wrong in ("10.0.0.0/8", '["10.0.0.1/8"]', '["proxy"]'):
        monkeypatch.setenv("INVOICE_TRUSTED_PROXIES", wrong)
        with pytest.raises(ValidationError):
            InvoiceSettings()


def test_forms_are_named_with_commas_between(monkeypatch: pytest.MonkeyPatch) -> None:
    assert InvoiceSettings().template_names() == {"standard-1"}
    monkeypatch.setenv("INVOICE_TEMPLATES", "standard-1, ours-1,ours_2")
    assert InvoiceSettings().template_names() == {"standard-1", "ours-1", "ours_2"}

    for wrong in ("", "Ours", "standard-1,", '["standard-1"]'):
        monkeypatch.setenv("INVOICE_TEMPLATES", wrong)
        with pytest.raises(ValidationError):
            InvoiceSettings()


def test_is_frozen() -> None:
    with pytest.raises(ValidationError):
        InvoiceSettings().port = 1  # type: ignore[misc]  # what must not work
