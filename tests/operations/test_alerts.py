"""The alert rules as Prometheus itself reads and plays them."""

import shutil
import subprocess

import pytest

from tests.architecture.house import ROOT

FOLDER = ROOT / "ops/prometheus"


def promtool(*arguments: str) -> str:
    """What promtool says; it is in PATH, or where setup/prometheus.sh unpacked it."""
    tool = shutil.which("promtool") or str(ROOT / ".venv/prometheus/promtool")
    done = subprocess.run(
        [tool, *arguments], cwd=FOLDER, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "rules", "alerts.yml"),
        ("test", "rules", "alerts_test.yml"),
        ("check", "config", "prometheus.yml"),
    ],
    ids=" ".join,
)
def test_prometheus_agrees(arguments: tuple[str, ...]) -> None:
    assert "SUCCESS" in promtool(*arguments)
