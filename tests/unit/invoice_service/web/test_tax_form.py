import datetime as dt
from decimal import Decimal

from services.invoice_service.domain.tax import DatedRate, Tax, TaxCode
from services.invoice_service.domain.texts import Localized
from services.invoice_service.web.forms import Form
from services.invoice_service.web.inputs import defaults
from services.invoice_service.web.tax_form import body_in, field_in_form, inputs_for, periods_of, rows_of

RATES = (DatedRate(dt.date(2010, 7, 1), Decimal("0.15")), DatedRate(dt.date(2025, 4, 1), Decimal("0.14")))
HST = Tax("TVHNE", Localized("TVH", "HST"), RATES)


def test_there_is_one_row_more_than_rates_and_as_many_as_were_sent() -> None:
    assert rows_of(None) == (1, 1)
    assert rows_of(TaxCode("NS", "NS", (HST,))) == (3, 1)
    sent = Form({"taxes.1.rates.4.from": [""], "taxes.2.rates.9.from": [""], "taxes.0.rates.x.from": [""]})
    assert rows_of(TaxCode("NS", "NS", (HST,)), sent) == (3, 5)


def test_what_is_empty_is_none_and_faults_find_their_field() -> None:
    rows = (2, 3)
    texts = defaults(inputs_for(rows)) | {
        "description": "Essai",
        "taxes.1.code": "TVQ",
        "taxes.1.rates.2.from": "2013-01-01",
        "taxes.1.rates.2.rate": "9,975",
    }
    body, places = body_in(texts, rows, "fr")
    assert body["active"] is True
    assert body["taxes"] == [
        {
            "code": "TVQ",
            "name": {"fr": None, "en": None},
            "gl_account": None,
            "registration_number": None,
            "rates": [{"from": "2013-01-01", "rate": "0.09975"}],
        }
    ]
    assert field_in_form("taxes[0].rates[0].rate", places) == "taxes.1.rates.2.rate"
    assert field_in_form("taxes[0].name.fr", places) == "taxes.1.name.fr"
    assert field_in_form("taxes[0]", places) == "taxes.1"
    assert field_in_form("description", places) == "description"


def test_rates_are_told_by_period_the_newest_first() -> None:
    newest, oldest = periods_of(HST)
    assert (newest.since, newest.until, newest.rate) == (dt.date(2025, 4, 1), None, Decimal("0.14"))
    assert (oldest.until, oldest.rate) == (dt.date(2025, 3, 31), Decimal("0.15"))
