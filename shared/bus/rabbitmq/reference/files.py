"""The files that are kept in docs/ and made from the code."""

from pathlib import Path

from shared.bus.rabbitmq.reference.asyncapi import document_text
from shared.bus.rabbitmq.reference.page import filled
from shared.bus.retry import RetryPolicy

DOCS = Path(__file__).parents[4] / "docs"
ASYNCAPI = DOCS / "asyncapi.json"
PAGE = DOCS / "messages.md"


def generated() -> dict[Path, str]:
    """Path -> its text as it should be, for a shop with the settings that it begins with."""
    policy = RetryPolicy()
    return {ASYNCAPI: document_text(policy), PAGE: filled(PAGE.read_text(encoding="utf-8"), policy)}
