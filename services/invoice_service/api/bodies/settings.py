"""Bodies of the shop's settings."""

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, StringConstraints

from services.invoice_service.api.bodies.fields import (
    Body,
    Code,
    Currency,
    EmailAddress,
    Language,
    LocalizedParagraphs,
    LocalizedShown,
    Quantity,
    Shown,
    ShownQuantity,
    Unfit,
    email_address,
)

Column = Literal["po_number", "job", "description", "ordered_quantity", "quantity", "unit_price", "total"]
Colour = Annotated[str, StringConstraints(pattern="^#[0-9a-fA-F]{6}$")]
Connector = Annotated[str, StringConstraints(pattern="^[a-z][a-z0-9_]{0,39}$")]
AutoDraft = Literal["off", "ordered", "produced"]
CreditSeries = Literal["shared", "own"]


def _timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Unfit(
            "Un fuseau horaire est attendu, par exemple America/Toronto.",
            "A time zone is expected, such as America/Toronto.",
        ) from error
    return name


def _outbound(value: str) -> str:
    return value if value in {"on", "off"} else email_address(value)


def _columns(names: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(names)) != len(names) or not {"description", "total"} <= set(names):
        raise Unfit(
            "Chaque colonne y est une seule fois ; description et total y sont toujours.",
            "Each column stands once, and description and total always.",
        )
    return names


class SettingsBody(Body):
    """The settings that are to change; the others stay. The defaults here only mark what was not sent."""

    timezone: Annotated[str, AfterValidator(_timezone)] = ""
    currency: Currency = ""
    language: Language = "fr"
    overrun_tolerance_percent: Annotated[Quantity, Field(ge=0, le=1000)] = Decimal(0)
    show_job_number_on_lines: bool = True
    auto_draft_on_completion: AutoDraft = "off"
    line_account_required: bool = False
    locked_until: dt.date | None = None
    credit_series: CreditSeries = "shared"
    outbound: Annotated[str, AfterValidator(_outbound)] = Field(
        default="", description="on, off, or the one address that everything goes to"
    )
    alert_email: EmailAddress | None = None
    connector: Connector = ""
    connector_paused: bool = False
    default_revenue_account: Code | None = None
    default_receivable_account: Code | None = None
    accent_colour: Colour | None = None
    footer: LocalizedParagraphs | None = None
    columns: Annotated[tuple[Column, ...], AfterValidator(_columns)] | None = None

    def values(self) -> dict[str, Any]:
        """What was sent, as plain data."""
        return self.model_dump(mode="json", exclude_unset=True)


class SettingsShown(Shown):
    """The shop's settings, all of them."""

    timezone: str
    currency: str
    language: Language
    overrun_tolerance_percent: ShownQuantity
    show_job_number_on_lines: bool
    auto_draft_on_completion: AutoDraft
    line_account_required: bool
    locked_until: dt.date | None
    credit_series: CreditSeries
    outbound: str
    alert_email: str | None
    connector: str
    connector_paused: bool
    default_revenue_account: str | None
    default_receivable_account: str | None
    accent_colour: str | None
    footer: LocalizedShown | None
    columns: tuple[str, ...] | None
