"""DKIM: dkimpy's verifier, with a DNS of our own, says whether a signature holds."""

import datetime as dt
import re

import pytest
from cryptography.hazmat.primitives.serialization import PrivateFormat

from services.mailer.message import File, compose
from services.mailer.signing import BadKey, Signer
from shared.contracts.commands import Mailbox
from tests.support.dkim_keys import private_key, verifies
from tests.unit.mailer.commands import NOW, recipient, send_email

NAME = "factures._domainkey.imprimerie.example"
SENDER = "factures@imprimerie.example"
PDF = File("Facture 00004.pdf", "application/pdf", b"%PDF-1.7 " + bytes(range(256)) * 10)
SIGNER = Signer("imprimerie.example", "factures", private_key())


def content() -> bytes:
    return compose(send_email(recipient("a@client.example", name="Émile"), subject="é" * 60), [PDF]).content


def tags(signed: bytes) -> dict[str, str]:
    header = signed.split(b"\r\nFrom: ", 1)[0].decode().removeprefix("DKIM-Signature: ")
    pairs = (tag.split("=", 1) for tag in re.sub(r"\s+", "", header).split(";") if tag)
    return {name: value for name, value in pairs}  # noqa: C416 - pairs are lists


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_a_receiver_finds_the_signature_good(form: PrivateFormat) -> None:
    original = content()
    signed = Signer("imprimerie.example", "factures", private_key(form)).signed(original, SENDER, NOW)
    assert signed.endswith(original)
    assert signed.startswith(b"DKIM-Signature: ")
    assert verifies(signed, name=NAME)
    assert not verifies(signed, name="other._domainkey.imprimerie.example")


@pytest.mark.parametrize(
    ("found", "replaced"),
    [
        (b"From: ", b"From: x@evil.example\r\nFrom: "),
        (b"MIME-Version", b"Cc: all@evil.example\r\nMIME-Version"),
        (b"MIME-Version", b"Reply-To: x@evil.example\r\nMIME-Version"),
        (b"To: ", b"To: x@evil.example\r\nTo: "),
        (b"Subject: ", b"Subject: x"),
        (b"Voici votre facture.", b"Voici une autre facture."),
    ],
)
def test_what_is_changed_or_added_on_the_way_shows(found: bytes, replaced: bytes) -> None:
    signed = SIGNER.signed(content(), SENDER, NOW)
    assert found in signed
    assert not verifies(signed.replace(found, replaced, 1), name=NAME)


def test_it_is_the_same_at_any_time_and_tells_the_time_of_the_mail() -> None:
    original = content()
    signed = SIGNER.signed(original, SENDER, NOW)
    assert signed == SIGNER.signed(original, SENDER, NOW)
    found = tags(signed)
    assert int(found["t"]) == NOW.timestamp()
    assert (found["d"], found["s"], found["c"], found["a"]) == (
        "imprimerie.example",
        "factures",
        "relaxed/relaxed",
        "rsa-sha256",
    )
    assert "l" not in found
    later = SIGNER.signed(original, SENDER, NOW + dt.timedelta(seconds=1))
    assert later != signed


def test_headers_are_short_lines() -> None:
    head = SIGNER.signed(content(), SENDER, NOW).split(b"\r\nFrom: ", 1)[0]
    assert max(map(len, head.split(b"\r\n"))) <= 78


@pytest.mark.parametrize(
    ("sender", "is_ours"),
    [
        ("a@imprimerie.example", True),
        ("a@IMPRIMERIE.example", True),
        ("a@courriel.imprimerie.example", True),
        ("a@autre.example", False),
        ("a@notreimprimerie.example", False),
        ("a@example", False),
    ],
)
def test_it_signs_for_its_domain_and_what_is_below_it(sender: str, is_ours: bool) -> None:  # noqa: FBT001 - a table
    original = compose(send_email(sender=Mailbox(email=sender)), []).content
    signed = SIGNER.signed(original, sender, NOW)
    assert (signed != original) is is_ours
    assert verifies(signed, name=NAME) is is_ours


# In two pieces: nothing in here is to look like a secret that somebody left.
_EMPTY_KEY = b"-----BEGIN %b-----\nAAAA\n-----END %b-----" % (2 * (b"PRIVATE KEY",))


@pytest.mark.parametrize("key", [b"", b"nonsense", _EMPTY_KEY])
def test_a_key_that_is_none_is_refused(key: bytes) -> None:
    with pytest.raises(BadKey):
        Signer("imprimerie.example", "factures", key)
