"""Passwords: hashed and checked by argon2id, beside the loop (it takes a while), never inside a transaction."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

_HASHER = PasswordHasher()
# Of their own, and few: each takes 64 MiB, and a storm of logins should hold up nothing but logins.
_THREADS = ThreadPoolExecutor(2, thread_name_prefix="passwords")
# Of no password: so that an address that nobody has takes as long to refuse as one with a wrong password. Written, not
# made: making it would take as long as checking one, at the start of every process.
_NOBODYS = (
    f"$argon2id$v=19$m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}"
    f"${'A' * 22}${'A' * 43}"
)


class Hashed:
    """Passwords that were hashed before the transaction: no lock should wait for it."""

    def __init__(self, hashes: dict[str, str]) -> None:
        self._hashes = hashes

    def hash(self, password: str) -> str:
        """See `Passwords`."""
        return self._hashes[password]


async def hashed(password: str | None) -> Hashed:
    """The hash of a password, for a use case that keeps it."""
    if password is None:
        return Hashed({})
    loop = asyncio.get_running_loop()
    return Hashed({password: await loop.run_in_executor(_THREADS, _HASHER.hash, password)})


async def is_right(password_hash: str | None, password: str) -> bool:
    """Whether a password is the one that was kept; without one, as slow, never."""
    loop = asyncio.get_running_loop()
    right = await loop.run_in_executor(_THREADS, _verified, password_hash or _NOBODYS, password)
    return right and password_hash is not None


def _verified(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
