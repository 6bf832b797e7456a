import subprocess
import sys
from pathlib import Path

from services.render_service.samples import SAMPLES

ROOT = Path(__file__).parents[3]


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "services.render_service", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_preview_prints_every_sample(tmp_path: Path) -> None:
    run = _run("preview", str(tmp_path / "new" / "folder"))

    assert run.returncode == 0, run.stderr
    files = [Path(row) for row in run.stdout.splitlines()]
    assert {file.name for file in files} == {f"{name}.pdf" for name in SAMPLES}
    assert all(file.read_bytes().startswith(b"%PDF") for file in files)


def test_a_command_that_is_none() -> None:
    run = _run("sing")

    assert run.returncode == 2
    assert "preview" in run.stderr
