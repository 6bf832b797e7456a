"""Bodies of the shop's settings."""

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, StringConstraints, WithJsonSchema

from services.invoice_service.api.bodies.fields import (
    Code,
    Currency,
    EmailAddress,
    Language,
    LocalizedParagraphs,
    LocalizedShown,
    Patch,
    Quantity,
    Shown,
    ShownQuantity,
    Unfit,
    email_address,
    example,
)

Column = Literal["po_number", "job", "description", "ordered_quantity", "quantity", "unit_price", "total"]
Colour = Annotated[str, StringConstraints(pattern="^#[0-9a-fA-F]{6}$")]
Template = Annotated[str, StringConstraints(pattern="^[a-z0-9][a-z0-9_-]{0,63}$")]
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


_TIMEZONE = {"format": "iana-timezone", "examples": ["America/Toronto"]}
_OUTBOUND: dict[str, Any] = {
    "anyOf": [
        {"type": "string", "enum": ["on", "off"]},
        {"type": "string", "format": "email", "maxLength": 254},
    ]
}
_COLUMNS: dict[str, Any] = {
    "uniqueItems": True,
    "allOf": [{"contains": {"const": "description"}}, {"contains": {"const": "total"}}],
}
Percent = Annotated[
    Quantity,
    Field(ge=0, le=1000),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^(1000(\.0{1,4})?|[0-9]{1,3}(\.[0-9]{1,4})?)$",
            "description": "0 to 1000, up to 4 decimals.",
            "examples": ["5"],
        }
    ),
]


class SettingsBody(Patch):
    """The settings that are to change; the others stay."""

    model_config = example(
        {
            "timezone": "America/Toronto",
            "overrun_tolerance_percent": "5",
            "outbound": "on",
            "accent_colour": "#1f4e79",
            "footer": {"fr": "Merci de votre confiance.", "en": "Thank you for your business."},
            "columns": ["po_number", "description", "quantity", "unit_price", "total"],
        }
    )

    timezone: Annotated[str, AfterValidator(_timezone), Field(json_schema_extra=_TIMEZONE)] = ""
    currency: Currency = ""
    language: Language = "fr"
    overrun_tolerance_percent: Percent = Decimal(0)
    show_job_number_on_lines: bool = True
    auto_draft_on_completion: AutoDraft = "off"
    line_account_required: bool = False
    locked_until: dt.date | None = Field(
        default=None, description="nothing becomes final with this date or one before it"
    )
    credit_series: CreditSeries = "shared"
    outbound: Annotated[
        str,
        AfterValidator(_outbound),
        WithJsonSchema(_OUTBOUND),
        Field(description="on, off, or the one address that everything goes to"),
    ] = ""
    alert_email: EmailAddress | None = None
    connector: Connector = Field(default="", description="the accounting software; none: not connected")
    connector_paused: bool = False
    default_revenue_account: Code | None = None
    default_receivable_account: Code | None = None
    template: Template = Field(
        default="", description="the form: standard-1, or one of the shop's own that INVOICE_TEMPLATES names"
    )
    accent_colour: Colour | None = None
    footer: LocalizedParagraphs | None = None
    columns: (
        Annotated[tuple[Column, ...], AfterValidator(_columns), Field(json_schema_extra=_COLUMNS)] | None
    ) = Field(default=None, description="of the form, in their order; null: the form's own")

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
    outbound: str = Field(description="on, off, or the one address that everything goes to")
    alert_email: str | None
    connector: str
    connector_paused: bool
    default_revenue_account: str | None
    default_receivable_account: str | None
    template: str
    accent_colour: str | None
    footer: LocalizedShown | None
    columns: tuple[str, ...] | None
