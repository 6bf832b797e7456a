"""A month of sales in two currencies: what reports and workbooks are told of."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.integration.invoice_service.invoices.shop import Json, Shop, expect

MAY = {"from": "2025-05-01", "to": "2025-05-31"}


class Season:
    """A shop's month of May: two customers, two sales reps, two provinces, dollars of two countries, a credit."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.finals: list[Json] = []

    async def run(self) -> None:
        """Bill it."""
        shop = self.shop
        self.luc, self.eve = await self._rep("Luc"), await self._rep("Ève")
        self.zoe = await shop.customer(name="Zoé Éditions", sales_rep=self.luc)
        self.arcand = await shop.customer(name="arcand & fils", sales_rep=self.eve)
        self.nobody = await shop.customer(name="Çà et là")
        self.boston = await shop.customer(name="Boston Press", currency="USD", sales_rep=self.luc)
        await self.bill(self.zoe, "100.00", date="2025-05-01")
        await self.bill(self.arcand, "40.00", date="2025-05-31", tax_code="NS")
        await self.bill(self.nobody, "60.00", date="2025-05-02", tax_code="00")
        await self.bill(self.boston, "10.01", date="2025-05-15", exchange_rate="1.3755")
        await self.bill(self.boston, "10.01", date="2025-05-16", exchange_rate="1.3755")
        # Not of May; of another year; no finals.
        await self.bill(self.zoe, "7.00", date="2025-04-30")
        await self.bill(self.zoe, "9.00", date="2025-06-01")
        await self.bill(self.zoe, "300.00", date="2023-02-03")
        await shop.billing({"price": "5000.00"}, customer=self.zoe, date="2025-05-03")
        credited = await shop.transferred(await shop.get(self.finals[0]["number"]))
        credit = expect(
            await shop.credit(credited, lines=[{"line": credited["lines"][0]["id"], "amount": "10.00"}]), 201
        )
        credit = expect(await shop.patch(credit, {"date": "2025-05-20"}), 200)
        self.finals.append(await shop.finalize(credit))
        await shop.credit(credited)

    async def _rep(self, name: str) -> str:
        code = self.shop.code("R")
        expect(await self.shop.api.put(f"/sales-reps/{code}", {"name": name}), 201)
        return code

    async def bill(self, customer: str, price: str, **patch: str | None) -> None:
        invoice = await self.shop.billing({"price": price}, customer=customer, **patch)
        self.finals.append(await self.shop.finalize(invoice))

    async def report(self, path: str, **query: str) -> Json:
        """A report."""
        return expect(await self.shop.api.get(path, query=query), 200)


@asynccontextmanager
async def season_of(shop: Shop) -> AsyncIterator[Season]:
    """The month; accounting software has an account for every posting."""
    await shop.database.fetch(
        "insert into gl_accounts (number, description, category) values"
        " ('2310', 'TPS', 'liability'), ('2320', 'TVQ', 'liability'), ('2330', 'TVH', 'liability')"
    )
    await shop.database.fetch(
        "update taxes set gl_account = case code when 'TPS' then '2310' when 'TVQ' then '2320' else '2330' end,"
        " registration_number = case code when 'TVQ' then '1234567890 TQ0001' else '123456789 RT0001' end"
    )
    accounts = {
        "default_revenue_account": await shop.account(),
        "default_receivable_account": await shop.account("asset"),
    }
    async with shop.settings(connector="ledger", **accounts):
        season = Season(shop)
        await season.run()
        yield season
