"""Do the books close? What is found is told, one sentence each; and the figures of a run in a line."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from tests.chaos.closing import Books
from tests.chaos.journal import Journal
from tests.chaos.plan import Fault
from tests.support.shop_client import Json

_DIGITS = 5  # of a number, after its prefix
# What is said of an invoice under one identity, however often that is delivered.
_ONCE_OF_ANY = ("events.invoice.created.v1",)
_ONCE_OF_A_FINAL = (
    "events.invoice.finalized.v1",
    "events.invoice.transferred.v1",
    "commands.accounting.transfer.v1",
)
_MOST_COPIES = 2


def findings(books: Books, journal: Journal) -> list[str]:
    """What does not hold. None: the books close."""
    return [
        *journal.complaints,
        *books.left,
        *books.amiss,
        *_numbers(books),
        *_accepted(books, journal),
        *_documents(books),
        *_ledger(books),
        *_sums(books),
        *_mails(books),
        *_told_once(books),
        *([] if "no findings" in books.verify else [f"factures verify: {books.verify}"]),
    ]


def _finals(books: Books) -> list[Json]:
    return [invoice for invoice in books.invoices if invoice["final_number"]]


def _numbers(books: Books) -> Iterator[str]:
    """The numbers of each series are 1 to N."""
    series: dict[str, list[int]] = {}
    for invoice in _finals(books):
        number = invoice["final_number"]
        series.setdefault(number[:-_DIGITS], []).append(int(number[-_DIGITS:]))
    for prefix, numbers in series.items():
        for number, count in Counter(numbers).items():
            if count > 1:
                yield f"number {prefix}{number:05} stands on {count} finals"
        for number in sorted(set(range(1, max(numbers) + 1)) - set(numbers)):
            yield f"number {prefix}{number:05} is on no final"


def _accepted(books: Books, journal: Journal) -> Iterator[str]:
    """What a client was told was done is there."""
    yield from _jobs(books, journal)
    by_id = {invoice["id"]: invoice for invoice in books.invoices}
    for said, what, member in (
        (journal.finals, "the number {} was answered to a finalize", "final_number"),
        (journal.credits, "a credit of {} was accepted", "credited_invoice"),
    ):
        for id_, number in said.items():
            if id_ not in by_id or by_id[id_][member] != number:
                yield f"{what.format(number)} and is not there"
    known = {email["id"] for history in books.emails.values() for email in history}
    for id_ in journal.emails.keys() - known:
        yield f"an e-mail of {journal.emails[id_]} was accepted and is not there"


def _jobs(books: Books, journal: Journal) -> Iterator[str]:
    """Each completed job stands on one invoice, whose line says what the last edit made it say."""
    of_job: dict[str, list[Json]] = {}
    for invoice in books.invoices:
        for job in _billed(invoice):
            of_job.setdefault(job, []).append(invoice)
    for job in sorted(journal.jobs):
        if len(of_job.get(job, [])) != 1:
            yield f"job {job} was completed and stands on {len(of_job.get(job, []))} invoices"
    for job, words in journal.descriptions.items():
        for invoice in of_job.get(job, []):
            if invoice["lines"][0]["description"] != words:
                yield f"the edit of {invoice['number']} to {words!r} was accepted and is not there"


def _billed(invoice: Json) -> list[str]:
    return [] if invoice["kind"] == "credit_note" else list(invoice["jobs"])


def _documents(books: Books) -> Iterator[str]:
    """Each final has one document, which says its number and its total."""
    for invoice in _finals(books):
        number, text = invoice["final_number"], books.paper.get(invoice["final_number"], "")
        if invoice["rendering"]["state"] != "succeeded" or books.documents[invoice["id"]] != 1:
            state = invoice["rendering"]["state"]
            yield f"{number}: rendering {state}, {books.documents[invoice['id']]} documents"
        if number not in text:
            yield f"{number}: its number is not on its PDF"
        if as_printed(invoice["total"]) not in text:
            yield f"{number}: its total {invoice['total']} is not on its PDF"


def as_printed(amount: str) -> str:
    """An amount as a French PDF has it, with plain spaces."""
    return f"{Decimal(amount):,.2f}".replace(",", " ").replace(".", ",").replace("-", "\N{MINUS SIGN}")


def _ledger(books: Books) -> Iterator[str]:
    """Each final is booked once, under its number and total; nothing else is."""
    entries = Counter(entry["invoice_id"] for entry in books.ledger)
    booked = {entry["invoice_id"]: entry for entry in books.ledger}
    for invoice in _finals(books):
        number, count = invoice["final_number"], entries.pop(invoice["id"], 0)
        if invoice["status"] != "final_sent" or count != 1:
            yield f"{number}: {invoice['status']}, with {count} entries in the ledger"
            continue
        entry = booked[invoice["id"]]
        if (entry["number"], Decimal(entry["total"])) != (number, Decimal(invoice["total"])):
            yield f"{number} of {invoice['total']}: booked as {entry['number']} of {entry['total']}"
    for invoice_id, count in entries.items():
        yield f"the ledger has {count} entries of {invoice_id}, which is no final"


def _sums(books: Books) -> Iterator[str]:
    shown = sum((Decimal(one["total"]) for one in _finals(books)), Decimal(0))
    booked = sum((Decimal(entry["total"]) for entry in books.ledger), Decimal(0))
    if shown != booked:
        yield f"the finals sum to {shown}, the ledger to {booked}"


def _mails(books: Books) -> Iterator[str]:
    """Each e-mail left once; or twice, or perhaps not, and then it says so."""
    copies = Counter(books.mails)
    numbers = {invoice["id"]: invoice["number"] for invoice in books.invoices}
    for invoice_id, history in books.emails.items():
        for email in history:
            count = copies.pop(email["message_id"], 0)
            flagged = email["possible_duplicate"] or email["state"] == "uncertain"
            what = f"{numbers[invoice_id]}: an e-mail is {email['state']}, {count} copies were taken"
            if email["state"] not in ("sent", "uncertain") or count > _MOST_COPIES:
                yield what
            elif count != 1 and not flagged:
                yield f"{what}, and nothing says so"
            elif not count and email["state"] != "uncertain":
                yield what
    for message_id, count in copies.items():
        yield f"{count} copies of a mail that nobody asked for: {message_id}"


def _told_once(books: Books) -> Iterator[str]:
    for invoice in books.invoices:
        final = bool(invoice["final_number"])
        expected = dict.fromkeys(_ONCE_OF_ANY, 1) | dict.fromkeys(_ONCE_OF_A_FINAL, int(final))
        for type_, count in expected.items():
            said = books.told[type_, invoice["id"]]
            if said != count:
                yield f"{invoice['number']}: {type_} was said under {said} identities, not {count}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a run ended."""

    seed: int
    seconds: float
    faults: Sequence[Fault]
    findings: Sequence[str]
    requests: Counter[str] = field(default_factory=Counter)
    recoveries: Sequence[float] = ()
    """Seconds, of each fault, until drafts, documents, transfers and mails got done again."""
    quiet_seconds: float = 0
    finals: int = 0
    mails: int = 0
    duplicates: int = 0
    exits: int = 0
    cuts: int = 0
    """Replies that said `done` and were cut."""

    @property
    def closes(self) -> bool:
        """Whether the books close."""
        return not self.findings

    def __str__(self) -> str:
        kinds = Counter(fault.kind.value for fault in self.faults)
        faults = ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))
        requests = self.requests.total()
        p50, p99 = (quantile(self.recoveries, share) for share in (0.5, 0.99))
        return (
            f"{'THE BOOKS CLOSE' if self.closes else f'{len(self.findings)} FINDINGS'}: seed {self.seed},"
            f" {self.seconds:g} s, {len(self.faults)} faults ({faults}), {self.cuts} replies cut;"
            f" {requests} requests, {self.requests['unavailable']} refused,"
            f" {self.requests['unanswered']} unanswered; {self.finals} finals, {self.mails} mails"
            f" ({self.duplicates} twice, flagged); {self.exits} exits; recovery p50 {p50:.1f} s, p99 {p99:.1f} s,"
            f" quiet after {self.quiet_seconds:.1f} s"
        )


def quantile(values: Sequence[float], share: float) -> float:
    """The value that this share of all is at most; 0 of none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
