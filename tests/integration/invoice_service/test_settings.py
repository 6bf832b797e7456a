from typing import Any

import pytest

from tests.support.invoicing import Invoicing

DEFAULTS: dict[str, Any] = {
    "timezone": "America/Toronto",
    "currency": "CAD",
    "language": "fr",
    "overrun_tolerance_percent": "5",
    "show_job_number_on_lines": True,
    "auto_draft_on_completion": "ordered",
    "line_account_required": False,
    "locked_until": None,
    "credit_series": "shared",
    "outbound": "on",
    "alert_email": None,
    "connector": "none",
    "connector_paused": False,
    "default_revenue_account": None,
    "default_receivable_account": None,
    "template": "standard-1",
    "accent_colour": None,
    "footer": None,
    "columns": None,
}
OTHERS: dict[str, Any] = {
    "timezone": "America/Halifax",
    "currency": "USD",
    "language": "en",
    "overrun_tolerance_percent": "7.5",
    "show_job_number_on_lines": False,
    "auto_draft_on_completion": "produced",
    "line_account_required": True,
    "locked_until": "2025-06-30",
    "credit_series": "own",
    "outbound": "essai@exemple.test",
    "alert_email": "alerte@exemple.test",
    "connector": "beancount",
    "connector_paused": True,
    "default_revenue_account": "4444",
    "default_receivable_account": "1100",
    "template": "epinettes-2",
    "accent_colour": "#1f4e5f",
    "footer": {"fr": "Merci\nde votre confiance", "en": "Thank you"},
    "columns": ["description", "quantity", "total"],
}


async def accounts(invoicing: Invoicing) -> None:
    await invoicing.put("/gl-accounts/4444", {"description": "Ventes", "category": "revenue"})
    await invoicing.put("/gl-accounts/1100", {"description": "À recevoir", "category": "asset"})


async def test_a_new_system_has_its_defaults(invoicing: Invoicing) -> None:
    assert (await invoicing.get("/settings")).json == DEFAULTS


@pytest.mark.parametrize("name", DEFAULTS)
async def test_each_setting_is_changed_by_itself(invoicing: Invoicing, name: str) -> None:
    await accounts(invoicing)

    changed = await invoicing.patch("/settings", {name: OTHERS[name]})

    assert (changed.status, changed.json) == (200, {**DEFAULTS, name: OTHERS[name]})
    assert (await invoicing.get("/settings")).json == changed.json
    (told,) = await invoicing.audit("settings", "settings")
    assert [change["field"] for change in told["changes"]] == [name]


async def test_all_are_changed_and_what_may_be_empty_is_emptied(invoicing: Invoicing) -> None:
    await accounts(invoicing)
    await invoicing.patch("/settings", OTHERS)
    empty = {name: None for name, value in DEFAULTS.items() if value is None}

    reply = await invoicing.patch("/settings", empty)

    assert reply.json == {**OTHERS, **empty}


async def test_changing_nothing_leaves_no_trace(invoicing: Invoicing) -> None:
    reply = await invoicing.patch("/settings", {"currency": "CAD"})

    assert reply.status == 200
    assert (await invoicing.patch("/settings", {})).json == DEFAULTS
    assert await invoicing.audit("settings", "settings") == []


async def test_accounts_must_exist(invoicing: Invoicing) -> None:
    reply = await invoicing.patch(
        "/settings", {"default_revenue_account": "1", "default_receivable_account": "2", "currency": "USD"}
    )

    assert (reply.status, reply.code) == (422, "unknown_reference")
    assert set(reply.fields) == {"default_revenue_account", "default_receivable_account"}
    assert (await invoicing.get("/settings")).json == DEFAULTS


@pytest.mark.parametrize(
    ("language", "told"), [("fr", "ours-9 n'existe pas."), ("en", "ours-9 does not exist.")]
)
async def test_a_form_must_be_one_that_there_is(invoicing: Invoicing, language: str, told: str) -> None:
    reply = await invoicing.patch(
        "/settings", {"template": "ours-9", "currency": "USD"}, headers={"Accept-Language": language}
    )

    assert (reply.status, reply.code) == (422, "unknown_reference")
    assert reply.fields == {"template": "unknown_reference"}
    assert reply.json["errors"][0]["message"] == told
    assert (await invoicing.get("/settings")).json == DEFAULTS


async def test_what_no_setting_is_called_is_refused(invoicing: Invoicing) -> None:
    reply = await invoicing.patch("/settings", {"colour": "red"})

    assert (reply.status, reply.code, reply.fields) == (422, "unknown_field", {"colour": "unknown_field"})
