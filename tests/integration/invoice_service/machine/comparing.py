"""The comparisons: an answer with what the model predicts, the trail with what changed, credits with their invoice."""

import json
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from tests.integration.invoice_service.invoices.shop import Json
from tests.integration.invoice_service.machine.model import told
from tests.integration.invoice_service.machine.model.world import Invoice, Refused, World
from tests.support.invoicing import Reply

States = tuple[dict[tuple[str, str], told.Told], dict[tuple[str, str], told.Told]]
Expected = tuple[str, str, str, dict[str, tuple[Any, Any]]]

# All that a final may still show differently; the rest is frozen.
_MOVING = (
    "status", "note", "favourite", "rendering", "delivery", "transfer", "available_actions", "warnings",
    "credit_notes", "updated_at",
)  # fmt: skip


def refused(reply: Reply, refusal: Refused) -> None:
    """The API refuses with this status, one of these codes, and exactly these errors by field."""
    assert reply.status == refusal.status, f"{refusal} was expected: {reply.status} {reply.text}"
    assert reply.headers["Content-Type"].startswith("application/problem+json")
    assert reply.code in refusal.codes, f"{refusal} was expected: {reply.text}"
    if refusal.errors is not None:
        errors = [(error["field"], error["code"]) for error in reply.json["errors"]]
        assert frozenset(errors) == refusal.errors, f"{refusal} was expected: {reply.text}"


def learn(one: Invoice, shown: Json) -> None:
    """Take over the ids of what is new."""
    one.id = one.id or shown["id"]
    if [line.id for line in one.lines] != [line["id"] for line in shown["lines"]]:
        assert len(one.lines) == len(shown["lines"]), f"{one.ref}: {len(one.lines)} lines were expected"
        for line, there in zip(one.lines, shown["lines"], strict=True):
            line.id = line.id or there["id"]


def same(shown: Json, expected: Json, one: Invoice, where: str) -> None:
    """An invoice is shown as the model says."""
    given = _simple(shown)
    ids = [line["id"] for line in shown["lines"]]
    assert ids == [line.id for line in one.lines], f"{where}, {one.ref}: the order of the lines"
    differences = _differences(given, expected)
    assert not differences, f"{where}, {one.ref}: (shown, expected) {differences}"


def same_line(shown: Json, expected: Json, where: str) -> None:
    """A line is shown as the model says."""
    differences = _differences(_line(shown), expected, "line")
    assert not differences, f"{where}: (shown, expected) {differences}"


def same_job(shown: Json, expected: Json) -> None:
    """A job is shown as the model says."""
    given = {name: shown[name] for name in expected}
    given["invoices"] = sorted(
        (u["number"], u["date"], u["quantity"], u["status"]) for u in shown["invoices"]
    )
    differences = _differences(given, expected)
    assert not differences, f"job {shown['number']}: (shown, expected) {differences}"


def _simple(shown: Json) -> Json:
    """What is shown, its reasons by code."""
    simple = {
        **shown,
        "taxes": {tax["code"]: (tax["rate"], tax["base"], tax["amount"]) for tax in shown["taxes"]},
        "actions": {name: _code(action["reason"]) for name, action in shown["available_actions"].items()},
        "warnings": sorted((warning["field"], warning["code"]) for warning in shown["warnings"]),
        "lines": [_line(line) for line in shown["lines"]],
    }
    for name, action in shown["available_actions"].items():
        assert action["enabled"] == (action["reason"] is None), name
    for axis in ("rendering", "delivery", "transfer"):
        fields = {name: value for name, value in shown[axis].items() if name not in ("at", "document")}
        simple[axis] = {**fields, "reason": _code(shown[axis]["reason"])}
    return simple


def _line(line: Json) -> Json:
    uses = sorted((u["number"], u["date"], u["quantity"], u["status"]) for u in line["other_invoices"])
    return {**{name: value for name, value in line.items() if name != "id"}, "other_invoices": uses}


def _code(reason: Json | None) -> str | None:
    return reason["code"] if reason else None


