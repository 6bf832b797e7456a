from tests.support.invoicing import invoicing, invoicing_database

__all__ = ["invoicing", "invoicing_database"]
