"""What a command says when it can't do its work: one sentence, and no traceback."""

import argparse

import asyncpg
import pytest

from services.invoice_service import commands
from services.invoice_service.application.ports.transactions import StorageUnavailable
from services.invoice_service.composition import database
from services.invoice_service.settings import InvoiceSettings


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            asyncpg.InvalidCatalogNameError("no such database"),
            "refuses what the settings say: no such database",
        ),
        (asyncpg.UndefinedTableError("no users"), "is not of this release (no users): run `migrate` first"),
        (StorageUnavailable("busy"), "is unavailable: busy"),
    ],
)
def test_a_database_that_cannot_be_used_is_told_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, error: Exception, sentence: str
) -> None:
    async def fails(settings: InvoiceSettings, _arguments: argparse.Namespace) -> int:
        async with database(settings, "command"):
            raise error

    monkeypatch.setenv("INVOICE_DATABASE_URL", "postgresql://nobody@nowhere/factures")
    monkeypatch.setattr(commands, "_collect", fails)
    monkeypatch.setattr(commands, "configure_logging", lambda *_, **__: None)
    with pytest.raises(SystemExit) as ended:
        commands.main(["collect"])
    assert ended.value.code == f"factures: the database {sentence}"
