"""The first administrator of a data folder: address and password, made at its first start and kept in a file."""

from dataclasses import dataclass
from pathlib import Path

from services.invoice_service.application.users import new_password

_FILE = "admin-login"


@dataclass(frozen=True, slots=True)
class Login:
    """With what to log in. `new`: made just now, so it is time to show it."""

    email: str
    password: str
    new: bool


def first_login(data: Path, email: str) -> Login:
    """The login of a data folder. Who changed the password since keeps the changed one; the file tells the first."""
    file = data / _FILE
    new = not file.exists()
    if new:
        file.touch(mode=0o600)
        file.write_text(f"{email} {new_password()}\n", encoding="utf-8")
    kept, _, password = file.read_text(encoding="utf-8").strip().partition(" ")
    return Login(kept, password, new)
