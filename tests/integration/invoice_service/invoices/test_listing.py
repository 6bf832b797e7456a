"""The list of invoices: filters, sorts, search, pages and counts."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.integration.invoice_service.invoices.shop import Json, Shop, expect

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Stocked:
    """A shop with one invoice of each kind and status; `name` tells them apart."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.numbers: dict[str, str] = {}

    async def stock(self) -> None:
        """Make them."""
        shop = self.shop
        self.rep = shop.code("R")
        expect(await shop.api.put(f"/sales-reps/{self.rep}", {"name": "Luc"}), 201)
        self.zoe = await shop.customer(name="Zoé Éditions", sales_rep=self.rep)
        self.emile = await shop.customer(name="émile Imprimeur")
        self.payer = await shop.customer(name="Payeur")
        self.branch = await shop.customer(name="Arcand", bill_to=self.payer)
        self.job = await shop.job(self.zoe, description="Dépliants œuvrés", po_number="PO-É7")
        draft = await shop.invoice(job=self.job)
        await self._keep("draft", draft, date="2025-07-01")
        await self._keep(
            "held", await shop.billing({"price": "20.00"}, customer=self.emile), date="2025-07-02"
        )
        expect(await shop.api.patch(f"/invoices/{self.numbers['held']}", {"hold": {"reason": "x"}}), 200)
        sent = await shop.billing({"price": "30.00"}, customer=self.branch)
        await self._keep("sent", sent, date="2025-07-03")
        await shop.database.fetch(
            "update invoices set status = 'proforma_sent' where proforma_number = $1", sent["number"]
        )
        ready = await shop.billing({"price": "10.00"}, customer=self.emile, date="2025-07-04")
        self.numbers["ready"] = (await shop.finalize(ready))["number"]
        done = await shop.billing({"price": "50.00"}, customer=self.emile, date="2025-07-04")
        finished = await shop.transferred(done)
        self.numbers["done"] = finished["number"]
        await self._keep("credit", expect(await shop.credit(finished), 201), date="2025-07-05")

    async def _keep(self, name: str, invoice: Json, **patch: str) -> None:
        self.numbers[name] = invoice["number"]
        expect(await self.shop.patch(invoice, patch), 200)

    async def names(self, **query: str) -> list[str]:
        """The names of what a list shows, in its order."""
        listed = expect(await self.shop.api.get("/invoices", query=query), 200)
        known = {number: name for name, number in self.numbers.items()}
        assert listed["count"] == len(listed["data"])
        assert listed["count_exact"] is True
        return [known[one["number"]] for one in listed["data"]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stocked(shop: Shop) -> AsyncIterator[Stocked]:
    """The stock, which no test changes."""
    stocked = Stocked(shop)
    await stocked.stock()
    yield stocked


async def test_the_three_open_statuses_newest_first_unless_asked(stocked: Stocked) -> None:
    assert await stocked.names() == ["credit", "ready", "sent", "held", "draft"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"status": "all"}, {"credit", "done", "ready", "sent", "held", "draft"}),
        ({"status": "final_sent"}, {"done"}),
        ({"status": "proforma_sent"}, {"sent"}),
        ({"status": "all", "kind": "credit_note"}, {"credit"}),
        ({"status": "all", "kind": "invoice", "hold": "false"}, {"done", "ready", "sent", "draft"}),
        ({"hold": "true"}, {"held"}),
        ({"from": "2025-07-03", "status": "all"}, {"sent", "ready", "done", "credit"}),
        ({"to": "2025-07-02"}, {"draft", "held"}),
        ({"from": "2025-07-02", "to": "2025-07-03"}, {"held", "sent"}),
        ({"customer": "{emile}", "status": "all"}, {"held", "ready", "done", "credit"}),
        ({"customer": "{payer}"}, {"sent"}),
        ({"sales_rep": "{rep}"}, {"draft"}),
        ({"job": "{job}"}, {"draft"}),
        ({"favourite": "true"}, set()),
        ({"q": "zoe EDITIONS"}, {"draft"}),
        ({"q": "depliants po-e7"}, {"draft"}),
        ({"q": "œuvrés"}, {"draft"}),
        ({"q": "{job}"}, {"draft"}),
        ({"q": "Payeur"}, {"sent"}),
        ({"q": "100%"}, set()),
        ({"q": "_"}, set()),
    ],
)  # fmt: skip
async def test_filters(stocked: Stocked, query: dict[str, str], names: set[str]) -> None:
    known = {name: getattr(stocked, name) for name in ("emile", "payer", "rep", "job")}

    found = await stocked.names(**{name: value.format(**known) for name, value in query.items()})

    assert set(found) == names


