"""Lists, page by page."""

import base64
import json
from typing import Any

import asyncpg
import pytest

from services.invoice_service.api import access, business_entities, catalogue, customers, jobs, tax_codes
from services.invoice_service.api.lists import ListSpec
from services.invoice_service.api.reference import Resource
from services.invoice_service.application.listing import COUNT_LIMIT, ListQuery
from services.invoice_service.storage import api_keys as stored_keys
from services.invoice_service.storage import business_entities as stored_entities
from services.invoice_service.storage import customers as stored_customers
from services.invoice_service.storage import jobs as stored_jobs
from services.invoice_service.storage import tables
from services.invoice_service.storage import tax_codes as stored_tax_codes
from services.invoice_service.storage.lists import Listing
from services.invoice_service.storage.reference_repositories import ReferenceRepositories
from services.invoice_service.storage.transactions import PostgresTransactions
from tests.support.invoicing import Invoicing

RESOURCES: tuple[Resource[Any, Any], ...] = (
    catalogue.GL_ACCOUNTS,
    catalogue.PRODUCTS,
    catalogue.EXTRA_CHARGES,
    catalogue.PAYMENT_TERMS,
    catalogue.PAYMENT_METHODS,
    catalogue.SALES_REPS,
    catalogue.FORM_MESSAGES,
    catalogue.EMAIL_TEMPLATES,
    catalogue.TRANSLATIONS,
)
LISTS: dict[str, tuple[ListSpec, Listing]] = {
    "/customers": (customers.LISTING, stored_customers.LISTING),
    "/jobs": (jobs.LISTING, stored_jobs.LISTING),
    "/tax-codes": (tax_codes.LISTING, stored_tax_codes.LISTING),
    "/business-entities": (business_entities.LISTING, stored_entities.LISTING),
    "/keys": (access.KEYS, stored_keys.LISTING),
    **{
        f"/{table.name.replace('_', '-')}": (resource.listing, table.listing())
        for resource, table in zip(RESOURCES, tables.TABLES, strict=True)
    },
}


def test_each_declared_order_and_filter_is_one_that_storage_knows() -> None:
    for spec, listing in LISTS.values():
        assert set(spec.sorts) == set(listing.sorts)
        filters = {filter_.name for filter_ in spec.filters} - {"q"}
        assert filters == {*listing.conditions, *listing.flags}
        assert listing.search


async def fill(invoicing: Invoicing, count: int = 7) -> None:
    await invoicing.database.fetch(
        "insert into customers (code, name, created_at, active)"
        " select 'C-' || i, case when i % 2 = 0 then 'Éric' else 'Zoé' end,"
        " '2025-01-01'::timestamptz + i * interval '1 microsecond', i % 3 <> 0 from generate_series(1, $1) i",
        count,
    )
    await invoicing.database.fetch(
        "insert into jobs (number, customer, title, ordered_quantity, status, completed_at)"
        " select 'D-' || i, 'C-' || i, 'Job ' || i, 1, 'shipped', case when i % 2 = 0 then now() end"
        " from generate_series(1, $1) i",
        count,
    )
    await invoicing.database.fetch(
        "insert into api_keys (id, name, role, sha256, hint)"
        " select gen_random_uuid(), 'k' || i % 3, 'viewer', i::text, 'x' from generate_series(1, $1) i",
        count,
    )
    await invoicing.database.fetch(
        "insert into gl_accounts (number, description, category)"
        " select i::text, 'Compte ' || i % 2, 'revenue' from generate_series(1, $1) i",
        count,
    )


async def walk(invoicing: Invoicing, path: str, sort: str, **query: str) -> list[Any]:
    """All rows, two at a time."""
    rows, parameters = [], {"sort": sort, "limit": "2", **query}
    while True:
        reply = await invoicing.get(path, query=parameters)
        assert reply.status == 200, reply.text
        rows += reply.json["data"]
        if reply.json["next"] is None:
            return rows
        assert len(reply.json["data"]) == 2
        parameters["after"] = reply.json["next"]


@pytest.mark.parametrize("path", LISTS)
async def test_each_order_shows_every_row_once_in_both_directions(invoicing: Invoicing, path: str) -> None:
    await fill(invoicing)
    spec, _ = LISTS[path]
    whole = (await invoicing.get(path)).json
    everything = sorted(map(str, whole["data"]))
    assert whole["count"] == len(everything)
    for field in spec.sorts:
        forth, back = await walk(invoicing, path, field), await walk(invoicing, path, f"-{field}")
        assert sorted(map(str, forth)) == everything, field
        assert back == forth[::-1], field


