"""The shop's settings: one set per installation."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from services.invoice_service.domain.texts import Language, Localized

HOUSE_FORM = "standard-1"
"""The form that every render service has."""


@dataclass(frozen=True, slots=True)
class ShopSettings:
    """Every setting with its default; what the shop has set replaces it."""

    timezone: str = "America/Toronto"
    currency: str = "CAD"
    language: Language = "fr"
    overrun_tolerance_percent: Decimal = Decimal(5)
    show_job_number_on_lines: bool = True
    auto_draft_on_completion: Literal["off", "ordered", "produced"] = "ordered"
    line_account_required: bool = False
    locked_until: dt.date | None = None
    credit_series: Literal["shared", "own"] = "shared"
    outbound: str = "on"
    alert_email: str | None = None
    connector: str = "none"
    connector_paused: bool = False
    default_revenue_account: str | None = None
    default_receivable_account: str | None = None
    template: str = HOUSE_FORM
    accent_colour: str | None = None
    footer: Localized | None = None
    columns: tuple[str, ...] | None = None

    def today(self, now: dt.datetime) -> dt.date:
        """The shop's date at an instant."""
        return now.astimezone(ZoneInfo(self.timezone)).date()
