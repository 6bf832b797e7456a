"""`verify`: what does not hold is found, one finding each, and nothing else."""

import inspect
import re
import string
import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pytest

from services.invoice_service.application import verify as verifying
from services.invoice_service.application.finding_words import FINDINGS, finding_sentence
from services.invoice_service.application.verify import Finding, content_findings, ledger_findings, verify
from services.invoice_service.domain import audit_chain
from shared.contracts.values import DocumentRef
from shared.documents.store import DocumentChanged, DocumentMissing

ID = uuid.UUID(int=7)


def row(**fields: Any) -> dict[str, Any]:  # noqa: ANN401 - columns
    """A final that holds."""
    taxes = [{"base": Decimal("100.00"), "rate": Decimal("0.09975"), "amount": Decimal("9.98")}]
    values = {
        "id": ID, "number": "00001", "kind": "invoice", "subtotal": Decimal("100.00"), "total": Decimal("109.98"),
        "status": "final_sent", "currency": "CAD", "snapshot_sha256": "x", "sha256": "x", "printed_number": "00001",
        "printed_total": Decimal("109.98"), "transfer_manual": False, "transfer_state": "succeeded",
        "transfer_connector": "ledger", "lines_total": Decimal("100.00"), "taxes": taxes, "document": None,
    }  # fmt: skip
    return {**values, **fields}


def booked(**fields: str) -> dict[str, str]:
    return {"invoice_id": str(ID), "number": "00001", "total": "109.98", "currency": "CAD", **fields}


@pytest.mark.parametrize(
    ("fields", "checks"),
    [
        ({}, []),
        ({"lines_total": Decimal("99.99")}, ["totals"]),
        ({"total": Decimal("109.97"), "printed_total": Decimal("109.97")}, ["totals"]),
        ({"taxes": [{"base": Decimal("100.00"), "rate": Decimal("0.1"), "amount": Decimal("9.98")}]}, ["totals"]),
        # A credit's taxes close what was credited before; they are no product of their own.
        ({"taxes": [{"base": Decimal("100.00"), "rate": Decimal("0.1"), "amount": Decimal("9.98")}],
          "kind": "credit_note"}, []),
        ({"sha256": "y"}, ["snapshot"]),
        ({"printed_number": "00002"}, ["snapshot"]),
        ({"printed_total": Decimal("1.00")}, ["snapshot"]),
    ],
)  # fmt: skip
def test_what_a_final_says(fields: dict[str, Any], checks: list[str]) -> None:
    found = list(content_findings(row(**fields)))

    assert [finding.check for finding in found] == checks
    assert all(finding.subject == "00001" and finding.detail for finding in found)


@pytest.mark.parametrize(
    ("fields", "ledger", "details"),
    [
        ({}, [booked()], []),
        ({}, [], ["transferred, but not in the ledger"]),
        ({"transfer_manual": True}, [], []),
        ({"transfer_state": "failed"}, [], []),
        ({"transfer_state": "failed"}, [booked()], []),
        ({}, [booked(), booked()], ["2 entries"]),
        ({}, [booked(number="00009")], ["booked as 00009"]),
        ({}, [booked(total="109.97")], ["booked 109.97 CAD, is 109.98 CAD"]),
        ({}, [booked(currency="USD")], ["booked 109.98 USD, is 109.98 CAD"]),
        (
            {},
            [booked(), booked(invoice_id="other", number="00005")],
            ["booked, but no final has the id other"],
        ),
    ],
)
def test_what_the_ledger_says(
    fields: dict[str, Any], ledger: list[dict[str, str]], details: list[str]
) -> None:
    assert [finding.detail for finding in ledger_findings([row(**fields)], ledger)] == details


class Books:
    """Two pro formas and one final; a number is missing."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document

    async def finals(self) -> Sequence[Mapping[str, Any]]:
        return [row(document=self._document), row(number="00003", printed_number="00003", id=uuid.uuid4())]

    async def proformas(self) -> int:
        return 2

    async def missing_numbers(self) -> Sequence[tuple[str, str]]:
        return [("00002", "final")]


class Documents:
    """A store that answers one thing."""

    def __init__(self, answer: bytes | Exception) -> None:
        self._answer = answer

    async def get(self, document: DocumentRef) -> bytes:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


REF = DocumentRef(key="k", sha256="s", size=1)


@pytest.mark.parametrize("answer", [b"%PDF", DocumentMissing("k"), DocumentChanged("k")])
async def test_numbers_documents_and_the_ledger_together(answer: bytes | Exception) -> None:
    report = await verify(Books(REF.model_dump()), Documents(answer), [booked()])

    checks = [(finding.check, finding.subject) for finding in report.findings]
    expected = [("numbers", "00002"), ("ledger", "00003")]
    if isinstance(answer, Exception):
        expected.insert(1, ("document", "00001"))
    assert checks == expected
    assert (report.finals, report.proformas, report.documents, report.ledger_entries) == (2, 2, 1, 1)


async def test_without_an_export_the_ledger_is_left_out() -> None:
    report = await verify(Books(REF.model_dump()), Documents(b"%PDF"), None)

    assert not report.ledger_compared
    assert report.findings == (Finding("numbers", "00002", "number_missing", {"kind": "final"}),)


def test_every_finding_is_a_sentence_in_both_languages() -> None:
    def names(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    assert [code for code, words in FINDINGS.items() if names(words.fr) != names(words.en)] == []
    assert FINDINGS.keys() >= set(_codes_found())
    assert finding_sentence("from_another_release", {}).fr == "from_another_release"
    assert finding_sentence("booked_as", {}).en == "booked_as"


def _codes_found() -> list[str]:
    """The codes that the modules which find name."""
    text = "".join(inspect.getsource(module) for module in (verifying, audit_chain))
    return re.findall(r'(?:Finding\("\w+", [^,]+(?:\([^)]*\))?, |yield (?:row|"chain"), )"(\w+)"', text)
