# ruff: noqa: ANN401 - a cursor may hold any JSON
import base64
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from aiohttp.test_utils import make_mocked_request
from aiohttp.web import Request

from services.invoice_service.api.lists import (
    ACTIVE,
    SEARCH,
    ListSpec,
    choice_filter,
    list_answer,
    list_query,
)
from services.invoice_service.application.listing import ListQuery, Page, SortKey
from services.invoice_service.domain.errors import Invalid

SPEC = ListSpec(
    ("date", "number"), "-date,number", (SEARCH, ACTIVE, choice_filter("kind", "Its kind", ("a", "b")))
)


def request(*parameters: tuple[str, str]) -> Request:
    return make_mocked_request("GET", f"/things?{urlencode(parameters)}")


def cursor(*values: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def test_without_parameters_it_is_the_first_page_in_the_declared_order() -> None:
    asked = list_query(request(), SPEC)

    assert asked == ListQuery(limit=50, sort=(SortKey("date", descending=True), SortKey("number")))


def test_reads_order_and_filters() -> None:
    asked = list_query(
        request(
            ("sort", "number,-date"), ("limit", "200"), ("active", "false"), ("kind", "a"), ("kind", "b")
        ),
        SPEC,
    )

    assert asked.limit == 200
    assert asked.sort == (SortKey("number"), SortKey("date", descending=True))
    assert asked.filters == {"active": (False,), "kind": ("a", "b")}


def test_goes_on_where_the_page_before_ended() -> None:
    page = Page(items=("x",), next_after=("2025-07-18", "PF-1", "é"), count=10, count_exact=True)
    first = json.loads(json.dumps(list_answer(request(), SPEC, lambda item: {"item": item})(page).body))

    asked = list_query(request(("after", first["next"])), SPEC)

    assert first == {"data": [{"item": "x"}], "next": first["next"], "count": 10, "count_exact": True}
    assert asked.after == ("2025-07-18", "PF-1", "é")


def test_the_last_page_has_no_next() -> None:
    page: Page[str] = Page(items=(), next_after=None, count=10_000, count_exact=False)
    answer = list_answer(request(), SPEC, lambda item: {"item": item})(page)

    assert answer.body == {"data": [], "next": None, "count": 10_000, "count_exact": False}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", "0"),
        ("limit", "201"),
        ("limit", "-1"),
        ("limit", "many"),
        ("limit", "٣"),
        ("limit", "1" * 5000),
        ("sort", "colour"),
        ("sort", ""),
        ("sort", "date,date"),
        ("sort", "date,-date"),
        ("sort", "--date"),
        ("active", "yes"),
        ("kind", "c"),
        ("q", "\0"),
        ("q", "x" * 201),
        ("after", "%%%"),
        ("after", "a"),
        ("after", cursor("number", "x")),
        ("after", cursor("-date,number", 1)),
        ("after", cursor("-date,number", "\0")),
        ("after", base64.urlsafe_b64encode(b'{"a": 1}').decode()),
        ("after", base64.urlsafe_b64encode(b"[" * 3000).decode()),
        ("after", base64.urlsafe_b64encode(b"\xff\xfe").decode()),
    ],
)
def test_a_wrong_value_is_refused_by_its_name(name: str, value: str) -> None:
    with pytest.raises(Invalid) as refused:
        list_query(request((name, value)), SPEC)

    assert refused.value.code == "invalid_parameter"
    assert refused.value.errors[0].field == name


def test_all_its_parameters_are_declared() -> None:
    assert [parameter.name for parameter in SPEC.parameters] == [
        "limit",
        "after",
        "sort",
        "q",
        "active",
        "kind",
    ]
