"""The verdict of a chaos run can fail: each thing that must not happen is told, and nothing else."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tests.chaos.closing import Books
from tests.chaos.journal import Journal
from tests.chaos.plan import planned
from tests.chaos.verdict import Verdict, findings, quantile

Break = Callable[[Books, Journal], object]


def invoice(number: int, total: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any member
    return {
        "id": f"id-{number}",
        "kind": "invoice",
        "number": f"{number:05}",
        "final_number": f"{number:05}",
        "status": "final_sent",
        "total": total,
        "jobs": [f"Z-{number}"],
        "lines": [{"description": "Brochure"}],
        "credited_invoice": None,
        "rendering": {"state": "succeeded"},
        **more,
    }


def email(id_: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any member
    return {"id": id_, "message_id": f"<{id_}>", "state": "sent", "possible_duplicate": False, **more}


@pytest.fixture
def books() -> Books:
    """Two invoices and a credit of the first; three mails, of which one left twice and one perhaps."""
    credit = {"kind": "credit_note", "credited_invoice": "00001"}
    invoices = [invoice(1, "1234.50"), invoice(2, "10.00"), invoice(3, "-1234.50", **credit)]
    finals = (
        "events.invoice.finalized.v1",
        "events.invoice.transferred.v1",
        "commands.accounting.transfer.v1",
    )
    return Books(
        invoices=invoices,
        emails={
            "id-1": [email("m1"), email("m2", possible_duplicate=True)],
            "id-2": [email("m3", state="uncertain")],
        },
        paper={
            "00001": "Facture 00001\n1 234,50 $",
            "00002": "00002 10,00 $",
            "00003": "00003 \u22121 234,50 $",
        },
        documents=Counter(["id-1", "id-2", "id-3"]),
        ledger=[
            {"invoice_id": one["id"], "number": one["number"], "total": one["total"]} for one in invoices
        ],
        mails=Counter({"<m1>": 1, "<m2>": 2, "<m3>": 0}),
        told=Counter(
            (type_, one["id"]) for one in invoices for type_ in ("events.invoice.created.v1", *finals)
        ),
    )


@pytest.fixture
def journal() -> Journal:
    """What the clients of these books were told."""
    return Journal(
        jobs={"Z-1", "Z-2"},
        descriptions={"Z-1": "Brochure"},
        finals={"id-1": "00001", "id-2": "00002", "id-3": "00003"},
        credits={"id-3": "00001"},
        emails={"m1": "00001", "m2": "00001", "m3": "00002"},
    )


def test_books_that_close(books: Books, journal: Journal) -> None:
    assert findings(books, journal) == []


BREAKS: dict[str, tuple[Break, str]] = {
    "a number twice": (
        lambda books, _: books.invoices[1].update(final_number="00001"),
        "00001 stands on 2 finals",
    ),
    "a gap": (lambda books, _: books.invoices[2].update(final_number="00004"), "number 00003 is on no final"),
    "no document": (lambda books, _: books.documents.pop("id-2"), "00002: rendering succeeded, 0 documents"),
    "two documents": (lambda books, _: books.documents.update(["id-2"]), "2 documents"),
    "not rendered": (
        lambda books, _: books.invoices[0]["rendering"].update(state="failed"),
        "rendering failed",
    ),
    "another's paper": (
        lambda books, _: books.paper.update({"00002": "00009 10,00"}),
        "its number is not on",
    ),
    "a wrong sum on paper": (
        lambda books, _: books.paper.update({"00002": "00002 9,00"}),
        "10.00 is not on its PDF",
    ),
    "not booked": (lambda books, _: books.ledger.pop(), "00003: final_sent, with 0 entries"),
    "booked twice": (
        lambda books, _: books.ledger.append(books.ledger[0]),
        "00001: final_sent, with 2 entries",
    ),
    "booked otherwise": (lambda books, _: books.ledger[1].update(total="9.99"), "booked as 00002 of 9.99"),
    "booked for nobody": (
        lambda books, _: books.ledger.append({"invoice_id": "x", "number": "00009", "total": "1.00"}),
        "the ledger has 1 entries of x",
    ),
    "sums apart": (lambda books, _: books.ledger[1].update(total="9.99"), "sum to 10.00, the ledger to 9.99"),
    "not transferred": (
        lambda books, _: books.invoices[0].update(status="final_ready"),
        "00001: final_ready",
    ),
    "a second mail, unflagged": (
        lambda books, _: books.mails.update(["<m1>"]),
        "2 copies were taken, and nothing",
    ),
    "a third mail": (lambda books, _: books.mails.update(["<m2>"]), "3 copies were taken"),
    "a mail that never left": (
        lambda books, _: books.mails.pop("<m1>"),
        "an e-mail is sent, 0 copies were taken",
    ),
    "a mail refused": (
        lambda books, _: books.emails["id-1"][0].update(state="refused"),
        "an e-mail is refused",
    ),
    "a mail of nobody": (lambda books, _: books.mails.update(["<m9>"]), "nobody asked for: <m9>"),
    "an e-mail lost": (lambda books, _: books.emails["id-1"].pop(0), "an e-mail of 00001 was accepted"),
    "a job lost": (
        lambda _, journal: journal.jobs.add("Z-9"),
        "job Z-9 was completed and stands on 0 invoices",
    ),
    "a job billed twice": (
        lambda books, _: books.invoices[1].update(jobs=["Z-1", "Z-2"]),
        "stands on 2 invoices",
    ),
    "an edit lost": (lambda _, journal: journal.descriptions.update({"Z-2": "Affiche"}), "the edit of 00002"),
    "a final lost": (
        lambda _, journal: journal.finals.update({"id-9": "00009"}),
        "the number 00009 was answered",
    ),
    "a credit lost": (
        lambda _, journal: journal.credits.update({"id-8": "00002"}),
        "a credit of 00002 was accepted",
    ),
    "told twice": (
        lambda books, _: books.told.update([("events.invoice.finalized.v1", "id-1")]),
        "events.invoice.finalized.v1 was said under 2 identities, not 1",
    ),
    "work left": (lambda books, _: books.left.append("in the outbox: x"), "in the outbox: x"),
    "a ledger that is none": (lambda books, _: books.amiss.append("bean-check: 1"), "bean-check: 1"),
    "verify": (lambda books, _: setattr(books, "verify", "00001: totals"), "factures verify: 00001: totals"),
    "a client's complaint": (lambda _, journal: journal.complaints.append("Z-1: 500"), "Z-1: 500"),
}


@pytest.mark.parametrize(("broken", "said"), BREAKS.values(), ids=BREAKS.keys())
def test_what_does_not_close_is_told(books: Books, journal: Journal, broken: Break, said: str) -> None:
    broken(books, journal)

    found = findings(books, journal)

    assert any(said in finding for finding in found), found


def test_the_verdict_in_a_line() -> None:
    good = Verdict(
        7, 60, planned(7, 60), (), Counter(accepted=9, unavailable=1), (1.0, 2.0, 9.0), 12.5, 5, 4, 1
    )
    bad = Verdict(7, 60, planned(7, 60), ("number 00003 is on no final",))

    assert (good.closes, bad.closes) == (True, False)
    assert str(good).startswith("THE BOOKS CLOSE: seed 7, 60 s, ")
    assert "10 requests, 1 refused, 0 unanswered" in str(good)
    assert "recovery p50 2.0 s, p99 9.0 s, quiet after 12.5 s" in str(good)
    assert str(bad).startswith("1 FINDINGS: ")


def test_quantiles() -> None:
    hundred = [float(value) for value in range(1, 101)]

    assert (quantile(hundred, 0.5), quantile(hundred, 0.99), quantile((), 0.5)) == (51, 100, 0)
