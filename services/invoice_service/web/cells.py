"""What a field of a setting is in a workbook: a number where it is one, else what its page says."""

from collections.abc import Mapping
from decimal import Decimal

from services.invoice_service.api.workbooks.sheet import Cell, Kind
from services.invoice_service.web.inputs import Control, Input
from services.invoice_service.web.line_form import plain_number
from services.invoice_service.web.words import Words

KINDS: Mapping[Control, Kind] = {"number": "rate", "whole": "count"}


def cell(of: Input, text: str, words: Words) -> Cell:
    """A cell, from the text that stands in the field."""
    match of.control:
        case "number" | "whole":
            return Decimal(plain_number(text, words.language)) if text else None
        case "flag":
            return words("sheet.yes" if text else "sheet.no")
        case "choice" | "boxes":
            return ", ".join(words(f"setting.{of.label}.{choice}") for choice in text.split())
        case _:
            return text
