from services.invoice_service.domain.api_keys import hash_of_key, hint_of, new_secret


def test_a_secret_is_long_random_and_marked() -> None:
    one, other = new_secret(), new_secret()

    assert one != other
    assert one.startswith("fk_")
    assert len(one) == len("fk_") + 43


def test_what_is_kept_does_not_tell_the_secret() -> None:
    secret = new_secret()

    assert len(hash_of_key(secret)) == 64
    assert hash_of_key(secret) != hash_of_key(secret[:-1])
    assert hint_of(secret) == secret[:7]
