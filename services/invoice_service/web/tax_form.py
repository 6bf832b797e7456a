"""The form of a tax code: up to two taxes, each with its dated rates, and one row more for the next rate."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.invoice_service.api.answers import Json
from services.invoice_service.domain.tax import Tax, TaxCode
from services.invoice_service.domain.texts import Language
from services.invoice_service.web.forms import Form
from services.invoice_service.web.inputs import Input, body_of

CODE = (
    Input("description"),
    Input("province"),
    Input("is_default", "flag"),
    Input("active", "flag", default="1"),
)
_PLACES = (0, 1)
_MOST_RATES = 100
_SENT_RATE = re.compile(r"taxes\.([01])\.rates\.(\d{1,2})\.from")
_IN_BODY = re.compile(r"taxes\[(\d+)\](?:\.rates\[(\d+)\])?")

Rows = tuple[int, ...]
"""How many rows of rates each tax has in a form."""


def rows_of(tax_code: TaxCode | None, form: Form | None = None) -> Rows:
    """The rows that the form of a tax code has: one for each rate, and one more; at least those that were sent."""
    held = [len(tax.rates) for tax in tax_code.taxes] if tax_code else []
    rows = [(held[place] if place < len(held) else 0) + 1 for place in _PLACES]
    for name in form.fields if form else ():
        sent = _SENT_RATE.fullmatch(name)
        if sent:
            rows[int(sent[1])] = max(rows[int(sent[1])], int(sent[2]) + 1)
    return tuple(min(count, _MOST_RATES) for count in rows)


def tax_inputs(place: int, rows: int) -> tuple[Input, ...]:
    """The fields of one tax."""
    at = f"taxes.{place}"
    return (
        Input(f"{at}.code"),
        Input(f"{at}.name.fr"),
        Input(f"{at}.name.en"),
        Input(f"{at}.gl_account", "account"),
        Input(f"{at}.registration_number"),
        *(one for row in range(rows) for one in rate_inputs(place, row)),
    )


def rate_inputs(place: int, row: int) -> tuple[Input, Input]:
    """The fields of one rate: from which day, and how many percent."""
    at = f"taxes.{place}.rates.{row}"
    return Input(f"{at}.from", "date"), Input(f"{at}.rate", "percent")


def inputs_for(rows: Rows) -> tuple[Input, ...]:
    """All fields of the form."""
    return (*CODE, *(one for place, count in enumerate(rows) for one in tax_inputs(place, count)))


def body_in(
    texts: Mapping[str, str], rows: Rows, language: Language
) -> tuple[Json, Sequence[tuple[int, Sequence[int]]]]:
    """What the form says, as the API's body, and which tax and rates of the form those of the body are.

    A tax of which nothing is said is none, and so is a rate.
    """
    body = body_of(CODE, texts, language)
    taxes, places = [], []
    for place, count in enumerate(rows):
        inputs = tax_inputs(place, count)
        if not any(texts[one.name] for one in inputs):
            continue
        tax = body_of(inputs, texts, language)["taxes"][str(place)]
        said = [row for row in range(count) if any(texts[one.name] for one in rate_inputs(place, row))]
        tax["rates"] = [tax["rates"][str(row)] for row in said]
        taxes.append(tax)
        places.append((place, said))
    return {**body, "taxes": taxes}, places


def field_in_form(field: str, places: Sequence[tuple[int, Sequence[int]]]) -> str:
    """A field as the API calls it (`taxes[0].rates[1].from`), by its name in the form."""

    def named(match: re.Match[str]) -> str:
        place, said = places[int(match[1])]
        return f"taxes.{place}" if match[2] is None else f"taxes.{place}.rates.{said[int(match[2])]}"

    return _IN_BODY.sub(named, field)


@dataclass(frozen=True, slots=True)
class Period:
    """A rate, from its first day to its last (None: until further notice)."""

    since: dt.date
    until: dt.date | None
    rate: Decimal


def periods_of(tax: Tax) -> list[Period]:
    """The rates of a tax, newest first."""
    rates = sorted(tax.rates, key=lambda dated: dated.since)
    ends = [following.since - dt.timedelta(days=1) for following in rates[1:]]
    return [
        Period(dated.since, until, dated.rate) for dated, until in zip(rates, [*ends, None], strict=True)
    ][::-1]
