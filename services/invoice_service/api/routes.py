"""The table of contents of the API: every call, who may make it, what it takes and what it answers."""

from services.invoice_service.api import (
    access,
    batching,
    business_entities,
    catalogue,
    customers,
    invoicing,
    jobs,
    mailing,
    reporting,
    shop_settings,
    tax_codes,
    users,
    watching,
)
from services.invoice_service.api.bodies.access import KeyBody, KeyShown, MeBody, MeShown, NewKeyShown
from services.invoice_service.api.bodies.customers import CustomerBody, CustomerShown
from services.invoice_service.api.bodies.entities import (
    BusinessEntityBody,
    BusinessEntityShown,
    SeriesBody,
    SeriesShown,
)
from services.invoice_service.api.bodies.jobs import JobBody, JobChargeBody, JobChargeShown, JobShown
from services.invoice_service.api.bodies.settings import SettingsBody, SettingsShown
from services.invoice_service.api.bodies.taxes import TaxCodeBody, TaxCodeShown
from services.invoice_service.api.bodies.users import UserBody, UserPatch, UserShown
from services.invoice_service.api.routing import (
    ACCOUNTANT,
    ACCOUNTANT_OR_MACHINE,
    ADMIN,
    ANYBODY,
    BILLER_OR_MACHINE,
    VIEWER,
    VIEWER_OR_MACHINE,
    Route,
    creating,
    deleting,
    listing,
    patching,
    putting,
    reading,
)

