"""Reads our documents back from the ledger: what is booked, not what we remember having booked. Pure.

An accountant may add comments and metadata; what can't be read for sure is refused, never guessed.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from services.accounting_sync.connectors.beancount_text import RECEIVABLE, account_name

_STRING = r'"((?:[^"\\]|\\.)*)"'
_COMMENT = r"\s*(?:;.*)?"
_HEADER = re.compile(
    rf"(\d{{4}}-\d\d-\d\d)\s+[*!]\s+{_STRING}\s+{_STRING}((?:\s+[\^#][A-Za-z0-9/._-]+)*){_COMMENT}"
)
_METADATA = re.compile(rf"\s+([a-z][A-Za-z0-9_-]*):\s+(?:{_STRING}|([^\s\";][^;\"]*?)){_COMMENT}")
_POSTING = re.compile(rf"\s+([A-Z][^\s:]*(?::[^\s:]+)+)\s+(-?\d[\d,]*(?:\.\d+)?)\s+([A-Z]{{3}}){_COMMENT}")


class Unreadable(Exception):
    """A document's file is not what we wrote, and can't be read for sure."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(f"line {line}: {why}")
        self.line = line
        self.why = why


@dataclass(frozen=True, slots=True)
class BookedPosting:
    """One amount as booked; `account` is the ledger account."""

    account: str
    amount: Decimal
    gl: str | None = None
    tax: str | None = None

    @property
    def gl_account(self) -> str:
        """The GL number it stands on; the ledger account itself when somebody moved the posting elsewhere."""
        if self.gl is not None:
            names = (account_name(kind, self.gl, self.tax) for kind in ("receivable", "revenue", "tax"))
            if self.account in names:
                return self.gl
        return self.account


@dataclass(frozen=True, slots=True)
class BookedDocument:
    """One document as the ledger has it."""

    invoice_id: str
    number: str
    date: str
    kind: str
    currency: str
    fingerprint: str
    postings: tuple[BookedPosting, ...]

    @property
    def total(self) -> Decimal:
        """What stands on the customer's accounts."""
        prefix = RECEIVABLE + ":"
        return sum((p.amount for p in self.postings if p.account.startswith(prefix)), Decimal("0.00"))


def read_document(content: bytes) -> BookedDocument:
    """The one transaction of a document's file.

    Raises:
        Unreadable: it is not exactly one transaction of ours.
    """
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise Unreadable(content.count(b"\n", 0, error.start) + 1, "not UTF-8") from error
    reading = _Reading()
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip() and not line.lstrip().startswith(";"):
            reading.take(number, line)
    return reading.document()


class _Reading:
    def __init__(self) -> None:
        self._date: str | None = None
        self._tags = ""
        self._metadata: dict[str, str] = {}
        self._postings: list[BookedPosting] = []
        self._currency: str | None = None

    def take(self, number: int, line: str) -> None:
        if not line[0].isspace():
            self._take_header(number, line)
        elif self._date is None:
            raise Unreadable(number, "an indented line before any transaction")
        elif match := _METADATA.fullmatch(line):
            self._take_metadata(match)
        elif match := _POSTING.fullmatch(line):
            self._take_posting(number, match)
        else:
            raise Unreadable(number, f"not a posting, metadata or comment: {line.strip()[:80]!r}")

    def _take_header(self, number: int, line: str) -> None:
        match = _HEADER.fullmatch(line)
        if match is None:
            raise Unreadable(number, f"not the header of a transaction: {line[:80]!r}")
        if self._date is not None:
            raise Unreadable(number, "a second transaction")
        self._date, self._tags = match[1], match[4]

    def _take_metadata(self, match: re.Match[str]) -> None:
        key, value = match[1], _unescaped(match[2]) if match[2] is not None else match[3]
        if not self._postings:
            self._metadata[key] = value
            return
        last = self._postings[-1]
        if key in {"gl", "tax"}:
            gl, tax = (value, last.tax) if key == "gl" else (last.gl, value)
            self._postings[-1] = BookedPosting(last.account, last.amount, gl, tax)

    def _take_posting(self, number: int, match: re.Match[str]) -> None:
        if self._currency not in (None, match[3]):
            raise Unreadable(number, f"both {self._currency} and {match[3]} in one document")
        self._currency = match[3]
        self._postings.append(BookedPosting(match[1], Decimal(match[2].replace(",", ""))))

    def document(self) -> BookedDocument:
        if self._date is None:
            raise Unreadable(1, "no transaction")
        missing = [key for key in ("doc_id", "doc_sha256", "number", "currency") if key not in self._metadata]
        if missing:
            raise Unreadable(1, f"no {', '.join(missing)}")
        return BookedDocument(
            invoice_id=self._metadata["doc_id"],
            number=self._metadata["number"],
            date=self._date,
            kind="credit_note" if "#note-credit" in self._tags.split() else "invoice",
            currency=self._currency or self._metadata["currency"],
            fingerprint=self._metadata["doc_sha256"],
            postings=tuple(self._postings),
        )


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
