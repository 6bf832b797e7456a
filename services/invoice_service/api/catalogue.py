"""The simple kinds of reference data, each with its bodies and its list."""

from typing import get_args

from services.invoice_service.api.bodies import catalogue as bodies
from services.invoice_service.api.bodies import texts
from services.invoice_service.api.lists import ACTIVE, SEARCH, ListSpec, choice_filter
from services.invoice_service.api.reference import Resource
from services.invoice_service.domain import reference

_BY_CODE = ListSpec(("code", "description"), "code", (SEARCH, ACTIVE))

GL_ACCOUNTS = Resource(
    reference.GlAccount,
    bodies.GlAccountBody,
    bodies.GlAccountBody.record,
    bodies.GlAccountShown,
    ListSpec(
        ("number", "description", "category"),
        "number",
        (SEARCH, ACTIVE, choice_filter("category", "Those of a category", get_args(bodies.Category))),
    ),
    variable="number",
)
PRODUCTS = Resource(
    reference.Product,
    bodies.ProductBody,
    bodies.ProductBody.record,
    bodies.ProductShown,
    _BY_CODE,
    refusals=("unknown_reference",),
)
EXTRA_CHARGES = Resource(
    reference.ExtraChargeCode,
    bodies.ExtraChargeBody,
    bodies.ExtraChargeBody.record,
    bodies.ExtraChargeShown,
    _BY_CODE,
    refusals=("unknown_reference", "account_or_product_required"),
)
PAYMENT_TERMS = Resource(
    reference.PaymentTerm,
    bodies.PaymentTermBody,
    bodies.PaymentTermBody.record,
    bodies.PaymentTermShown,
    ListSpec(("code", "description", "days"), "code", (SEARCH, ACTIVE)),
)
PAYMENT_METHODS = Resource(
    reference.PaymentMethod,
    bodies.PaymentMethodBody,
    bodies.PaymentMethodBody.record,
    bodies.PaymentMethodShown,
    _BY_CODE,
)
SALES_REPS = Resource(
    reference.SalesRep,
    bodies.SalesRepBody,
    bodies.SalesRepBody.record,
    bodies.SalesRepShown,
    ListSpec(("code", "name"), "code", (SEARCH, ACTIVE)),
)
FORM_MESSAGES = Resource(
    reference.FormMessage,
    texts.FormMessageBody,
    texts.FormMessageBody.record,
    texts.FormMessageShown,
    ListSpec(("code",), "code", (SEARCH, ACTIVE)),
)
EMAIL_TEMPLATES = Resource(
    reference.EmailTemplate,
    texts.EmailTemplateBody,
    texts.EmailTemplateBody.record,
    texts.EmailTemplateShown,
    ListSpec(("kind",), "kind", (SEARCH,)),
    variable="kind",
    refusals=("unknown_variable",),
)
TRANSLATIONS = Resource(
    reference.Translation,
    texts.TranslationBody,
    texts.TranslationBody.record,
    texts.TranslationShown,
    ListSpec(("key",), "key", (SEARCH,)),
    variable="key",
)