CUSTOMERS = (
    listing(
        "/customers",
        customers.get_list,
        VIEWER_OR_MACHINE,
        "List customers",
        CustomerShown,
        customers.LISTING.parameters,
    ),
    reading("/customers/{code}", customers.get_one, VIEWER_OR_MACHINE, "One customer", CustomerShown),
    putting(
        "/customers/{code}",
        customers.put,
        BILLER_OR_MACHINE,
        "Declare or replace a customer, whole",
        CustomerBody,
        CustomerShown,
    ).refusing(422, "unknown_reference"),
)
JOBS = (
    listing("/jobs", jobs.get_list, VIEWER_OR_MACHINE, "List jobs", JobShown, jobs.LISTING.parameters),
    reading("/jobs/{number}", jobs.get_one, VIEWER_OR_MACHINE, "One job", JobShown),
    putting(
        "/jobs/{number}", jobs.put, BILLER_OR_MACHINE, "Declare or replace a job, whole", JobBody, JobShown
    )
    .refusing(409, "in_use")
    .refusing(422, "unknown_reference", "price_twice", "account_or_product_required"),
    putting(
        "/jobs/{number}/extra-charges/{id}",
        jobs.put_charge,
        BILLER_OR_MACHINE,
        "Add or replace an extra charge of a job",
        JobChargeBody,
        JobChargeShown,
    )
    .refusing(409, "in_use")
    .refusing(422, "unknown_reference", "account_or_product_required"),
    deleting(
        "/jobs/{number}/extra-charges/{id}",
        jobs.delete_charge,
        BILLER_OR_MACHINE,
        "Take away an extra charge that is not billed",
    ).refusing(409, "in_use"),
)
TAX_CODES = (
    listing(
        "/tax-codes",
        tax_codes.get_list,
        VIEWER,
        "List tax codes",
        TaxCodeShown,
        tax_codes.LISTING.parameters,
    ),
    reading("/tax-codes/{code}", tax_codes.get_one, VIEWER, "One tax code", TaxCodeShown),
    putting(
        "/tax-codes/{code}",
        tax_codes.put,
        ACCOUNTANT,
        "Declare or replace a tax code",
        TaxCodeBody,
        TaxCodeShown,
    ).refusing(422, "unknown_reference", "tax_differs"),
    deleting(
        "/tax-codes/{code}", tax_codes.delete, ACCOUNTANT, "Delete a tax code that nothing uses"
    ).refusing(409, "in_use"),
)
BUSINESS_ENTITIES = (
    listing(
        "/business-entities",
        business_entities.get_list,
        VIEWER,
        "List business entities",
        BusinessEntityShown,
        business_entities.LISTING.parameters,
    ),
    reading(
        "/business-entities/{code}",
        business_entities.get_one,
        VIEWER,
        "One business entity",
        BusinessEntityShown,
    ),
    putting(
        "/business-entities/{code}",
        business_entities.put,
        ADMIN,
        "Declare or replace a business entity",
        BusinessEntityBody,
        BusinessEntityShown,
    )
    .refusing(409, "in_use")
    .refusing(422, "prefix_taken"),
    deleting(
        "/business-entities/{code}",
        business_entities.delete,
        ADMIN,
        "Delete a business entity that never issued anything",
    ).refusing(409, "in_use"),
    reading(
        "/number-series/{entity}/{kind}",
        business_entities.get_series,
        VIEWER,
        "One number series",
        SeriesShown,
    ),
    patching(
        "/number-series/{entity}/{kind}",
        business_entities.patch_series,
        ADMIN,
        "Set prefix, padding and next value",
        SeriesBody,
        SeriesShown,
    )
    .refusing(409, "series_in_use")
    .refusing(422, "reason_required", "prefix_taken"),
)
CATALOGUE = (
    *catalogue.GL_ACCOUNTS.routes("/gl-accounts"),
    *catalogue.PRODUCTS.routes("/products", write=ACCOUNTANT_OR_MACHINE),
    *catalogue.EXTRA_CHARGES.routes("/extra-charges"),
    *catalogue.PAYMENT_TERMS.routes("/payment-terms"),
    *catalogue.PAYMENT_METHODS.routes("/payment-methods"),
    *catalogue.SALES_REPS.routes("/sales-reps"),
    *catalogue.FORM_MESSAGES.routes("/form-messages"),
    *catalogue.EMAIL_TEMPLATES.routes("/email-templates", write=ADMIN),
    *catalogue.TRANSLATIONS.routes("/translations", write=ADMIN),
)
SETTINGS = (
    reading("/settings", shop_settings.get, VIEWER, "The shop's settings", SettingsShown),
    patching(
        "/settings", shop_settings.patch, ADMIN, "Change some settings", SettingsBody, SettingsShown
    ).refusing(422, "unknown_reference"),
)
ACCESS = (
    listing("/keys", access.get_keys, ADMIN, "List API keys", KeyShown, access.KEYS.parameters),
    creating(
        "/keys", access.post_key, ADMIN, "Make an API key; its secret is told once", KeyBody, NewKeyShown
    ),
    reading("/keys/{id}", access.get_key, ADMIN, "One API key", KeyShown),
    deleting("/keys/{id}", access.delete_key, ADMIN, "Revoke an API key"),
    listing("/users", users.get_list, ADMIN, "List users", UserShown, users.LISTING.parameters),
    creating("/users", users.post, ADMIN, "Make a user", UserBody, UserShown),
    reading("/users/{id}", users.get_one, ADMIN, "One user", UserShown),
    patching("/users/{id}", users.patch, ADMIN, "Change a user", UserPatch, UserShown).refusing(
        409, "last_admin"
    ),
    deleting("/users/{id}", users.delete, ADMIN, "Delete a user").refusing(409, "last_admin"),
    reading("/me", access.get_me, ANYBODY, "Who is asking", MeShown),
    patching("/me", access.patch_me, ANYBODY, "Change the caller's preferences", MeBody, MeShown),
)

ROUTES: tuple[Route, ...] = (
    *CUSTOMERS,
    *JOBS,
    *TAX_CODES,
    *BUSINESS_ENTITIES,
    *CATALOGUE,
    *SETTINGS,
    *ACCESS,
    *batching.ROUTES,
    *invoicing.ROUTES,
    *mailing.ROUTES,
    *reporting.ROUTES,
    *watching.ROUTES,
)
