"""The periods that reports are often asked for."""

import datetime as dt

import pytest

from services.invoice_service.web.reports import often_asked


@pytest.mark.parametrize(
    ("today", "periods"),
    [
        (
            "2025-07-18",
            (
                "2025-07-01 2025-07-18, 2025-06-01 2025-06-30, 2025-07-01 2025-07-18, 2025-04-01 2025-06-30,"
                " 2025-01-01 2025-07-18, 2024-01-01 2024-12-31"
            ),
        ),
        (
            "2024-03-31",
            (
                "2024-03-01 2024-03-31, 2024-02-01 2024-02-29, 2024-01-01 2024-03-31, 2023-10-01 2023-12-31,"
                " 2024-01-01 2024-03-31, 2023-01-01 2023-12-31"
            ),
        ),
        (
            "2026-01-01",
            (
                "2026-01-01 2026-01-01, 2025-12-01 2025-12-31, 2026-01-01 2026-01-01, 2025-10-01 2025-12-31,"
                " 2026-01-01 2026-01-01, 2025-01-01 2025-12-31"
            ),
        ),
    ],
)
def test_months_quarters_and_years(today: str, periods: str) -> None:
    asked = often_asked(dt.date.fromisoformat(today))

    assert ", ".join(f"{period.first} {period.last}" for _, period in asked) == periods
