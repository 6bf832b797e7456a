"""What a process says of itself, as somebody reads it who collects the logs of many."""

import json
import subprocess
import sys


def said(code: str, *, form: str = "json") -> tuple[int, list[str]]:
    """The exit code and the lines of standard error of a process that runs a piece of Python."""
    prepared = (
        "from shared.observability.logging import configure_logging, log_context\n"
        "import structlog\n"
        f"configure_logging('sample', form={form!r})\n"
        "log = structlog.get_logger('here')\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", prepared + code], capture_output=True, text=True, check=False
    )
    assert ended.stdout == ""
    return ended.returncode, ended.stderr.splitlines()


def test_a_line_is_an_object_with_the_ids_that_are_bound() -> None:
    code, (line,) = said("with log_context(invoice='00004', message=None): log.warning('late', seconds=3)")
    told = json.loads(line)
    assert code == 0
    assert told.pop("time").endswith("Z")
    assert told == {
        "event": "late",
        "level": "warning",
        "logger": "here",
        "service": "sample",
        "invoice": "00004",
        "seconds": 3,
    }


def test_what_ends_a_process_is_one_line_too() -> None:
    code, (line,) = said("raise LookupError('no database')")
    told = json.loads(line)
    assert code == 1
    assert (told["event"], told["level"], told["service"]) == ("ended by an error", "critical", "sample")
    assert told["exception"].endswith("LookupError: no database")


def test_a_warning_of_python_is_one_line_too() -> None:
    _, (line,) = said("import warnings; warnings.warn('never awaited', RuntimeWarning)")
    told = json.loads(line)
    assert (told["level"], told["service"]) == ("warning", "sample")
    assert "RuntimeWarning: never awaited" in told["event"]


def test_a_person_reads_text() -> None:
    code, lines = said("raise LookupError('no database')", form="text")
    assert code == 1
    assert "ended by an error" in lines[0]
    assert lines[-1] == "LookupError: no database"


def test_an_interruption_is_not_an_error_to_be_logged() -> None:
    code, lines = said("raise KeyboardInterrupt")
    assert code != 0
    assert lines[-1] == "KeyboardInterrupt"
