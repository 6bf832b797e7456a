"""A workbook, read back."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from openpyxl import load_workbook


@contextmanager
def opened(body: bytes) -> Iterator[Any]:
    """The one sheet of a workbook."""
    book = load_workbook(io.BytesIO(body))
    try:
        (sheet,) = book.worksheets
        yield sheet
    finally:
        book.close()


def cells(sheet: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401 - openpyxl has no types
    """The values of its rows."""
    return list(sheet.iter_rows(values_only=True))
