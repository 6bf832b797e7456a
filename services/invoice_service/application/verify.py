"""`verify`: do the books close? What it finds is told, one finding each; nothing is mended.

It reads the invoices, and what other services own through their exports (JSON lines), never their tables.
"""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from services.invoice_service.application.finding_words import finding_sentence
from services.invoice_service.domain.audit_chain import ChainCheck, Head, Link
from services.invoice_service.domain.money import to_cent
from services.invoice_service.domain.texts import Localized
from shared.contracts.values import DocumentRef
from shared.documents.store import DocumentChanged, DocumentMissing


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not hold: which check, of what, and what was found (a code of `finding_words`, filled)."""

    check: str
    subject: str
    code: str
    data: Mapping[str, str] = field(default_factory=dict)

    @property
    def said(self) -> Localized:
        """What was found, in a sentence."""
        return finding_sentence(self.code, self.data)

    @property
    def detail(self) -> str:
        """What was found, as commands print it."""
        return self.said.en


@dataclass(frozen=True, slots=True)
class Report:
    """How much was looked at, and what was found. Not `ledger_compared`: there was no export of the ledger."""

    finals: int
    proformas: int
    ledger_entries: int
    documents: int
    findings: tuple[Finding, ...]
    sealed: int = 0
    ledger_compared: bool = True


class Books(Protocol):
    """What is read of the invoices."""

    async def finals(self) -> Sequence[Mapping[str, Any]]:
        """Every final with its stored and its recomputed figures."""

    async def proformas(self) -> int:
        """How many pro formas there are."""

    async def missing_numbers(self) -> Sequence[tuple[str, str]]:
        """Numbers that no invoice has and no interval explains, with the kind of their series."""


class Documents(Protocol):
    """The document store, read."""

    async def get(self, document: DocumentRef) -> bytes:
        """The bytes of a document, if they are what its reference says."""


class Chain(Protocol):
    """The chain of the audit trail, read."""

    def links(self) -> AsyncIterator[tuple[Link, str | None]]:
        """Every link from the beginning, with the text of its row as it is now; None: the row is gone."""

    async def outside(self) -> Sequence[int]:
        """Rows of the trail that should be sealed and are in no seal."""


async def verify(
    books: Books,
    documents: Documents,
    ledger: Iterable[Mapping[str, Any]] | None,
    chain: Chain | None = None,
    head: Head | None = None,
) -> Report:
    """Check numbers, totals, snapshots, documents, the audit trail, and (when its export is given) the ledger.

    `head` was printed by `factures head` earlier: the chain must still pass through it.
    """
    finals = await books.finals()
    findings = [
        Finding("numbers", number, "number_missing", {"kind": kind})
        for number, kind in await books.missing_numbers()
    ]
    checked = 0
    for row in finals:
        findings.extend(content_findings(row))
        if row["document"]:
            checked += 1
            findings.extend(await _document(documents, row["number"], row["document"]))
    entries = list(ledger) if ledger is not None else []
    if ledger is not None:
        findings.extend(ledger_findings(finals, entries))
    check = ChainCheck(head)
    if chain is not None:
        findings.extend([finding async for finding in _chain(chain, check)])
    return Report(
        len(finals),
        await books.proformas(),
        len(entries),
        checked,
        tuple(findings),
        check.rows,
        ledger_compared=ledger is not None,
    )


async def _chain(chain: Chain, check: ChainCheck) -> AsyncIterator[Finding]:
    async for link, text in chain.links():
        for found in check.read(link, text):
            yield Finding("audit", *found)
    for found in check.ended():
        yield Finding("audit", *found)
    for row in await chain.outside():
        yield Finding("audit", f"audit {row}", "row_inserted")


def content_findings(row: Mapping[str, Any]) -> Iterator[Finding]:
    """A final's figures add up, and its snapshot is what was frozen and says the same."""
    number = row["number"]
    if row["lines_total"] != row["subtotal"]:
        said = {"lines": str(row["lines_total"]), "subtotal": str(row["subtotal"])}
        yield Finding("totals", number, "lines_differ", said)
    taxes = sum((Decimal(tax["amount"]) for tax in row["taxes"]), Decimal(0))
    if row["subtotal"] + taxes != row["total"]:
        said = {"subtotal": str(row["subtotal"]), "taxes": str(taxes), "total": str(row["total"])}
        yield Finding("totals", number, "total_differs", said)
    if row["kind"] == "invoice":
        for tax in row["taxes"]:
            if to_cent(tax["base"] * tax["rate"]) != tax["amount"]:
                said = {name: str(tax[name]) for name in ("base", "rate", "amount")}
                yield Finding("totals", number, "tax_differs", said)
    if row["sha256"] != row["snapshot_sha256"]:
        yield Finding("snapshot", number, "snapshot_changed")
    if row["printed_number"] != number or row["printed_total"] != row["total"]:
        said = {"number": str(row["printed_number"]), "total": str(row["printed_total"])}
        yield Finding("snapshot", number, "snapshot_says", said)


async def _document(store: Documents, number: str, row: Mapping[str, Any]) -> list[Finding]:
    document = DocumentRef(key=row["key"], sha256=row["sha256"], size=row["size"])
    try:
        await store.get(document)
    except DocumentMissing:
        return [Finding("document", number, "document_missing", {"key": document.key})]
    except DocumentChanged:
        return [Finding("document", number, "document_changed", {"key": document.key})]
    return []


def ledger_findings(
    finals: Iterable[Mapping[str, Any]], entries: Iterable[Mapping[str, Any]]
) -> Iterator[Finding]:
    """One entry per transferred final, with equal amounts; none without a final, none twice."""
    by_invoice: dict[str, list[Mapping[str, Any]]] = {}
    for entry in entries:
        by_invoice.setdefault(str(entry["invoice_id"]), []).append(entry)
    for row in finals:
        booked = by_invoice.pop(str(row["id"]), [])
        expected = row["transfer_state"] == "succeeded" and not row["transfer_manual"]
        if len(booked) > 1:
            yield Finding("ledger", row["number"], "booked_twice", {"entries": str(len(booked))})
        if expected and not booked:
            yield Finding("ledger", row["number"], "not_booked")
        for entry in booked:
            if entry["number"] != row["number"]:
                yield Finding("ledger", row["number"], "booked_as", {"number": str(entry["number"])})
            if Decimal(entry["total"]) != row["total"] or entry["currency"] != row["currency"]:
                said = {
                    "booked": f"{entry['total']} {entry['currency']}",
                    "total": f"{row['total']} {row['currency']}",
                }
                yield Finding("ledger", row["number"], "booked_amount", said)
    for invoice_id, booked in by_invoice.items():
        for entry in booked:
            yield Finding("ledger", str(entry["number"]), "booked_unknown", {"id": invoice_id})
