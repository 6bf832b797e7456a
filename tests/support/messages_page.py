"""The snippets of docs/messages.md, to be run as they stand there."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

from shared.bus.rabbitmq.reference.files import PAGE
from tests.support.processes import clean_environment

_SECONDS = 30
_BLOCK = re.compile(r"^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def snippet(language: str, having: str) -> str:
    """The one snippet of a language that has these words."""
    page = PAGE.read_text(encoding="utf-8")
    (found,) = [
        one["text"] for one in _BLOCK.finditer(page) if one["language"] == language and having in one["text"]
    ]
    return found


def write_completion(folder: Path, job: str) -> dict[str, Any]:
    """The example of the page, about a job of one's own, as the file that its snippets read."""
    text = snippet("json", '"production.job.completed.v1"')
    event: dict[str, Any] = json.loads(text.replace("D-0024", job).replace("mis-88213", f"mis-{job}"))
    (folder / "completed.json").write_text(json.dumps(event), encoding="utf-8")
    return event


def run_snippet(arguments: list[str], folder: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a snippet to its end, in a folder."""
    return subprocess.run(
        arguments,
        cwd=folder,
        env=clean_environment(folder, environment),
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
