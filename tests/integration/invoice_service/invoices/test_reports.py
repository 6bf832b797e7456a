"""Sales, taxes and the years of a customer: sums of finals, in two currencies, which agree with the ledger."""

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
import pytest_asyncio

from tests.integration.invoice_service.invoices.season import MAY, Season, season_of
from tests.integration.invoice_service.invoices.shop import Json, Shop

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def season(shop: Shop) -> AsyncIterator[Season]:
    """The month, which no test changes."""
    async with season_of(shop) as opened:
        yield opened


def figures(sales: Json) -> tuple[int, int, str | None, str | None, str | None]:
    return (
        sales["invoices"],
        sales["credit_notes"],
        sales["subtotal"],
        sales["taxes"],
        sales["total"],
    )


async def test_sales_by_customer(season: Season) -> None:
    report = await season.report("/reports/sales", **MAY)

    assert [(group["code"], group["name"]) for group in report["groups"]] == [
        (season.arcand, "arcand & fils"),
        (season.boston, "Boston Press"),
        (season.nobody, "Çà et là"),
        (season.zoe, "Zoé Éditions"),
    ]
    arcand, boston, _, zoe = report["groups"]
    assert figures(arcand) == (1, 0, "40.00", "5.60", "45.60")
    # 100.00 less the 10.00 that were credited; a draft credit takes nothing away.
    assert figures(zoe) == (1, 1, "90.00", "13.48", "103.48")
    # Each of 10.01 at 1.3755 is 13.77 (13.7687…), so two of them are 27.54 and not 27.53.
    assert figures(boston) == (2, 0, "27.54", "4.14", "31.68")
    assert boston["by_currency"] == [
        {"currency": "USD", "invoices": 2, "credit_notes": 0, "subtotal": "20.02", "taxes": "3.00", "total": "23.02"}
    ]  # fmt: skip
    assert figures(report) == (5, 1, "217.54", "23.22", "240.76")
    assert [(one["currency"], one["subtotal"]) for one in report["by_currency"]] == [
        ("CAD", "190.00"),
        ("USD", "20.02"),
    ]
    assert (report["from"], report["to"], report["group_by"], report["currency"]) == (
        "2025-05-01",
        "2025-05-31",
        "customer",
        "CAD",
    )


async def test_sales_by_sales_rep_with_those_of_nobody_at_the_end(season: Season) -> None:
    report = await season.report("/reports/sales", group_by="sales_rep", **MAY)

    assert [(group["code"], group["name"], group["subtotal"]) for group in report["groups"]] == [
        (season.eve, "Ève", "40.00"),
        (season.luc, "Luc", "117.54"),
        (None, None, "60.00"),
    ]


@pytest.mark.parametrize(
    ("query", "subtotal"),
    [
        ({"customer": "{zoe}"}, "90.00"),
        ({"sales_rep": "{luc}"}, "117.54"),
        ({"sales_rep": "{luc}", "customer": "{boston}"}, "27.54"),
        ({"business_entity": "MAIN"}, "217.54"),
        ({"business_entity": "OTHER"}, "0.00"),
        ({"from": "2025-05-16"}, "43.77"),
        ({"to": "2025-05-01"}, "100.00"),
        ({"from": "2025-05-02", "to": "2025-05-02"}, "60.00"),
    ],
)
async def test_what_is_chosen(season: Season, query: dict[str, str], subtotal: str) -> None:
    known = {name: getattr(season, name) for name in ("zoe", "luc", "boston")}
    wanted = MAY | {name: value.format(**known) for name, value in query.items()}

    assert (await season.report("/reports/sales", **wanted))["subtotal"] == subtotal


async def test_without_a_period_it_is_this_month_until_today(season: Season) -> None:
    sales = await season.report("/reports/sales")
    taxes = await season.report("/reports/taxes", to="2025-05-20")

    assert (sales["from"], sales["to"]) == ("2025-07-01", "2025-07-18")
    assert (taxes["from"], taxes["to"]) == ("2025-05-01", "2025-05-20")
    # What it is at the shop: four hours behind UTC.
    season.shop.api.clock.pass_(hours=13)
    try:
        assert (await season.report("/reports/sales"))["to"] == "2025-07-18"
    finally:
        season.shop.api.clock.pass_(hours=-13)


async def test_taxes_by_tax_rate_and_registration_number(season: Season) -> None:
    report = await season.report("/reports/taxes", **MAY)

    rows = [
        (row["code"], row["rate"], row["registration_number"], row["base"], row["amount"])
        for row in report["taxes"]
    ]
    assert rows == [
        ("TPS", "0.05", "123456789 RT0001", "117.54", "5.88"),
        ("TVH-NS", "0.14", "123456789 RT0001", "40.00", "5.60"),
        ("TVQ", "0.09975", "1234567890 TQ0001", "117.54", "11.74"),
    ]
    tps = report["taxes"][0]
    assert tps["name"] == {"fr": "TPS", "en": "GST"}
    assert (tps["invoices"], tps["credit_notes"]) == (3, 1)
    assert tps["by_currency"] == [
        {"currency": "CAD", "base": "90.00", "amount": "4.50"},
        {"currency": "USD", "base": "20.02", "amount": "1.00"},
    ]
    sales = await season.report("/reports/sales", **MAY)
    assert figures(report["sales"]) == figures(sales)
    assert sum(Decimal(row["amount"]) for row in report["taxes"]) == Decimal(sales["taxes"])


