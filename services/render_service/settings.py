"""The settings of the render service; prefix `RENDER_`."""

from typing import Annotated

from pydantic import BeforeValidator, DirectoryPath, Field
from pydantic_settings import SettingsConfigDict

from services.render_service.engine.limits import Limits
from shared.settings import ServiceSettings


def _none_if_empty(value: object) -> object:
    return value or None


class RenderSettings(ServiceSettings):
    """What one rendering may cost, and how many run at once."""

    model_config = SettingsConfigDict(env_prefix="RENDER_")

    documents_url: str = Field(validation_alias="DOCUMENTS_URL", description="where documents are kept")
    templates_folder: Annotated[DirectoryPath | None, BeforeValidator(_none_if_empty)] = Field(
        default=None, description="folder of the shop's own forms (docs/forms.md); empty: it has none"
    )
    memory_megabytes: int = Field(default=1024, ge=256, description="address space of a rendering process")
    cpu_seconds: int = Field(default=20, ge=1, description="of one document")
    wall_seconds: float = Field(default=25, gt=0, description="of one document; keep it under DRAIN_SECONDS")
    jobs_per_child: int = Field(default=200, ge=1, description="then a rendering process is replaced")
    interactive_concurrency: int = Field(default=2, ge=1, description="documents that somebody waits for")
    bulk_concurrency: int = Field(default=1, ge=1, description="documents of batches, at low priority")
    attempts: int = Field(
        default=3, ge=1, description="of a document whose rendering dies, before it counts as failed"
    )

    @property
    def interactive_waiting(self) -> int:
        """How many are held beside those at work, so that previews that were overtaken show (ADR 22).

        One more than one, to let the next in. Batches hold none: what they ask for is wanted whatever comes later,
        and another process may be idle.
        """
        return max(2, self.interactive_concurrency)

    def limits(self, *, niceness: int) -> Limits:
        """The limits of a rendering process."""
        return Limits(
            memory_bytes=self.memory_megabytes * 1_048_576,
            cpu_seconds=self.cpu_seconds,
            wall_seconds=self.wall_seconds,
            jobs=self.jobs_per_child,
            niceness=niceness,
        )
