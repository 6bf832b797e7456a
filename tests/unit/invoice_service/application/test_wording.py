import datetime as dt

import pytest

from services.invoice_service.application.wording import day
from services.invoice_service.domain.texts import Language


@pytest.mark.parametrize(
    ("date", "language", "text"),
    [
        (dt.date(2025, 7, 18), "fr", "18 juillet 2025"),
        (dt.date(2025, 7, 1), "fr", "1er juillet 2025"),
        (dt.date(2025, 7, 11), "fr", "11 juillet 2025"),
        (dt.date(2025, 7, 1), "en", "July 1, 2025"),
        (None, "fr", ""),
    ],
)
def test_a_date_in_full(date: dt.date | None, language: Language, text: str) -> None:
    assert day(date, language) == text