async def test_a_return_is_of_a_registration_number_whatever_the_rate(season: Season) -> None:
    await season.bill(season.arcand, "10.00", date="2025-03-31", tax_code="NS")  # at 15 %, for the last day

    report = await season.report("/reports/taxes", **{"from": "2025-03-01", "to": "2025-05-31"})

    rates = [row["rate"] for row in report["taxes"] if row["code"] == "TVH-NS"]
    (declared,) = [row for row in report["declared"] if row["code"] == "TVH-NS"]
    assert rates == ["0.14", "0.15"]
    assert (declared["base"], declared["amount"], declared["invoices"]) == ("50.00", "7.10", 2)


async def test_reports_are_what_is_booked(season: Season) -> None:
    """For the same finals: receivable, revenue and each tax, in each currency."""
    booked: dict[tuple[str, str], Decimal] = {}
    for final in season.finals:
        if not MAY["from"] <= final["date"] <= MAY["to"]:
            continue
        (transfer,) = await season.shop.outbox(final, "accounting.transfer.v1")
        for posting in transfer["postings"]:
            key = (transfer["currency"], posting["tax"] or posting["kind"])
            booked[key] = booked.get(key, Decimal(0)) + Decimal(posting["amount"])

    sales = await season.report("/reports/sales", **MAY)
    taxes = await season.report("/reports/taxes", **MAY)
    reported = {}
    for sold in sales["by_currency"]:
        reported[sold["currency"], "receivable"] = Decimal(sold["total"])
        reported[sold["currency"], "revenue"] = -Decimal(sold["subtotal"])
    for row in taxes["taxes"]:
        for charged in row["by_currency"]:
            reported[charged["currency"], row["code"]] = -Decimal(charged["amount"])

    assert reported == booked
    assert len(booked) == 9


async def test_five_years_of_a_customer(season: Season) -> None:
    report = await season.report(f"/customers/{season.zoe}/sales")

    assert (report["code"], report["name"], report["currency"]) == (season.zoe, "Zoé Éditions", "CAD")
    assert [
        (one["year"], one["invoices"], one["credit_notes"], one["subtotal"]) for one in report["years"]
    ] == [
        (2021, 0, 0, "0.00"),
        (2022, 0, 0, "0.00"),
        (2023, 1, 0, "300.00"),
        (2024, 0, 0, "0.00"),
        (2025, 3, 1, "106.00"),
    ]
    assert (await season.shop.api.get("/customers/C-0/sales")).status == 404


async def test_an_amount_without_a_rate_to_the_companys_currency_is_not_made_up(season: Season) -> None:
    async with season.shop.settings(currency="EUR"):
        report = await season.report("/reports/sales", **MAY)

    assert figures(report) == (5, 1, None, None, None)
    assert [(one["currency"], one["subtotal"]) for one in report["by_currency"]] == [
        ("CAD", "190.00"),
        ("USD", "20.02"),
    ]


@pytest.mark.parametrize("path", ["/reports/sales", "/reports/taxes"])
@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ({"from": "2025-06-01", "to": "2025-05-31"}, "from", "period_reversed"),
        ({"from": "2025-07-19"}, "from", "period_reversed"),
        ({"from": "may"}, "from", "invalid"),
        ({"to": "2025-02-29"}, "to", "invalid"),
        ({"group_by": "month"}, "group_by", "invalid"),
        ({"month": "5"}, "month", "unknown_parameter"),
    ],
)
async def test_what_no_report_takes_is_refused(
    season: Season, path: str, query: dict[str, str], field: str, code: str
) -> None:
    if field == "group_by" and path.endswith("taxes"):
        code = "unknown_parameter"
    for ending in ("", ".xlsx"):
        reply = await season.shop.api.get(f"{path}{ending}", query=query)
        assert (reply.status, reply.fields) == (400, {field: code})


async def test_whoever_may_look_and_machines_may_not(season: Season) -> None:
    api = season.shop.api
    viewer, machine = await season.shop.key("viewer"), await season.shop.key("integration")
    for path in ("/reports/sales", "/reports/taxes", f"/customers/{season.zoe}/sales"):
        for ending in ("", ".xlsx"):
            assert (await api.get(f"{path}{ending}", key=viewer)).status == 200
            assert (await api.get(f"{path}{ending}", key=machine)).status == 403
    assert (await api.get("/invoices.xlsx", key=machine)).status == 200
