"""The simple kinds of reference data: the four calls that each has, and what each refuses."""

from typing import Any

import pytest

from tests.support.invoicing import Invoicing

BOTH = {"fr": "Encarts pliés", "en": "Folded inserts"}
TEXTS = {
    "subject": "{{NoFacture}}",
    "body": "Bonjour {{NomContact}}\n",
    "attachment_name": "{{NoFacture}}.pdf",
}

# path, a body with the required fields only, the whole answer to it, another value of one field
KINDS: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    (
        "/gl-accounts/4444",
        {"description": "Ventes", "category": "revenue"},
        {"number": "4444", "description": "Ventes", "category": "revenue", "active": True},
        {"category": "asset"},
    ),
    (
        "/products/P-1",
        {"description": BOTH},
        {"code": "P-1", "description": BOTH, "unit_price": None, "gl_account": None, "active": True},
        {"unit_price": "1.50"},
    ),
    (
        "/payment-terms/NET10",
        {"description": BOTH},
        {
            "code": "NET10",
            "description": BOTH,
            "days": 0,
            "end_of_month": False,
            "on_delivery": False,
            "active": True,
        },
        {"days": 10},
    ),
    (
        "/payment-methods/CHQ",
        {"description": BOTH},
        {"code": "CHQ", "description": BOTH, "active": True},
        {"active": False},
    ),
    (
        "/sales-reps/JT",
        {"name": "Julie Tremblay"},
        {"code": "JT", "name": "Julie Tremblay", "email": None, "active": True},
        {"email": "julie@exemple.test"},
    ),
    (
        "/form-messages/M-1",
        {"text": BOTH, "on": ["invoice", "quote", "invoice"]},
        {"code": "M-1", "text": BOTH, "on": ["invoice", "quote"], "active": True},
        {"on": ["shipment"]},
    ),
    (
        "/translations/total",
        {"fr": "Total", "en": "Total"},
        {"key": "total", "fr": "Total", "en": "Total"},
        {"fr": "Somme"},
    ),
]
SINGULAR = {
    "gl-accounts": "gl_account",
    "products": "product",
    "payment-terms": "payment_term",
    "payment-methods": "payment_method",
    "sales-reps": "sales_rep",
    "form-messages": "form_message",
    "translations": "translation",
}


@pytest.mark.parametrize(("path", "body", "answer", "other"), KINDS, ids=[kind[0] for kind in KINDS])
async def test_is_created_read_replaced_listed_and_deleted(
    invoicing: Invoicing, path: str, body: dict[str, Any], answer: dict[str, Any], other: dict[str, Any]
) -> None:
    created = await invoicing.put(path, body)
    again = await invoicing.put(path, body)
    read = await invoicing.get(path)
    replaced = await invoicing.put(path, {**body, **other})
    listed = await invoicing.get(path.rsplit("/", 1)[0])
    deleted = await invoicing.delete(path)
    gone = [await invoicing.get(path), await invoicing.delete(path)]

    assert (created.status, created.json) == (201, answer)
    assert (again.status, again.json) == (200, answer)
    assert (read.status, read.json) == (200, answer)
    assert (replaced.status, replaced.json) == (200, {**answer, **other})
    assert {**answer, **other} in listed.json["data"]
    assert (deleted.status, deleted.text) == (204, "")
    assert [(reply.status, reply.code) for reply in gone] == [(404, "not_found")] * 2
    _, plural, code = path.split("/")
    trail = await invoicing.audit(SINGULAR[plural], code)
    assert [row["action"] for row in trail] == ["created", "updated", "deleted"]
    assert [change["field"] for change in trail[1]["changes"]] == list(other)
    assert trail[1]["actor"]["id"] == "bootstrap"
    assert trail[1]["correlation_id"] == replaced.headers["X-Request-Id"]


async def test_an_extra_charge_needs_an_account_or_a_product(invoicing: Invoicing) -> None:
    await invoicing.put("/gl-accounts/4444", {"description": "Ventes", "category": "revenue"})

    without = await invoicing.put("/extra-charges/livraison", {"description": BOTH, "unit_price": "40.00"})
    with_one = await invoicing.put("/extra-charges/livraison", {"description": BOTH, "gl_account": "4444"})

    assert (without.status, without.code) == (422, "account_or_product_required")
    assert without.fields == {"gl_account": "account_or_product_required"}
    assert with_one.json == {
        "code": "livraison",
        "description": BOTH,
        "unit_price": None,
        "gl_account": "4444",
        "product": None,
        "active": True,
    }


async def test_unknown_references_are_told_all_at_once(invoicing: Invoicing) -> None:
    reply = await invoicing.put(
        "/extra-charges/livraison", {"description": BOTH, "gl_account": "9999", "product": "P-9"}
    )

    assert (reply.status, reply.code) == (422, "unknown_reference")
    assert reply.fields == {"gl_account": "unknown_reference", "product": "unknown_reference"}
    assert (await invoicing.get("/extra-charges/livraison")).status == 404


async def test_what_is_used_is_not_deleted(invoicing: Invoicing) -> None:
    await invoicing.put("/gl-accounts/4444", {"description": "Ventes", "category": "revenue"})
    await invoicing.put("/gl-accounts/1100", {"description": "À recevoir", "category": "asset"})
    await invoicing.put("/products/P-1", {"description": BOTH, "gl_account": "4444"})
    await invoicing.patch("/settings", {"default_receivable_account": "1100"})

    by_product = await invoicing.delete("/gl-accounts/4444")
    by_settings = await invoicing.delete("/gl-accounts/1100")
    await invoicing.patch("/settings", {"default_receivable_account": None})
    free_again = await invoicing.delete("/gl-accounts/1100")

    assert (by_product.status, by_product.code) == (409, "in_use")
    assert (by_settings.status, by_settings.code) == (409, "in_use")
    assert free_again.status == 204
    assert (await invoicing.get("/gl-accounts/4444")).status == 200


async def test_an_email_template_is_replaced_and_never_deleted(invoicing: Invoicing) -> None:
    body = {"fr": TEXTS, "en": TEXTS, "cc": ["a@exemple.test"], "bcc_sender": True}

    replaced = await invoicing.put("/email-templates/final", body)
    deleted = await invoicing.delete("/email-templates/final")
    unknown = [
        await invoicing.put("/email-templates/reminder", body),
        await invoicing.get("/email-templates/reminder"),
    ]

    assert (replaced.status, replaced.json) == (
        200,
        {"kind": "final", "fr": TEXTS, "en": TEXTS, "cc": ["a@exemple.test"], "bcc": [], "bcc_sender": True},
    )
    assert (deleted.status, deleted.code) == (409, "in_use")
    assert [reply.status for reply in unknown] == [404, 404]


async def test_an_unknown_variable_is_refused_where_it_stands(invoicing: Invoicing) -> None:
    wrong = {**TEXTS, "subject": "{{NoFactur}}", "attachment_name": "{{ Nom }}.pdf"}

    reply = await invoicing.put("/email-templates/final", {"fr": TEXTS, "en": wrong})

    assert (reply.status, reply.code) == (422, "unknown_variable")
    assert reply.fields == {"en.subject": "unknown_variable", "en.attachment_name": "unknown_variable"}
    assert "{{NoFactur}}" in reply.json["detail"]


async def test_a_new_system_has_its_seeds(invoicing: Invoicing) -> None:
    terms = await invoicing.get("/payment-terms")
    templates = await invoicing.get("/email-templates")

    assert [term["code"] for term in terms.json["data"]] == ["NET30"]
    assert [template["kind"] for template in templates.json["data"]] == ["credit_note", "final", "proforma"]
