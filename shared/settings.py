"""What the settings of every service have in common; each service has one class of its own on top."""

import datetime as dt

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.bus.retry import RetryPolicy


class ServiceSettings(BaseSettings):
    """Read from the environment once, at start; frozen. Every wrong value is reported at once."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    amqp_url: SecretStr = Field(
        default=SecretStr("amqp://guest:guest@localhost:5672/"), validation_alias="AMQP_URL"
    )
    retry_delays_seconds: tuple[float, ...] = Field(
        default=(10, 60, 600, 3600),
        min_length=1,
        validation_alias="RETRY_DELAYS_SECONDS",
        description="JSON list; also names the retry queues, so the same for every service",
    )
    retry_attempts: int = Field(default=10, ge=1, validation_alias="RETRY_ATTEMPTS")
    log_level: str = Field(default="INFO", validation_alias="LOG_LEVEL")
    management_host: str = Field(default="127.0.0.1", validation_alias="MANAGEMENT_HOST")
    management_port: int = Field(
        default=0, ge=0, le=65535, validation_alias="MANAGEMENT_PORT", description="0: none"
    )
    drain_seconds: float = Field(default=30, gt=0, validation_alias="DRAIN_SECONDS")

    def retry_policy(self) -> RetryPolicy:
        """The delays and the number of attempts, as the bus wants them."""
        return RetryPolicy(
            delays=tuple(dt.timedelta(seconds=seconds) for seconds in self.retry_delays_seconds),
            attempts=self.retry_attempts,
        )
