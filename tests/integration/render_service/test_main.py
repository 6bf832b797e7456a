import os
import subprocess
import sys
from pathlib import Path

import pytest
from pypdf import PdfReader

from services.render_service.samples import SAMPLES
from tests.support.own_forms import PAGE, own_form

ROOT = Path(__file__).parents[3]


def _run(*arguments: str, forms: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "services.render_service", *arguments]
    environment = os.environ | {"RENDER_TEMPLATES_FOLDER": str(forms or "")}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.long
def test_preview_prints_every_sample(tmp_path: Path) -> None:
    run = _run("preview", str(tmp_path / "new" / "folder"))

    assert run.returncode == 0, run.stderr
    files = [Path(row) for row in run.stdout.splitlines()]
    assert {file.name for file in files} == {f"{name}.pdf" for name in SAMPLES}
    assert all(file.read_bytes().startswith(b"%PDF") for file in files)


def test_preview_prints_every_sample_with_a_form_of_the_shop(tmp_path: Path) -> None:
    own_form(tmp_path / "forms", "ours")

    run = _run("preview", str(tmp_path / "out"), "--template", "ours", forms=tmp_path / "forms")

    assert run.returncode == 0, run.stderr
    printed = {file.stem: PdfReader(file).pages[0].extract_text() for file in (tmp_path / "out").iterdir()}
    assert printed.keys() == SAMPLES.keys()
    assert printed["proforma-fr"] == "Proforma PF-0015"


def test_preview_says_what_could_not_be_printed(tmp_path: Path) -> None:
    page = PAGE.replace("<h1>", "<h1>{{ form.credit[0].text }}")
    own_form(tmp_path / "forms", "ours", page=page)

    run = _run("preview", str(tmp_path / "out"), "--template", "ours", forms=tmp_path / "forms")

    assert run.returncode == 1
    assert {Path(row).stem for row in run.stdout.splitlines()} == {
        name for name, sample in SAMPLES.items() if sample.credited_invoice
    }
    assert (
        "one-line-fr.pdf: the form 'ours' can't be used: invoice.html, line 3: UndefinedError" in run.stderr
    )


def test_preview_with_a_form_that_is_not_there(tmp_path: Path) -> None:
    run = _run("preview", str(tmp_path / "out"), "--template", "theirs", forms=tmp_path)

    assert (run.returncode, run.stderr) == (1, "there is no form named 'theirs'\n")


def test_a_command_that_is_none() -> None:
    run = _run("sing")

    assert run.returncode == 2
    assert "preview" in run.stderr
