"""The reports as workbooks: a row for each final, sums below their rows, the total at the end."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from services.invoice_service.api.workbooks.making import Desk, refuse_more, written
from services.invoice_service.api.workbooks.sheet import Cell, Column, Row
from services.invoice_service.application.choose_finals import Wanted, choose_finals
from services.invoice_service.application.context import Context
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.report_customer import known_customer, report_customer
from services.invoice_service.application.report_sales import report_sales
from services.invoice_service.application.report_taxes import report_taxes
from services.invoice_service.domain.reports import (
    GroupBy,
    Period,
    Sales,
    SalesGroup,
    SalesLine,
    TaxReport,
    TaxRow,
    total_of,
)
from services.invoice_service.domain.texts import Language, Localized

_L = Localized
SALES = _L("Ventes", "Sales")
TAXES = _L("Taxes", "Taxes")
_TOTAL = _L("Total", "Total")
_GROUPS: dict[GroupBy, Localized] = {
    "customer": _L("Client", "Customer"),
    "sales_rep": _L("Représentant", "Sales rep"),
}
_NO_REP = _L("Sans représentant", "Without a sales rep")
_INVOICE = _L("Facture #", "Invoice #")
_DATE = _L("Date", "Date")
_CURRENCY = _L("Devise", "Currency")
_SUBTOTAL, _TAXES = _L("Sous-total", "Sub-total"), _L("Taxes", "Taxes")
_RATE = _L("Taux de change", "Exchange rate")
_TAX, _TAX_RATE = _L("Taxe", "Tax"), _L("Taux", "Rate")
_REGISTRATION = _L("Numéro d'enregistrement", "Registration number")
_BASE, _AMOUNT = _L("Montant taxable", "Taxable amount"), _L("Taxe facturée", "Tax charged")
_INVOICES, _CREDITS = _L("Factures", "Invoices"), _L("Notes de crédit", "Credit notes")
_YEAR = _L("Année", "Year")
_ALL_SALES = _L("Ventes, taxées ou non", "Sales, taxed or not")


async def fill_sales(uow: UnitOfWork, context: Context, desk: Desk, wanted: Wanted, by: GroupBy) -> str:
    """The sales of a period: each final under its customer or sales rep."""
    chosen = await choose_finals(uow, context, wanted)
    report = await report_sales(uow, chosen, by)
    refuse_more(report.sales.invoices + report.sales.credit_notes)
    title, language = SALES.text(desk.language), desk.language
    sheet = desk.begin(
        title, _span(chosen.period), _sales_columns(language, by, chosen.currency), chosen.currency
    )
    sums = {group.code: group for group in report.groups}
    last: SalesLine | None = None
    async for lines in uow.reports.sales_lines(chosen, by):
        await written(sheet, _sales_rows(lines, last, sums, by, language))
        last = lines[-1]
    if last is not None:
        sheet.add([_group_row(sums[last.group(by)], language)])
    sheet.filter()
    sheet.add(_sales_totals(report.sales, language))
    return f"{title}_{chosen.period.first}_{chosen.period.last}"


def _span(period: Period) -> str:
    return f"{period.first} / {period.last}"


def _sales_columns(language: Language, by: GroupBy, currency: str) -> list[Column]:
    other: GroupBy = "sales_rep" if by == "customer" else "customer"
    return [
        Column(_GROUPS[by].text(language), width=34),
        Column(_INVOICE.text(language), width=14),
        Column(_DATE.text(language), "date", 11),
        Column(_GROUPS[other].text(language), width=30),
        Column(_SUBTOTAL.text(language), "amount", 15),
        Column(_TAXES.text(language), "amount", 13),
        Column(_TOTAL.text(language), "amount", 15),
        Column(_CURRENCY.text(language), width=8),
        Column(_RATE.text(language), "rate", 11),
        Column(f"{_SUBTOTAL.text(language)} ({currency})", "money", 17),
        Column(f"{_TAXES.text(language)} ({currency})", "money", 15),
        Column(f"{_TOTAL.text(language)} ({currency})", "money", 17),
    ]


def _sales_rows(
    lines: Sequence[SalesLine],
    last: SalesLine | None,
    sums: dict[str | None, SalesGroup],
    by: GroupBy,
    language: Language,
) -> Iterator[Row]:
    """The rows of these lines, behind that of the last one: a group ends where the next one begins."""
    for line in lines:
        if last is not None and last.group(by) != line.group(by):
            yield _group_row(sums[last.group(by)], language)
        yield _sales_row(line, by, language)
        last = line


def _sales_row(line: SalesLine, by: GroupBy, language: Language) -> Row:
    names = (line.customer_name, line.sales_rep_name or _NO_REP.text(language))
    of_group, other = names if by == "customer" else names[::-1]
    return Row(
        (
            of_group,
            line.number,
            line.date,
            other if by == "sales_rep" or line.sales_rep else None,
            line.subtotal,
            line.taxes,
            line.total,
            line.currency,
            None if line.rate == 1 else line.rate,
            line.company_subtotal,
            line.company_taxes,
            line.company_total,
        ),
        level=1,
    )


def _group_row(group: SalesGroup, language: Language) -> Row:
    return Row((group.name or _NO_REP.text(language), *_sums(group.sales)), "group")


def _sums(sales: Sales) -> tuple[Cell, ...]:
    """A sum's cells: amounts of several currencies are not added up, but in the company's."""
    only = sales.by_currency[0] if len(sales.by_currency) == 1 else None
    own: tuple[Cell, ...] = (None,) * 4
    if only is not None:
        own = (only.subtotal, only.taxes, only.total, only.currency)
    return (None, None, None, *own, None, sales.subtotal, sales.taxes, sales.total)


def _sales_totals(sales: Sales, language: Language) -> Iterator[Row]:
    if len(sales.by_currency) > 1:
        for sold in sales.by_currency:
            name = f"{_TOTAL.text(language)} {sold.currency}"
            yield Row((name, *_sums(Sales((sold,)))), "group")
    yield Row((_TOTAL.text(language), *_sums(sales)), "total")


async def fill_taxes(uow: UnitOfWork, context: Context, desk: Desk, wanted: Wanted) -> str:
    """The taxes of a period, by registration number and rate; below, all sales."""
    chosen = await choose_finals(uow, context, wanted)
    report = await report_taxes(uow, chosen)
    language, currency, title = desk.language, chosen.currency, TAXES.text(desk.language)
    columns = [
        Column(_TAX.text(language), width=26),
        Column(_REGISTRATION.text(language), width=24),
        Column(_TAX_RATE.text(language), "percent", 10),
        Column(_CURRENCY.text(language), width=8),
        Column(_INVOICES.text(language), "count", 10),
        Column(_CREDITS.text(language), "count", 10),
        Column(_BASE.text(language), "amount", 17),
        Column(_AMOUNT.text(language), "amount", 15),
        Column(f"{_BASE.text(language)} ({currency})", "money", 19),
        Column(f"{_AMOUNT.text(language)} ({currency})", "money", 17),
    ]
    sheet = desk.begin(title, _span(chosen.period), columns, currency)
    sheet.add(_tax_rows(report, language))
    sheet.filter()
    sheet.add(_tax_totals(report, language))
    return f"{title}_{chosen.period.first}_{chosen.period.last}"


def _tax_rows(report: TaxReport, language: Language) -> Iterator[Row]:
    for declared in report.declared:
        for row in report.taxes:
            if (row.code, row.registration_number) == (declared.code, declared.registration_number):
                yield from _rows_of_tax(row, language)
        yield _declared_row(declared, language)


def _rows_of_tax(row: TaxRow, language: Language) -> Iterator[Row]:
    for charged in row.by_currency:
        cells = (
            row.name.text(language),
            row.registration_number,
            row.rate,
            charged.currency,
            charged.invoices,
            charged.credit_notes,
            charged.base,
            charged.amount,
            charged.company_base,
            charged.company_amount,
        )
        yield Row(cells, level=1)


def _declared_row(row: TaxRow, language: Language) -> Row:
    only = row.by_currency[0] if len(row.by_currency) == 1 else None
    own: tuple[Cell, Cell] = (only.base, only.amount) if only else (None, None)
    cells = (
        row.name.text(language),
        row.registration_number,
        None,
        only.currency if only else None,
        row.invoices,
        row.credit_notes,
        *own,
        row.base,
        row.amount,
    )
    return Row(cells, "group")


def _tax_totals(report: TaxReport, language: Language) -> Iterator[Row]:
    sales = report.sales
    charged: Decimal | None = total_of(row.amount for row in report.taxes)
    counts = (sales.invoices, sales.credit_notes)
    yield Row((_TOTAL.text(language), *(None,) * 8, charged), "total")
    yield Row(
        (_ALL_SALES.text(language), None, None, None, *counts, None, None, sales.subtotal, None), "total"
    )


async def fill_customer(uow: UnitOfWork, context: Context, desk: Desk, code: str) -> str:
    """The sales to a customer, by year and currency."""
    report = await report_customer(uow, context, await known_customer(uow, code), await uow.settings.get())
    language, currency = desk.language, report.currency
    columns = [
        Column(_YEAR.text(language), width=10),
        Column(_CURRENCY.text(language), width=8),
        Column(_INVOICES.text(language), "count", 10),
        Column(_CREDITS.text(language), "count", 10),
        Column(_SUBTOTAL.text(language), "amount", 16),
        Column(_TAXES.text(language), "amount", 14),
        Column(_TOTAL.text(language), "amount", 16),
        Column(f"{_SUBTOTAL.text(language)} ({currency})", "money", 18),
        Column(f"{_TAXES.text(language)} ({currency})", "money", 16),
        Column(f"{_TOTAL.text(language)} ({currency})", "money", 18),
    ]
    sheet = desk.begin(SALES.text(language), f"{report.code} {report.name}", columns, currency)
    for year in report.years:
        sheet.add(_year_rows(year.year, year.sales))
    sheet.filter()
    return f"{SALES.text(language)}_{report.code}"


def _year_rows(year: int, sales: Sales) -> Iterator[Row]:
    if len(sales.by_currency) > 1:
        for sold in sales.by_currency:
            yield _year_row(year, Sales((sold,)), level=1)
    yield _year_row(year, sales)


def _year_row(year: int, sales: Sales, *, level: int = 0) -> Row:
    _, _, _, subtotal, taxes, total, currency, _, *company = _sums(sales)
    cells = (str(year), currency, sales.invoices, sales.credit_notes, subtotal, taxes, total, *company)
    return Row(cells, level=level)
