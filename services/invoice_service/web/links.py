"""Where things are among the pages."""

from collections.abc import Sequence
from urllib.parse import quote, urlencode


def invoice_path(number: str) -> str:
    """The page of an invoice: its number may hold a slash."""
    return f"/invoices/{quote(number, safe='')}"


def address_with(path: str, parameters: Sequence[tuple[str, str]]) -> str:
    """A page with these parameters."""
    return f"{path}?{urlencode(parameters)}" if parameters else path
