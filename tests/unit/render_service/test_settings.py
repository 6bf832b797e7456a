from pathlib import Path

import pytest
from pydantic import ValidationError

from services.render_service.engine.limits import Limits
from services.render_service.settings import RenderSettings


def test_names_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCUMENTS_URL", "s3://bucket")
    monkeypatch.setenv("RENDER_MEMORY_MEGABYTES", "512")
    monkeypatch.setenv("RENDER_CPU_SECONDS", "7")
    monkeypatch.setenv("RENDER_WALL_SECONDS", "8.5")
    monkeypatch.setenv("RENDER_JOBS_PER_CHILD", "9")
    monkeypatch.setenv("RENDER_INTERACTIVE_CONCURRENCY", "3")
    monkeypatch.setenv("RENDER_BULK_CONCURRENCY", "4")
    monkeypatch.setenv("RENDER_ATTEMPTS", "5")

    settings = RenderSettings()

    assert settings.documents_url == "s3://bucket"
    assert settings.limits(niceness=10) == Limits(
        memory_bytes=512 * 1024 * 1024, cpu_seconds=7, wall_seconds=8.5, jobs=9, niceness=10
    )
    assert (settings.interactive_concurrency, settings.bulk_concurrency, settings.attempts) == (3, 4, 5)


def test_a_folder_of_forms_is_there_or_not_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCUMENTS_URL", "memory:///")
    monkeypatch.setenv("RENDER_TEMPLATES_FOLDER", str(tmp_path))
    assert RenderSettings().templates_folder == tmp_path

    monkeypatch.setenv("RENDER_TEMPLATES_FOLDER", "")
    assert RenderSettings().templates_folder is None

    monkeypatch.setenv("RENDER_TEMPLATES_FOLDER", str(tmp_path / "elsewhere"))
    with pytest.raises(ValidationError, match="templates_folder"):
        RenderSettings()


def test_every_wrong_value_is_reported_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DOCUMENTS_URL", raising=False)
    monkeypatch.setenv("RENDER_MEMORY_MEGABYTES", "64")
    monkeypatch.setenv("RENDER_BULK_CONCURRENCY", "0")

    with pytest.raises(ValidationError) as raised:
        RenderSettings()

    assert {error["loc"][0] for error in raised.value.errors()} == {
        "DOCUMENTS_URL",
        "memory_megabytes",
        "bulk_concurrency",
    }


def test_limits_come_through_a_command_line() -> None:
    limits = Limits(memory_bytes=2**30, cpu_seconds=20, wall_seconds=2.5, jobs=200, niceness=10)

    assert Limits.from_arguments(limits.to_arguments()) == limits
