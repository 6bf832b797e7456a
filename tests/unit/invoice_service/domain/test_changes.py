import datetime as dt
from decimal import Decimal

from services.invoice_service.domain.changes import Change, Personal, changes_between


def test_tells_the_fields_that_differ() -> None:
    before = {"a": 1, "b": Decimal("1.00"), "gone": "x"}
    after = {"a": 1, "b": Decimal("2.50"), "new": None}

    assert changes_between(before, after) == (
        Change("b", Decimal("1.00"), Decimal("2.50")),
        Change("gone", "x", None),
    )


def test_equal_decimals_are_equal_whatever_their_scale() -> None:
    assert changes_between({"q": Decimal(1000)}, {"q": Decimal("1000.0000")}) == ()


def test_what_is_new_or_deleted_has_nothing_on_the_other_side() -> None:
    assert changes_between(None, {"a": 1}) == (Change("a", None, 1),)
    assert changes_between({"a": 1}, None) == (Change("a", 1, None),)


def test_is_told_as_plain_json() -> None:
    change = Change(
        "x", {"q": Decimal("1000.0000"), "on": dt.date(2025, 7, 18)}, (Decimal("0.50"), "text", True)
    )

    assert change.as_dict() == {
        "field": "x",
        "before": {"q": "1000", "on": "2025-07-18"},
        "after": ["0.5", "text", True],
    }


def test_of_a_personal_datum_only_that_it_changed() -> None:
    before, after = {"name": Personal("Julie"), "phone": Personal(None)}, {"name": Personal("Anne")}

    told = [change.as_dict() for change in changes_between(before, after)]

    assert told == [
        {"field": "name", "before": "•••", "after": "•••"},
        {"field": "phone", "before": None, "after": None},
    ]
    assert changes_between(before, dict(before)) == ()