async def test_orders_of_several_fields_and_directions(invoicing: Invoicing) -> None:
    await fill(invoicing)

    async def codes(sort: str) -> list[str]:
        return [customer["code"] for customer in await walk(invoicing, "/customers", sort)]

    assert await codes("name,code") == ["C-2", "C-4", "C-6", "C-1", "C-3", "C-5", "C-7"]
    assert await codes("name,-code") == ["C-6", "C-4", "C-2", "C-7", "C-5", "C-3", "C-1"]
    assert await codes("-name,created_at") == ["C-1", "C-3", "C-5", "C-7", "C-2", "C-4", "C-6"]
    assert await codes("-name,code") == ["C-1", "C-3", "C-5", "C-7", "C-2", "C-4", "C-6"]


async def test_pages_stay_where_they_are_when_rows_come_and_go(invoicing: Invoicing) -> None:
    await fill(invoicing)
    first = await invoicing.get("/customers?sort=code&limit=3")
    await invoicing.put("/customers/C-0", {"name": "Avant"})
    await invoicing.put("/customers/C-35", {"name": "Après"})
    await invoicing.database.fetch("delete from jobs where customer = 'C-3'")
    await invoicing.database.fetch("delete from customers where code = 'C-3'")

    second = await invoicing.get(
        "/customers", query={"sort": "code", "limit": "3", "after": first.json["next"]}
    )

    assert [customer["code"] for customer in first.json["data"]] == ["C-1", "C-2", "C-3"]
    assert [customer["code"] for customer in second.json["data"]] == ["C-35", "C-4", "C-5"]


async def test_a_page_behind_the_last_row_still_counts_all(invoicing: Invoicing) -> None:
    await fill(invoicing)
    first = await invoicing.get("/gl-accounts?limit=5")
    await invoicing.database.fetch(
        "delete from gl_accounts where number > $1", first.json["data"][-1]["number"]
    )
    query = {"limit": "5", "after": first.json["next"]}

    behind = await invoicing.get("/gl-accounts", query=query)

    assert (behind.json["data"], behind.json["count"], behind.json["next"]) == ([], 5, None)


async def test_filters_hold_on_every_page_and_in_the_count(invoicing: Invoicing) -> None:
    await fill(invoicing)

    active = await walk(invoicing, "/customers", "name", active="true")
    found = await invoicing.get("/customers", query={"active": "true", "q": "eric", "limit": "1"})

    assert {customer["code"] for customer in active} == {"C-1", "C-2", "C-4", "C-5", "C-7"}
    assert (found.json["count"], found.json["count_exact"]) == (2, True)


async def test_the_count_is_exact_up_to_ten_thousand(invoicing: Invoicing) -> None:
    await fill(invoicing, COUNT_LIMIT)
    exact = await invoicing.get("/customers?limit=1")
    await invoicing.put("/customers/C-0", {"name": "Une de trop"})
    more = await invoicing.get("/customers?limit=1")

    assert (exact.json["count"], exact.json["count_exact"]) == (COUNT_LIMIT, True)
    assert (more.json["count"], more.json["count_exact"]) == (COUNT_LIMIT, False)


@pytest.mark.parametrize("path", LISTS)
async def test_a_page_costs_one_statement_whatever_its_size(invoicing: Invoicing, path: str) -> None:
    await fill(invoicing, 20)
    await invoicing.put("/tax-codes/X", {"description": "x"})
    statements: list[str] = []

    def note(record: asyncpg.connection.LoggedQuery) -> None:
        if not record.query.startswith("set local"):
            statements.append(record.query)

    transactions = PostgresTransactions(invoicing.pool, lambda transaction: transaction)
    async with transactions.reading() as transaction:
        transaction.connection.add_query_logger(note)
        try:
            await _page(ReferenceRepositories(transaction), path.removeprefix("/"), ListQuery(limit=20))
        finally:
            transaction.connection.remove_query_logger(note)

    assert len(statements) == 1


async def _page(uow: ReferenceRepositories, name: str, query: ListQuery) -> object:
    own = {
        "customers": uow.customers.page,
        "jobs": uow.jobs.page,
        "tax-codes": uow.tax_codes.page,
        "business-entities": uow.business_entities.page,
        "keys": uow.api_keys.page,
    }
    if name in own:
        return await own[name](query)
    table = next(table for table in tables.TABLES if table.name == name.replace("-", "_"))
    return await uow.reference.page(table.record, query)


@pytest.mark.parametrize(
    "after",
    [
        ["name", "a", "b", "c"],
        ["name", "a"],
        ["name"],
        ["created_at", "not a time", "C-1"],
        ["created_at", "99999999-01-01", "C-1"],
    ],
)
async def test_a_forged_cursor_is_refused(invoicing: Invoicing, after: list[str]) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(after).encode()).decode()
    reply = await invoicing.get("/customers", query={"sort": after[0], "after": cursor})

    assert (reply.status, reply.code, reply.fields) == (400, "invalid_parameter", {"after": "invalid"})
