"""What an address that nobody has is refused with."""

from argon2 import extract_parameters

from services.invoice_service.api import passwords


async def test_without_a_password_checking_does_the_same_work() -> None:
    made = passwords._HASHER.hash("a long phrase")

    assert extract_parameters(passwords._NOBODYS) == extract_parameters(made)
    # Read as a hash, and worked through to its end: one that can't be read is refused at once.
    assert passwords._HASHER.check_needs_rehash(passwords._NOBODYS) is False
    assert not await passwords.is_right(None, "a long phrase")
    assert await passwords.is_right(made, "a long phrase")
