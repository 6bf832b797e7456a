"""What the settings of every process, and of every service, have in common; each has one class of its own on top."""

import datetime as dt
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Annotated, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from shared.bus.retry import RetryPolicy

USAGE_ERROR = 2
"""The exit code of a process that was told something wrong, as of argparse."""


def _from_json(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise ValueError("must be a JSON list") from None


def _of_broker(value: SecretStr) -> SecretStr:
    parts = urlsplit(value.get_secret_value())
    if parts.scheme not in ("amqp", "amqps") or not parts.hostname:
        raise ValueError("must look like amqp://user:password@host:5672/")
    return value


def _of_database(value: SecretStr) -> SecretStr:
    # No host: a socket's folder may stand among the parameters.
    if urlsplit(value.get_secret_value()).scheme not in ("postgresql", "postgres"):
        raise ValueError("must look like postgresql://user:password@host:5432/database")
    return value


def _none_if_empty(value: object) -> object:
    return value or None


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


# NoDecode: else the first list that is no JSON would hide all other errors.
JsonList = BeforeValidator(_from_json)
PostgresUrl = Annotated[SecretStr, AfterValidator(_of_database)]
AmqpUrl = Annotated[SecretStr, AfterValidator(_of_broker)]
LogLevel = Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], BeforeValidator(_upper)]


class ProcessSettings(BaseSettings):
    """Read from the environment once, at start; frozen. Every wrong value is reported at once (`load`)."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True)

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


class ServiceSettings(ProcessSettings):
    """What the services have, each in processes of its own, around a broker."""

    amqp_url: AmqpUrl = Field(
        default=SecretStr("amqp://guest:guest@localhost:5672/"),
        validation_alias="AMQP_URL",
        description="the message broker",
    )
    retry_delays_seconds: Annotated[tuple[float, ...], NoDecode, JsonList] = Field(
        default=(10, 60, 600, 3600),
        min_length=1,
        validation_alias="RETRY_DELAYS_SECONDS",
        description="JSON list; also names the retry queues, so the same for every service",
    )
    retry_attempts: int = Field(
        default=10,
        ge=1,
        validation_alias="RETRY_ATTEMPTS",
        description="after so many a message is parked, for a person to look at",
    )
    otel_exporter_otlp_endpoint: Annotated[str | None, BeforeValidator(_none_if_empty)] = Field(
        default=None,
        pattern="^https?://",
        validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT",
        description="a collector of traces (OTLP over HTTP), such as http://collector:4318; unset: none are made",
    )
    otel_traces_sampler_arg: float = Field(
        default=1,
        ge=0,
        le=1,
        validation_alias="OTEL_TRACES_SAMPLER_ARG",
        description="how many of the traces that begin in a process are kept, 0 to 1",
    )

    def retry_policy(self) -> RetryPolicy:
        """The delays and the number of attempts, as the bus wants them."""
        return RetryPolicy(
            delays=tuple(dt.timedelta(seconds=seconds) for seconds in self.retry_delays_seconds),
            attempts=self.retry_attempts,
        )


Settings = TypeVar("Settings", bound=BaseSettings)


class SettingsRefused(Exception):
    """Variables of the environment are missing or wrong: all of them, each in a sentence. Never their values."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(("settings missing or wrong:", *(f"  {one}" for one in self.problems))))


class SettingMissing(Exception):
    """A setting that only one command needs is not set; `variable` of the environment."""

    def __init__(self, variable: str, purpose: str) -> None:
        super().__init__(f"{variable} is needed: {purpose}")
        self.variable = variable


def variables(kind: type[BaseSettings]) -> dict[str, str]:
    """The environment's variable of each field."""
    prefix = kind.model_config.get("env_prefix") or ""
    return {
        name: field.validation_alias if isinstance(field.validation_alias, str) else f"{prefix}{name}".upper()
        for name, field in kind.model_fields.items()
    }


def load(kind: type[Settings]) -> Settings:
    """The settings, from the environment.

    Raises:
        SettingsRefused: some are missing or wrong.
    """
    try:
        return kind()
    except ValidationError as error:
        named = variables(kind)
        raise SettingsRefused(
            _problem(kind, named, one["loc"], one["type"], one["msg"])
            for one in error.errors(include_input=False, include_url=False, include_context=False)
        ) from None


def _problem(
    kind: type[BaseSettings], named: dict[str, str], loc: tuple[int | str, ...], what: str, sentence: str
) -> str:
    if not loc:  # of several fields together
        return sentence.removeprefix("Value error, ")
    field = next((name for name, variable in named.items() if loc[0] in (name, variable)), str(loc[0]))
    place = "".join(f"[{part}]" for part in loc[1:])
    if what == "missing":
        description = kind.model_fields[field].description
        sentence = "missing" + (f" ({description})" if description else "")
    return f"{named.get(field, field)}{place}: {sentence.removeprefix('Value error, ')}"


def load_or_exit(kind: type[Settings]) -> Settings:
    """The settings; a process that has wrong ones says which, and ends."""
    with exit_when_refused():
        return load(kind)


@contextmanager
def exit_when_refused() -> Iterator[None]:
    """Settings that are refused inside are said on standard error, and end the process."""
    try:
        yield
    except SettingsRefused as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(USAGE_ERROR)
