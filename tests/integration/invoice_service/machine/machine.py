"""The machine: each action is done to the model and, over HTTP, to the real thing; then both must say the same."""

import copy
import datetime as dt
import json
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import ClassVar, TypeVar

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant

from tests.integration.invoice_service.invoices.shop import Json
from tests.integration.invoice_service.machine import beginning, comparing
from tests.integration.invoice_service.machine.driver import Driver
from tests.integration.invoice_service.machine.model import seen, told
from tests.integration.invoice_service.machine.model.world import Invoice, Refused, World
from tests.support.invoicing import Reply

T = TypeVar("T")
Change = Callable[[World], T]


class Machine(RuleBasedStateMachine):
    """The model, the real thing, and what was seen of it last."""

    driver: ClassVar[Driver]

    def __init__(self) -> None:
        super().__init__()
        self.driver.begin()
        self.world = beginning.world()
        self.invoices: dict[str, Json] = {}
        self.frozen: dict[str, Json] = {}
        self.ledger: dict[str, Json] = {}
        self.kept: dict[tuple[str, str], tuple[Json, Reply]] = {}
        self.completions: list[tuple[str, str, dt.datetime, Json]] = []
        self.sound = True
        self.calls = 0

    # -- acting

    def act(
        self,
        change: Change[T],
        method: str,
        path: str,
        body: Json | None = None,
        *,
        status: int = 200,
        role: str = "admin",
        headers: Mapping[str, str] | None = None,
    ) -> tuple[T | None, Reply]:
        """Do it to both. Either both accept it, with the same outcome, or the API refuses as the model does.

        What the model returns is None when it refused.
        """
        after = copy.deepcopy(self.world)
        after.entries = []
        refusal, outcome = None, None
        try:
            outcome = change(after)
        except Refused as refused:
            refusal = refused
        note(f"{role}: {method} {path} {json.dumps(body) if body is not None else ''} {headers or ''}")
        reply = self.driver.call(method, path, body, role=role, headers=headers)
        if refusal is not None:
            comparing.refused(reply, refusal)
            after = self.world
        else:
            assert reply.status == status, f"{status} was expected: {reply.status} {reply.text}"
        self._take(
            after, actor=("key", f"test {role}") if role != "admin" else None, accepted=refusal is None
        )
        if refusal is None and reply.text:
            self._check_answer(reply, role, f"the answer of {method} {path}")
        return outcome, reply

    def _check_answer(self, reply: Reply, role: str, where: str) -> None:
        """What an action answers of an invoice or a line is what everybody sees from then on."""
        shown = reply.json
        if "proforma_number" in shown:
            one = self.world.invoices[shown["proforma_number"]]
            comparing.same(shown, seen.invoice(self.world, one, role), one, where)
        elif "credited_line" in shown:
            places = [(one, line) for one in self.world.invoices.values() for line in one.lines]
            one, line = next(place for place in places if place[1].id == shown["id"])
            comparing.same_line(shown, seen.line(self.world, one, one.lines.index(line), line), where)
        else:
            return
        assert reply.headers["ETag"] == f'"v{one.version}"'

    def result(self, type_: str, data: Json, change: Change[T]) -> T:
        """A worker answers, through the consumer of its results; then once more, which has no effect."""
        after = copy.deepcopy(self.world)
        after.entries = []
        outcome = change(after)
        note(f"worker: {type_} {json.dumps(data, default=str)}")
        message = self.driver.result(type_, data)
        self.driver.result_again(type_, data, message)
        self._take(after, actor=("message", f"results.{type_}.v1"), accepted=True)
        return outcome

    def nothing_happened(self) -> None:
        """The state is as it was, and the trail tells nothing."""
        self._take(copy.deepcopy(self.world), actor=None, accepted=False)

    def _take(self, after: World, *, actor: tuple[str, str] | None, accepted: bool) -> None:
        """The state after an action: versions counted, ids learned, everything compared."""
        self.sound = False
        before, self.world = self.world, after
        states = told.everything(before), told.everything(after)
        comparing.count_versions(before, after, states)
        self._observe()
        expected = comparing.expected_entries(before, after, states) if accepted else []
        comparing.entries(self.driver.new_entries(), expected, actor)
        self.sound = True

    def _observe(self) -> None:
        """Read everything, and compare it with the model."""
        listed = self.driver.read("/invoices", status="all", limit="200", sort="created_at")
        self.invoices = {one["proforma_number"]: one for one in listed["data"]}
        assert set(self.invoices) == set(self.world.invoices)
        for ref, shown in self.invoices.items():
            comparing.learn(self.world.invoices[ref], shown)
        for ref, shown in self.invoices.items():
            one = self.world.invoices[ref]
            comparing.same(shown, seen.invoice(self.world, one, "admin"), one, "the list")
        jobs = {job["number"]: job for job in self.driver.read("/jobs", limit="200")["data"]}
        assert set(jobs) == set(self.world.jobs)
        for number, job in self.world.jobs.items():
            comparing.same_job(jobs[number], seen.job(self.world, job))

    # -- what always holds, by what is shown alone

    @invariant()
    def finals_never_change(self) -> None:
        """What a final says is what it said when it became final."""
        for ref, shown in self.invoices.items():
            if shown["final_number"] is not None:
                content = comparing.frozen_part(shown)
                assert self.frozen.setdefault(ref, content) == content
        assert set(self.frozen) <= set(self.invoices), "a final is gone"

    @invariant()
    def numbers_have_no_gap(self) -> None:
        """Final numbers: each once, from the first to the last, but for what an administrator skipped."""
        numbers = [one["final_number"] for one in self.invoices.values() if one["final_number"]]
        assert len(set(numbers)) == len(numbers)
        for (_entity, kind), series in self.world.series.items():
            if kind == "proforma" or series.first is None:
                continue
            given = {
                int(number.removeprefix(series.prefix))
                for number in numbers
                if number.startswith(series.prefix) and number.removeprefix(series.prefix).isdigit()
            }
            assert given | series.skipped >= set(range(series.first, series.next_value))
            assert not given & series.skipped

    @invariant()
    def totals_add_up(self) -> None:
        """The total is the sum of what is shown."""
        for shown in self.invoices.values():
            lines = sum(Fraction(line["total"] or 0) for line in shown["lines"])
            taxes = sum(Fraction(tax["amount"]) for tax in shown["taxes"])
            assert Fraction(shown["subtotal"]) == lines
            assert Fraction(shown["total"]) == lines + taxes

    @invariant()
    def credits_close(self) -> None:
        """What is credited whole is credited to the cent, line by line and tax by tax; never is more."""
        for original in self.invoices.values():
            credits_ = [
                one for one in self.invoices.values() if one["credited_invoice"] == original["number"]
            ]
            finals_ = [one for one in credits_ if one["final_number"]]
            comparing.credits_within(original, finals_)
            reason = original["available_actions"]["credit"]["reason"]
            if reason and reason["code"] == "fully_credited" and len(finals_) == len(credits_):
                comparing.credits_closed(original, finals_)

    def teardown(self) -> None:
        """At the end the books close, and other roles see the same with other actions."""
        if not self.sound:
            return  # something was found already: let it be told
        report = self.driver.verify(list(self.ledger.values()))
        assert not report.findings, report.findings
        for role in ("viewer", "biller", "accountant"):
            for shown in self.driver.read("/invoices", role=role, status="all", limit="200")["data"]:
                one = self.world.invoices[shown["proforma_number"]]
                comparing.same(shown, seen.invoice(self.world, one, role), one, f"the list of a {role}")

    # -- choosing

    def refs(self, fits: Callable[[Invoice], bool]) -> list[str]:
        """The pro forma numbers of the invoices that fit."""
        return [ref for ref, one in self.world.invoices.items() if fits(one)]

    def version_of(self, ref: str) -> dict[str, str]:
        """The header that says on which version a change is based."""
        return {"If-Match": f'"v{self.world.invoices[ref].version}"'}

    def key_at(self, ref: str, place: int) -> int:
        """The key of the line at a place, counted round."""
        held = self.world.invoices[ref].lines
        return held[place % len(held)].key

    def line_path(self, ref: str, key: int) -> str:
        """The path of a line."""
        return f"{self.path(ref)}/lines/{self.world.invoices[ref].line(key).id}"

    def copied_world(self) -> World:
        """The model, to try something on."""
        return copy.deepcopy(self.world)

    def path(self, ref: str) -> str:
        """The path of an invoice, by one of its names."""
        self.calls += 1
        one = self.world.invoices[ref]
        return f"/invoices/{(one.number, one.ref, one.id)[self.calls % 3]}"


def anything(_: Invoice) -> bool:
    """Whatever there is."""
    return True


def open_one(one: Invoice) -> bool:
    """A pro forma, of either kind."""
    return not one.final


def draft(one: Invoice) -> bool:
    """A pro forma of an invoice."""
    return not one.final and one.kind == "invoice"


def draft_credit(one: Invoice) -> bool:
    """A pro forma of a credit note."""
    return not one.final and one.kind == "credit_note"


def final(one: Invoice) -> bool:
    """A final, of either kind."""
    return one.final


def any_of(fits: Callable[[Invoice], bool]) -> st.SearchStrategy[str]:
    """One of the invoices that fit; there must be one (`has` is the precondition)."""

    def choice(machine: Machine) -> st.SearchStrategy[str]:
        return st.sampled_from(machine.refs(fits))

    return st.runner().flatmap(choice)


def has(fits: Callable[[Invoice], bool]) -> Callable[[Machine], bool]:
    """A precondition: there is an invoice that fits."""
    return lambda machine: bool(machine.refs(fits))


def room(machine: Machine) -> bool:
    """A precondition: few enough invoices that much is done with each."""
    return len(machine.world.invoices) < 8
