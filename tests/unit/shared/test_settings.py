"""What a process is told wrong is said at once, under the names that the environment knows, without values."""

import datetime as dt

import pytest
from pydantic import Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from shared.settings import (
    USAGE_ERROR,
    PostgresUrl,
    ServiceSettings,
    SettingsRefused,
    exit_when_refused,
    load,
    load_or_exit,
    variables,
)


class SampleSettings(ServiceSettings):
    """Some of everything."""

    model_config = SettingsConfigDict(env_prefix="SAMPLE_")

    database_url: PostgresUrl = Field(description="where it is")
    documents_url: str = Field(validation_alias="DOCUMENTS_URL")
    port: int = 25
    password: SecretStr | None = None

    @model_validator(mode="after")
    def _together(self) -> "SampleSettings":
        if self.port == 26:
            raise ValueError("port 26 needs more")
        return self


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for variable in variables(SampleSettings).values():
        monkeypatch.delenv(variable, raising=False)
    return monkeypatch


@pytest.fixture
def complete(environment: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    environment.setenv("SAMPLE_DATABASE_URL", "postgresql://us:secret@host/db")
    environment.setenv("DOCUMENTS_URL", "memory:///")
    return environment


def test_everything_wrong_is_said_at_once(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("SAMPLE_PORT", "mail")
    environment.setenv("RETRY_ATTEMPTS", "0")
    environment.setenv("RETRY_DELAYS_SECONDS", "10,20")
    environment.setenv("LOG_LEVEL", "loud")
    environment.setenv("AMQP_URL", "http://broker/")
    with pytest.raises(SettingsRefused) as refused:
        load(SampleSettings)
    said = dict(problem.split(": ", 1) for problem in refused.value.problems)
    assert said == {
        "AMQP_URL": "must look like amqp://user:password@host:5672/",
        "RETRY_DELAYS_SECONDS": "must be a JSON list",
        "RETRY_ATTEMPTS": "Input should be greater than or equal to 1",
        "LOG_LEVEL": "Input should be 'DEBUG', 'INFO', 'WARNING', 'ERROR' or 'CRITICAL'",
        "SAMPLE_DATABASE_URL": "missing (where it is)",
        "DOCUMENTS_URL": "missing",
        "SAMPLE_PORT": "Input should be a valid integer, unable to parse string as an integer",
    }
    assert all(f"  {problem}" in str(refused.value).splitlines() for problem in refused.value.problems)


def test_a_place_inside_a_list_is_named(complete: pytest.MonkeyPatch) -> None:
    complete.setenv("RETRY_DELAYS_SECONDS", '[1, "x"]')
    with pytest.raises(SettingsRefused, match=r"RETRY_DELAYS_SECONDS\[1\]: Input should be a valid number"):
        load(SampleSettings)


def test_values_that_do_not_go_together_are_said(complete: pytest.MonkeyPatch) -> None:
    complete.setenv("SAMPLE_PORT", "26")
    with pytest.raises(SettingsRefused) as refused:
        load(SampleSettings)
    assert refused.value.problems == ("port 26 needs more",)


def test_no_value_is_repeated(complete: pytest.MonkeyPatch) -> None:
    complete.setenv("SAMPLE_DATABASE_URL", "mysql://us:tr0ub4dor@host/db")
    with pytest.raises(SettingsRefused) as refused:
        load(SampleSettings)
    assert refused.value.problems == (
        "SAMPLE_DATABASE_URL: must look like postgresql://user:password@host:5432/database",
    )


def test_a_complete_environment_is_read(complete: pytest.MonkeyPatch) -> None:
    complete.setenv("RETRY_DELAYS_SECONDS", "[0.5, 2]")
    complete.setenv("LOG_LEVEL", "debug")
    settings = load(SampleSettings)
    assert settings.retry_policy().delays == (dt.timedelta(seconds=0.5), dt.timedelta(seconds=2))
    assert (settings.log_level, settings.port) == ("DEBUG", 25)


def test_an_empty_variable_is_no_default(complete: pytest.MonkeyPatch) -> None:
    complete.setenv("SAMPLE_PORT", "")
    with pytest.raises(SettingsRefused, match="SAMPLE_PORT: Input should be a valid integer"):
        load(SampleSettings)


def test_a_database_may_be_behind_a_socket(complete: pytest.MonkeyPatch) -> None:
    complete.setenv("SAMPLE_DATABASE_URL", "postgresql://us@/db?host=/run/postgresql")
    assert load(SampleSettings).database_url.get_secret_value().endswith("/run/postgresql")


def test_a_process_ends_with_what_was_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        load_or_exit(SampleSettings)
    assert ended.value.code == USAGE_ERROR
    assert capsys.readouterr().err == (
        "settings missing or wrong:\n  SAMPLE_DATABASE_URL: missing (where it is)\n  DOCUMENTS_URL: missing\n"
    )


def test_a_command_that_needs_more_ends_alike(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended, exit_when_refused():
        raise SettingsRefused(["X: missing"])
    assert ended.value.code == USAGE_ERROR
    assert capsys.readouterr().err == "settings missing or wrong:\n  X: missing\n"


def test_variables_are_named_as_the_environment_names_them() -> None:
    named = variables(SampleSettings)
    assert (named["database_url"], named["documents_url"]) == ("SAMPLE_DATABASE_URL", "DOCUMENTS_URL")
    assert named["amqp_url"] == "AMQP_URL"
