"""The table of contents of the API: every call, who may make it, what it takes and what it answers."""

from services.invoice_service.api import catalogue
from services.invoice_service.api.routing import ACCOUNTANT_OR_MACHINE, Route

ROUTES: tuple[Route, ...] = (
    *catalogue.GL_ACCOUNTS.routes("/gl-accounts"),
    *catalogue.PRODUCTS.routes("/products", write=ACCOUNTANT_OR_MACHINE),
    *catalogue.EXTRA_CHARGES.routes("/extra-charges"),
    *catalogue.PAYMENT_TERMS.routes("/payment-terms"),
    *catalogue.PAYMENT_METHODS.routes("/payment-methods"),
    *catalogue.SALES_REPS.routes("/sales-reps"),
)
