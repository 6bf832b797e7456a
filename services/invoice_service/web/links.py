"""Where things are among the pages."""

from urllib.parse import quote


def invoice_path(number: str) -> str:
    """The page of an invoice: its number may hold a slash."""
    return f"/invoices/{quote(number, safe='')}"
