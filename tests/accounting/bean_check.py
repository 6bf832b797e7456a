"""`bean-check`, as the independent judge of what we write; a separate program, never imported."""

import json
import subprocess
from pathlib import Path

from services.accounting_sync.check import find_bean_check


def complaints(folder: Path) -> list[str]:
    """What bean-check has to say against the ledger in `folder`: nothing, when it accepts it."""
    program = find_bean_check()
    assert program is not None, "bean-check is not installed: pip install beancount"
    run = subprocess.run(
        [program, "--no-cache", "--json", folder / "ledger.beancount"],
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode == 0:
        return []
    return [f"{error['filename']}:{error['lineno']}: {error['message']}" for error in _errors(run.stdout)]


def _errors(output: str) -> list[dict[str, object]]:
    errors: list[dict[str, object]] = json.loads(output)["errors"]
    return errors