async def test_a_filter_repeated_takes_either(stocked: Stocked) -> None:
    reply = await stocked.shop.api.get("/invoices?status=final_sent&status=final_ready")

    assert {one["status"] for one in reply.json["data"]} == {"final_sent", "final_ready"}


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("date,-number", ["draft", "held", "sent", "ready", "credit"]),
        ("number", ["ready", "draft", "held", "sent", "credit"]),
        ("-number", ["credit", "sent", "held", "draft", "ready"]),
        ("total", ["credit", "ready", "held", "sent", "draft"]),
        ("-subtotal", ["draft", "sent", "held", "ready", "credit"]),
        ("customer,date", ["sent", "held", "ready", "credit", "draft"]),
        ("-customer,-date", ["draft", "credit", "ready", "held", "sent"]),
        ("status,-date", ["ready", "credit", "held", "draft", "sent"]),
        ("created_at", ["draft", "held", "sent", "ready", "credit"]),
    ],
)
async def test_sorts(stocked: Stocked, sort: str, order: list[str]) -> None:
    assert await stocked.names(sort=sort) == order


@pytest.mark.parametrize(
    "sort", ["-date,-number", "customer,date", "-customer,date", "total", "status,-total"]
)
async def test_pages_show_each_once_while_others_come_and_go(stocked: Stocked, sort: str) -> None:
    shop = stocked.shop
    whole = [one["number"] for one in (await shop.api.get("/invoices", query={"sort": sort})).json["data"]]
    found: list[str] = []
    query = {"sort": sort, "limit": "2"}
    while True:
        page = expect(await shop.api.get("/invoices", query=query), 200)
        found += [one["number"] for one in page["data"]]
        if page["next"] is None:
            break
        passing = await shop.billing({"price": "25.00"}, customer=stocked.emile, date="2025-07-02")
        assert (await shop.delete(passing)).status == 204
        query["after"] = page["next"]

    assert found == whole


async def test_a_star_filters_for_whom_it_shines(stocked: Stocked) -> None:
    shop, clerk = stocked.shop, await stocked.shop.key("biller")
    number = stocked.numbers["held"]
    expect(await shop.api.patch(f"/invoices/{number}", {"favourite": True}, key=clerk), 200)

    theirs = await shop.api.get("/invoices", query={"favourite": "true"}, key=clerk)
    others = await shop.api.get("/invoices", query={"favourite": "false"}, key=clerk)

    assert [(one["number"], one["favourite"]) for one in theirs.json["data"]] == [(number, True)]
    assert number not in [one["number"] for one in others.json["data"]]
    assert await stocked.names(favourite="true") == []


async def test_the_list_shows_what_the_invoice_shows(stocked: Stocked) -> None:
    listed = (await stocked.shop.api.get("/invoices", query={"status": "all"})).json["data"]

    for one in listed:
        assert one == await stocked.shop.get(one["number"])


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ({"status": "open"}, "status", "invalid_parameter"),
        ({"kind": "quote"}, "kind", "invalid_parameter"),
        ({"hold": "yes"}, "hold", "invalid_parameter"),
        ({"from": "2025-7-1"}, "from", "invalid_parameter"),
        ({"from": "2025-W27-2"}, "from", "invalid_parameter"),
        ({"to": "yesterday"}, "to", "invalid_parameter"),
        ({"sort": "colour"}, "sort", "invalid_parameter"),
        ({"sort": "date,-date"}, "sort", "invalid_parameter"),
        ({"limit": "201"}, "limit", "invalid_parameter"),
        ({"limit": "0"}, "limit", "invalid_parameter"),
        ({"after": "nonsense"}, "after", "invalid_parameter"),
        ({"colour": "red"}, "colour", "unknown_parameter"),
    ],
)
async def test_what_no_list_takes_is_refused(stocked: Stocked, query: Json, field: str, code: str) -> None:
    reply = await stocked.shop.api.get("/invoices", query=query)

    assert (reply.status, reply.code, list(reply.fields)) == (400, code, [field])


async def test_a_page_of_one_order_does_not_continue_another(stocked: Stocked) -> None:
    page = await stocked.shop.api.get("/invoices", query={"sort": "date", "limit": "1"})

    reply = await stocked.shop.api.get("/invoices", query={"sort": "-date", "after": page.json["next"]})
    twice = await stocked.shop.api.get("/invoices?from=2025-07-01&from=2025-07-02")

    assert (reply.status, reply.fields) == (400, {"after": "invalid"})
    assert (twice.status, twice.fields) == (400, {"from": "invalid"})


async def test_a_machine_reads_and_a_stranger_does_not(stocked: Stocked) -> None:
    assert (await stocked.shop.api.get("/invoices", key=await stocked.shop.key("integration"))).status == 200
    assert (await stocked.shop.api.get("/invoices", key=None)).status == 401
