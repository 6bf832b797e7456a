from tests.integration.invoice_service.production import shop
from tests.support.invoicing import invoicing, invoicing_database

__all__ = ["invoicing", "invoicing_database", "shop"]
