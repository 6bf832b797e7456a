"""The simple kinds of reference data as sheets: which fields each row has. Data, no behaviour."""

from services.invoice_service.api import catalogue
from services.invoice_service.web.inputs import Input
from services.invoice_service.web.sheets import Sheet
from services.invoice_service.web.translations import Wording

_DESCRIPTION = (Input("description.fr"), Input("description.en"))
_ACTIVE = Input("active", "flag", default="1")

SHEETS: tuple[Sheet, ...] = (
    Sheet(
        "products",
        catalogue.PRODUCTS,
        (*_DESCRIPTION, Input("unit_price", "number"), Input("gl_account", "account"), _ACTIVE),
    ),
    Sheet(
        "extra_charges",
        catalogue.EXTRA_CHARGES,
        (
            *_DESCRIPTION,
            Input("unit_price", "number"),
            Input("gl_account", "account"),
            Input("product", "product"),
            _ACTIVE,
        ),
    ),
    Sheet(
        "payment_terms",
        catalogue.PAYMENT_TERMS,
        (
            *_DESCRIPTION,
            Input("days", "whole", default="0"),
            Input("end_of_month", "flag"),
            Input("on_delivery", "flag"),
            _ACTIVE,
        ),
    ),
    Sheet("payment_methods", catalogue.PAYMENT_METHODS, (*_DESCRIPTION, _ACTIVE)),
    Sheet("sales_reps", catalogue.SALES_REPS, (Input("name"), Input("email", "email"), _ACTIVE)),
    Sheet(
        "gl_accounts",
        catalogue.GL_ACCOUNTS,
        (
            Input("description"),
            Input(
                "category",
                "choice",
                choices=("revenue", "expense", "asset", "liability"),
                default="revenue",
            ),
            _ACTIVE,
        ),
    ),
    Sheet(
        "form_messages",
        catalogue.FORM_MESSAGES,
        (
            Input("text.fr", "lines"),
            Input("text.en", "lines"),
            Input("on", "boxes", choices=("invoice", "quote", "shipment"), default="invoice"),
            _ACTIVE,
        ),
    ),
    Wording("translations", catalogue.TRANSLATIONS, (Input("fr"), Input("en")), fixed=True),
)
