"""What the services log: one JSON object a line, with ids; never addresses, bodies or keys."""

import json
from typing import Any

from services.standalone.shop import REFERENCE_DATA
from tests.support.deployment import Deployment
from tests.support.killed_process import LAST_WORDS

_MEMBERS = ("event", "level", "time", "logger", "service")


def read_logs(factures: Deployment) -> list[dict[str, Any]]:
    """Every line of every service.

    Raises:
        AssertionError: a line is no JSON object with the members that all of ours have.
    """
    lines = []
    for name, text in factures.log_lines():
        try:
            line = json.loads(text)
        except ValueError:
            raise AssertionError(f"{name} wrote a line that is no JSON: {text}") from None
        if line["event"] == LAST_WORDS:
            continue
        missing = [member for member in _MEMBERS if member not in line]
        assert not missing, f"{name} logged without {missing}: {text}"
        lines.append(line)
    return lines


def assert_nothing_private(factures: Deployment, *phrases: str) -> None:
    """No line holds a key, a password, an address of anybody, or one of these phrases."""
    private = [*factures.secrets, *_addresses(), *phrases]
    assert len(private) > len(phrases) + 3
    for name, text in factures.log_lines():
        # As it is, and as text in JSON would be.
        told = [one for one in private if one in text or json.dumps(one)[1:-1] in text]
        assert not told, f"{name} logged {told}: {text}"


def _addresses() -> set[str]:
    """The e-mail addresses of the shop, its streets and the names of its people."""
    found: set[str] = set()

    def walk(value: object) -> None:
        if isinstance(value, dict):
            for name, inner in value.items():
                if name in ("email", "line1", "last_name"):
                    found.add(inner)
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    for _, body in REFERENCE_DATA:
        walk(body)
    return found
