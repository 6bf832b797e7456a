from pathlib import Path

import pytest
from pydantic import ValidationError

from services.accounting_sync.settings import AccountingSettings

URL = "postgresql://accounting_service:p%40ss@localhost/accounting"


def test_they_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACCOUNTING_DATABASE_URL", URL)
    monkeypatch.setenv("ACCOUNTING_ADMIN_DATABASE_URL", "postgresql://admin@localhost/accounting")
    monkeypatch.setenv("ACCOUNTING_CONNECTORS", '["none"]')
    monkeypatch.setenv("ACCOUNTING_LEDGER_FOLDER", "/var/lib/ledger")
    monkeypatch.setenv("ACCOUNTING_OPERATING_CURRENCY", "USD")
    monkeypatch.setenv("ACCOUNTING_CONCURRENCY", "2")
    monkeypatch.setenv("RETRY_ATTEMPTS", "7")
    settings = AccountingSettings()
    assert settings.database_password == "p@ss"
    assert settings.connectors == ("none",)
    assert settings.ledger_folder == Path("/var/lib/ledger")
    assert settings.operating_currency == "USD"
    assert settings.concurrency == 2
    assert settings.retry_attempts == 7
    assert "p%40ss" not in repr(settings)


def test_what_is_not_set_has_a_default_but_for_the_database() -> None:
    settings = AccountingSettings.model_validate({"database_url": URL})
    assert settings.connectors == ("none", "beancount")
    assert settings.operating_currency == "CAD"
    assert settings.admin_database_url is None
    with pytest.raises(ValidationError, match="database_url"):
        AccountingSettings.model_validate({})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("database_url", "postgresql://somebody:x@localhost/accounting"),
        ("connectors", ()),
        ("connectors", ("quickbooks",)),
        ("operating_currency", "cad"),
        ("concurrency", 0),
    ],
)
def test_a_wrong_value_is_refused_at_start(field: str, value: object) -> None:
    with pytest.raises(ValidationError, match=field):
        AccountingSettings.model_validate({"database_url": URL, field: value})


def test_a_url_without_a_password_has_an_empty_one() -> None:
    url = "postgresql://accounting_service@localhost/accounting"
    assert AccountingSettings.model_validate({"database_url": url}).database_password == ""
