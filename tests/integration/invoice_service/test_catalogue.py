from typing import Any

import pytest

from tests.support.invoicing import Invoicing

BOTH = {"fr": "Encarts pliés", "en": "Folded inserts"}

# path, a body with the required fields only, and the whole answer to it
KINDS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "/gl-accounts/4444",
        {"description": "Ventes", "category": "revenue"},
        {"number": "4444", "description": "Ventes", "category": "revenue", "active": True},
    ),
    (
        "/products/P-1",
        {"description": BOTH},
        {"code": "P-1", "description": BOTH, "unit_price": None, "gl_account": None, "active": True},
    ),
    (
        "/payment-terms/NET10",
        {"description": BOTH, "days": 10, "end_of_month": True},
        {
            "code": "NET10",
            "description": BOTH,
            "days": 10,
            "end_of_month": True,
            "on_delivery": False,
            "active": True,
        },
    ),
    (
        "/payment-methods/CHQ",
        {"description": BOTH},
        {"code": "CHQ", "description": BOTH, "active": True},
    ),
    (
        "/sales-reps/JT",
        {"name": "Julie Tremblay"},
        {"code": "JT", "name": "Julie Tremblay", "email": None, "active": True},
    ),
]


@pytest.mark.parametrize(("path", "body", "answer"), KINDS, ids=[kind[0] for kind in KINDS])
async def test_is_created_read_replaced_listed_and_deleted(
    invoicing: Invoicing, path: str, body: dict[str, Any], answer: dict[str, Any]
) -> None:
    created = await invoicing.put(path, body)
    again = await invoicing.put(path, body)
    read = await invoicing.get(path)
    replaced = await invoicing.put(path, {**body, "active": False})
    listed = await invoicing.get(path.rsplit("/", 1)[0], headers={})
    deleted = await invoicing.delete(path)
    gone = await invoicing.get(path)

    assert (created.status, created.json) == (201, answer)
    assert (again.status, again.json) == (200, answer)
    assert (read.status, read.json) == (200, answer)
    assert (replaced.status, replaced.json) == (200, {**answer, "active": False})
    assert {**answer, "active": False} in listed.json["data"]
    assert (deleted.status, deleted.text) == (204, "")
    assert (gone.status, gone.code) == (404, "not_found")
    kind, subject = _subject(path)
    trail = await invoicing.audit(kind, subject)
    assert [row["action"] for row in trail] == ["created", "updated", "deleted"]
    assert trail[1]["changes"] == [{"field": "active", "before": True, "after": False}]
    assert trail[1]["actor"]["id"] == "bootstrap"


def _subject(path: str) -> tuple[str, str]:
    _, plural, code = path.split("/")
    return plural.removesuffix("s").replace("-", "_"), code
