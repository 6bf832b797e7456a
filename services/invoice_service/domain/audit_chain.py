"""The audit trail as a hash chain: each link holds the hash of one row, and of everything before it.

`content` is the SHA-256 of a row's text, `chain` that of the chain before it and of `content`; both in hex.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

BEGINNING = "0" * 64
Wrong = tuple[str, str, Mapping[str, str]]
"""What does not hold: of which row, a code, and what fills its sentence."""


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain: how many rows it holds, and the hash of all of them. To be kept elsewhere."""

    position: int = 0
    chain: str = BEGINNING

    def __str__(self) -> str:
        """As it is printed, and read back."""
        return f"{self.position}-{self.chain}"

    @classmethod
    def parse(cls, text: str) -> "Head":
        """The head that was printed as `text`.

        Raises:
            ValueError: it is none.
        """
        position, _, chain = text.strip().partition("-")
        if not (
            position.isdigit() and len(chain) == len(BEGINNING) and not set(chain) - set("0123456789abcdef")
        ):
            raise ValueError(f"not the head of a chain: {text!r}")
        return cls(int(position), chain)


@dataclass(frozen=True, slots=True)
class Link:
    """One row of the trail in the chain."""

    position: int
    audit_id: int
    content: str
    chain: str


def digest(text: str) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def chained(head: Head, rows: Iterable[tuple[int, str]]) -> Iterator[Link]:
    """The links of rows (id and text) that follow a head."""
    position, chain = head.position, head.chain
    for audit_id, text in rows:
        position += 1
        content = digest(text)
        chain = digest(chain + content)
        yield Link(position, audit_id, content, chain)


class ChainCheck:
    """Reads a chain from its beginning, link by link, and tells what does not hold: (row, code, what fills it)."""

    def __init__(self, kept: Head | None = None) -> None:
        """`kept`: a head that was printed earlier, which the chain must still pass through."""
        self._head = Head()
        self._kept = kept if kept is not None and kept.position else None
        self._kept_seen = False

    @property
    def rows(self) -> int:
        """How many links were read."""
        return self._head.position

    def read(self, link: Link, text: str | None) -> Iterator[Wrong]:
        """What is wrong with the next link; `text` is its row's now, None when it is gone."""
        row = f"audit {link.audit_id}"
        if link.position != self._head.position + 1:
            yield row, "chain_gap", {"before": str(self._head.position), "after": str(link.position)}
        if digest(self._head.chain + link.content) != link.chain:
            yield row, "link_changed", {}
        if text is None:
            yield row, "row_removed", {}
        elif digest(text) != link.content:
            yield row, "row_changed", {}
        if self._kept is not None and link.position == self._kept.position:
            self._kept_seen = True
            if link.chain != self._kept.chain:
                yield row, "other_chain", {}
        self._head = Head(link.position, link.chain)

    def ended(self) -> Iterator[Wrong]:
        """What is wrong with the end of the chain."""
        if self._kept is not None and not self._kept_seen:
            said = {"end": str(self._head.position), "kept": str(self._kept.position)}
            yield "chain", "chain_short", said
