"""`factures users`: whoever has the command line lets people in."""

from pathlib import Path

from argon2 import PasswordHasher

from tests.support.invoicing import Database
from tests.support.processes import run_command


async def hash_of(database: Database) -> str:
    (row,) = await database.fetch("select password_hash from users where email = 'ada@shop.example'")
    return str(row["password_hash"])


async def test_a_user_is_added_and_gets_another_password(
    invoicing_database: Database, tmp_path: Path
) -> None:
    def factures(*arguments: str) -> tuple[int, str, str]:
        ended = run_command(
            ["services.invoice_service.commands", "users", *arguments],
            home=tmp_path,
            settings={"INVOICE_DATABASE_URL": invoicing_database.dsn},
        )
        return ended.returncode, ended.stdout.strip(), ended.stderr.strip()

    code, first, _ = factures("add", "ada@shop.example", "Ada Roy", "biller")
    assert code == 0
    assert PasswordHasher().verify(await hash_of(invoicing_database), first)
    code, second, _ = factures("password", "ADA@shop.example")
    assert (code, second != first) == (0, True)
    assert PasswordHasher().verify(await hash_of(invoicing_database), second)
    assert factures("add", "ada@shop.example", "Ada", "admin")[::2] == (1, "factures: This address is taken.")
    assert factures("password", "eve@shop.example")[::2] == (1, "factures: eve@shop.example: not found.")
