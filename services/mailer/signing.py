"""DKIM: the mail says, in a way that a receiver can check, that the shop's domain sent it (RFC 6376)."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import dkim

_SIGNED = (
    b"from",
    b"reply-to",
    b"to",
    b"cc",
    b"subject",
    b"date",
    b"message-id",
    b"mime-version",
    b"content-type",
    b"content-language",
    b"auto-submitted",
)


class BadKey(ValueError):
    """It is no private key that mails can be signed with. Nothing of it is told."""

    def __init__(self) -> None:
        super().__init__("not a private RSA key in PEM (PKCS#1 or PKCS#8, without a passphrase)")


@dataclass(frozen=True, slots=True, repr=False)
class Signer:
    """Signs what a domain sends. `key`: PEM; its public half stands in DNS at <selector>._domainkey.<domain>.

    Raises:
        BadKey: the key won't do.
    """

    domain: str
    selector: str
    key: bytes

    def __post_init__(self) -> None:
        """Refuse a key that can't sign now, not at the first mail."""
        try:
            self._signature(b"From: a@b.example\r\n\r\n", dt.datetime(2000, 1, 1, tzinfo=dt.UTC))
        except Exception as error:
            raise BadKey from error

    def signed(self, content: bytes, sender: str, date: dt.datetime) -> bytes:
        """The mail with its signature in front, when the domain of its From is ours or below; else as it is.

        The same bytes for the same mail: the time of the signature is the mail's own.
        """
        domain = sender.rpartition("@")[2].lower()
        if domain != self.domain.lower() and not domain.endswith(f".{self.domain.lower()}"):
            # Nobody could make anything of it: a signature speaks for the domain that stands in From.
            return content
        return self._signature(content, date) + content

    def _signature(self, content: bytes, date: dt.datetime) -> bytes:
        signature = _Dated(content, date)
        present = {name.lower() for name, _ in signature.headers}
        # What is there once is signed twice, what is not there once: none can be added on the way.
        names = [name for name in _SIGNED if name in present] + list(_SIGNED)
        header: bytes = signature.sign(
            self.selector.encode(),
            self.domain.encode(),
            self.key,
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=names,
        )
        return header


class _Dated(dkim.DKIM):  # type: ignore[misc] # dkimpy has no types
    """A signature of a given time, where dkimpy would take the clock's."""

    def __init__(self, content: bytes, date: dt.datetime) -> None:
        super().__init__(content)
        self._date = b"%d" % date.timestamp()

    def gen_header(self, fields: list[tuple[bytes, bytes]], *others: Any) -> bytes:  # noqa: ANN401 - dkimpy's own
        dated = [(name, self._date if name == b"t" else value) for name, value in fields]
        header: bytes = super().gen_header(dated, *others)
        return header
