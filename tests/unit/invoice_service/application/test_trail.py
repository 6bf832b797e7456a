import dataclasses
import datetime as dt
from decimal import Decimal

import pytest

from services.invoice_service.application.context import Context
from services.invoice_service.application.trail import entry, invoice_changes, told
from services.invoice_service.application.versions import check_editable, check_version
from services.invoice_service.domain.errors import Conflict, StaleVersion
from tests.unit.invoice_service.domain.making import ACCOUNTANT, NOW, final, invoice, line, new_id


def test_only_what_differs_is_told_field_by_field() -> None:
    before = invoice(line("10.00"), line("1.00"))
    other = dataclasses.replace(
        before.lines[0], quantity=Decimal("2.5000"), total=Decimal("25.00"), manual=("quantity",)
    )
    after = dataclasses.replace(before, lines=(other, before.lines[1]), note="n", date=dt.date(2025, 1, 2))

    changes = {change.field: (change.before, change.after) for change in invoice_changes(before, after)}

    assert changes == {
        "lines[0].quantity": ("1", "2.5"),
        "lines[0].total": ("10", "25"),
        "lines[0].manual": (None, ["quantity"]),
        "note": (None, "n"),
        "date": ("2025-07-18", "2025-01-02"),
    }
    assert invoice_changes(before, before) == ()


def test_what_is_made_and_what_is_gone_are_told_whole_without_what_is_empty() -> None:
    one = invoice(line("10.00"))

    made, gone = invoice_changes(None, one), invoice_changes(one, None)

    assert [(change.field, change.after, change.before) for change in made] == [
        (change.field, change.before, change.after) for change in gone
    ]
    fields = {change.field: change.after for change in made}
    assert (fields["proforma_number"], fields["total"], fields["taxes.TPS"]) == ("PF-0001", "11.50", "0.50")
    assert "note" not in fields
    assert "final_number" not in fields
    assert "lines[0].release_quantity" not in fields


def test_what_a_credit_releases_is_told() -> None:
    credited = dataclasses.replace(line("10.00"), credited_line=new_id(), release_quantity=False)

    assert told(invoice(credited))["lines[0].release_quantity"] is False


def test_an_entry_says_who_when_and_why() -> None:
    context = Context(ACCOUNTANT, NOW, "story-1")
    one = final(invoice())

    made = entry(context, "invoice.finalized", one)

    assert made == {
        "at": NOW,
        "actor": {"kind": "user", "id": "a", "name": "Anne"},
        "action": "invoice.finalized",
        "subject_kind": "invoice",
        "subject": str(one.id),
        "changes": [],
        "correlation_id": "story-1",
    }


def test_versions() -> None:
    one = dataclasses.replace(invoice(), version=3)

    check_version(one, 3)
    check_version(one, None)
    with pytest.raises(StaleVersion) as caught:
        check_version(one, 2)
    assert (caught.value.data, caught.value.current) == ({"based_on": 2, "current": 3}, 3)
    check_editable(one)
    with pytest.raises(Conflict, match="frozen"):
        check_editable(final(one))
