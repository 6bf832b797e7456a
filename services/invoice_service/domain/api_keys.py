"""The form of API keys. The secret is shown once; only its hash is kept."""

import hashlib
import secrets

PREFIX = "fk_"
_HINT_LENGTH = len(PREFIX) + 4


def new_secret() -> str:
    """A new secret: the prefix, so that scanners find leaked ones, and 256 random bits."""
    return PREFIX + secrets.token_urlsafe(32)


def hash_of_key(secret: str) -> str:
    """SHA-256 (hex). A fast hash is enough: the secret is random and long, not a person's password."""
    return hashlib.sha256(secret.encode()).hexdigest()


def hint_of(secret: str) -> str:
    """Its beginning, by which a person tells keys apart."""
    return secret[:_HINT_LENGTH]
