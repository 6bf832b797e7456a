"""What Hypothesis chooses from: figures that round badly, days about a change of rates, what may be typed."""

from typing import Any

from hypothesis import strategies as st

from tests.integration.invoice_service.machine.model import trade
from tests.integration.invoice_service.machine.model.figures import Number, written

Json = dict[str, Any]
Choice = st.SearchStrategy


def _decimals(low: int, high: int, places: int) -> Choice[str]:
    scaled = st.integers(low * 10**places, high * 10**places)
    return scaled.map(lambda units: str(written(Number(units, 10**places))))


QUANTITIES = st.sampled_from(
    (
        "1",
        "2",
        "3",
        "7",
        "0",
        "0.3333",
        "0.5",
        "1.005",
        "250",
        "999.9999",
        "1000",
        "1050",
        "1050.0001",
        "0.0001",
    )
) | _decimals(0, 1200, 4)
UNIT_PRICES = st.sampled_from(
    ("100.00", "0.005", "0.015", "1.005", "33.335", "0.334", "0.918437", "0.000001", "-10.00", "0", "19.99")
) | _decimals(-100, 1000, 6)
TOTAL_PRICES = st.sampled_from(("100.00", "10.00", "15812.65", "0.01", "-50.00", "0.00")) | _decimals(
    -100, 5000, 2
)
# The rate of Nova Scotia changes on 2025-04-01; before 2010 nobody had a TVH, before 2013 no TVQ of 9,975 %.
DATES = st.sampled_from(("2025-03-31", "2025-04-01", "2025-04-02", "2024-02-29", "2024-12-31", "2012-06-30"))
TAX_CODE = st.sampled_from(("QC", "NS", "ON", "01", "00", "NB", "AB"))
TEXTS = st.sampled_from(("Merci", "Papier couché", "a « b »"))
REASONS = st.sampled_from(("erreur", "papier taché"))
PRODUCT = st.sampled_from(sorted(trade.PRODUCTS))
REVENUE = st.sampled_from(("4000", "4100", "5000"))
PO_NUMBERS = st.sampled_from(("PO-1", "4500/12"))
CLERKS = st.sampled_from(("biller", "accountant", "admin"))


def price() -> Choice[dict[str, str]]:
    """A price by unit, or for the ordered quantity, or none."""
    return st.one_of(
        UNIT_PRICES.map(lambda value: {"unit_price": value}),
        TOTAL_PRICES.map(lambda value: {"total_price": value}),
        st.just({}),
    )


def typed(**fields: Choice[Any]) -> Choice[dict[str, Any]]:
    """Some of these fields."""
    return st.fixed_dictionaries({}, optional=fields)


LINE = st.tuples(
    typed(
        description=TEXTS,
        po_number=PO_NUMBERS,
        ordered_quantity=QUANTITIES,
        quantity=QUANTITIES,
        gl_account=REVENUE,
        tax_code=TAX_CODE,
    ),
    price(),
).map(lambda parts: {**parts[0], **parts[1]})

# Lines that an invoice is made of: few cents that round, large ones, rebates, what costs nothing.
PRICED = st.fixed_dictionaries(
    {
        "quantity": st.sampled_from(("1", "3", "7", "2.5", "0.3333", "1000")),
        "unit_price": st.sampled_from(("100.00", "0.334", "0.335", "33.335", "0.001", "0", "-10.00", "1.005"))
        | _decimals(0, 200, 6),
    },
    optional={"tax_code": TAX_CODE},
)

LINE_EDIT = typed(
    description=st.none() | TEXTS,
    po_number=st.none() | PO_NUMBERS,
    ordered_quantity=st.none() | QUANTITIES,
    quantity=st.none() | QUANTITIES,
    unit_price=st.none() | UNIT_PRICES,
    total_price=st.none() | TOTAL_PRICES,
    product=PRODUCT,
    gl_account=REVENUE,
    tax_code=st.none() | TAX_CODE,
).filter(bool)

INVOICE_EDIT = typed(
    date=st.none() | DATES,
    ship_to=st.none() | st.sampled_from(("billing-QC", "shipping-QC", "shipping-NS", "billing-NS")),
    billing_contact=st.none() | st.sampled_from(("julie", "paul", "anne")),
    tax_code=st.none() | TAX_CODE,
    payment_term=st.none() | st.sampled_from(("NET30", "FDM")),
    language=st.none() | st.sampled_from(("fr", "en")),
    message=st.none() | TEXTS,
    exchange_rate=st.none() | st.sampled_from(("1.3712", "0.73")),
    business_entity=st.none() | st.sampled_from(trade.ENTITIES),
    hold=st.none() | st.just({"reason": "attend le client"}),
    note=st.none() | TEXTS,
).filter(bool)