def _differences(given: object, expected: object, path: str = "") -> list[str]:
    if isinstance(expected, Mapping) and isinstance(given, Mapping):
        names = expected if not path else {*expected, *given}
        return [
            difference
            for name in sorted(names)
            for difference in _differences(given.get(name), expected.get(name), f"{path}.{name}")
        ]
    if isinstance(expected, list) and isinstance(given, list) and len(expected) == len(given):
        pairs = zip(given, expected, strict=True)
        return [d for place, pair in enumerate(pairs) for d in _differences(*pair, f"{path}[{place}]")]
    return [] if given == expected else [f"{path}: {given!r}, {expected!r}"]


# -- the trail


def count_versions(before: World, after: World, states: States) -> None:
    """A version counts what reaches paper or totals; finalize has counted its own."""
    for ref, one in after.invoices.items():
        was = before.invoices.get(ref)
        if was is None or one.final:
            continue
        changed = told.changes(states[0]["invoice", ref], states[1]["invoice", ref])
        if set(changed) - told.OFF_PAPER:
            one.version = was.version + 1


def expected_entries(before: World, after: World, states: States) -> list[Expected]:
    """What the trail must tell of an action: all that changed, under the actions that the model named."""
    expected = []
    for entry in after.entries:
        state = entry.kind, entry.subject
        changes = told.changes(states[0].get(state), states[1].get(state))
        changes |= {field: (told.plain(old), told.plain(new)) for field, old, new in entry.more}
        if changes or entry.action in ("render.retried", "transfer.retried"):
            kind, subject = entry.kind, entry.subject
            if kind == "invoice":
                subject = (after.invoices.get(subject) or before.invoices[subject]).id
            if kind == "charge":
                kind, subject = "job", subject.partition("/")[0]
            expected.append((kind, subject, entry.action, changes))
    return expected


def entries(rows: Sequence[Json], expected: Iterable[Expected], actor: tuple[str, str] | None) -> None:
    """The trail has exactly these new entries, by this actor."""
    given = []
    for row in rows:
        changes = {
            change["field"]: (told.plain(change["before"]), told.plain(change["after"]))
            for change in json.loads(row["changes"])
        }
        given.append((row["subject_kind"], row["subject"], row["action"], changes))
        who = json.loads(row["actor"])
        assert actor is None or (who["kind"], who["name"]) == actor, f"{who}, not {actor}"
    wanted = list(expected)
    assert [one[:3] for one in given] == [one[:3] for one in wanted]
    for told_, want in zip(given, wanted, strict=True):
        differences = _differences(told_[3], want[3], f"{want[2]}")
        assert not differences, f"the trail: (told, expected) {differences}"


# -- finals and credits


def frozen_part(shown: Json) -> Json:
    """What a final says for ever."""
    kept = {name: value for name, value in shown.items() if name not in _MOVING}
    lines = [
        {name: value for name, value in line.items() if name != "other_invoices"} for line in shown["lines"]
    ]
    return {**kept, "lines": lines}


def credits_within(original: Json, finals: Sequence[Json]) -> None:
    """Final credits never have more of an invoice than it has."""
    for line in original["lines"]:
        given = _of_line(finals, line["id"])
        assert abs(given) <= abs(Fraction(line["total"] or 0)), (
            f"{original['number']}: {given} of {line['total']}"
        )
    given = -sum((Fraction(one["total"]) for one in finals), Fraction(0))
    assert not finals or given <= Fraction(original["total"]), f"{original['number']}: {given} credited"


def credits_closed(original: Json, finals: Sequence[Json]) -> None:
    """Final credits of everything are the invoice, line by line and tax by tax."""
    for line in original["lines"]:
        assert _of_line(finals, line["id"]) == -Fraction(line["total"] or 0), f"{original['number']}: {line}"
    for tax in original["taxes"]:
        amounts = [t["amount"] for one in finals for t in one["taxes"] if t["code"] == tax["code"]]
        assert sum(map(Fraction, amounts)) == -Fraction(tax["amount"]), f"{original['number']}: {tax}"


def _of_line(finals: Sequence[Json], line_id: str) -> Fraction:
    lines = [line for one in finals for line in one["lines"] if line["credited_line"] == line_id]
    return sum((Fraction(line["total"] or 0) for line in lines), Fraction(0))
