"""Bodies of tax codes and the taxes they charge."""

import datetime as dt
from typing import Annotated

from pydantic import Field, WithJsonSchema

from services.invoice_service.api.bodies.fields import (
    Body,
    Code,
    LocalizedShown,
    LocalizedText,
    LongText,
    Rate,
    ShortText,
    Shown,
    ShownRate,
    example,
)
from services.invoice_service.domain.tax import DatedRate, Tax, TaxCode


class RateBody(Body):
    """A rate (0.09975 is 9.975 %) and the first day that it holds."""

    since: dt.date = Field(alias="from", description="the first day that it holds")
    rate: Annotated[
        Rate,
        Field(ge=0, lt=1),
        WithJsonSchema(
            {
                "type": "string",
                "pattern": r"^0{1,8}(\.[0-9]{1,8})?$",
                "description": "0.09975 is 9.975 %.",
                "examples": ["0.09975"],
            }
        ),
    ]


class TaxBody(Body):
    """A tax as it is put. It is one thing for all tax codes that charge it."""

    code: Code
    name: LocalizedText
    rates: Annotated[tuple[RateBody, ...], Field(min_length=1, max_length=100)]
    gl_account: Code | None = None
    registration_number: ShortText | None = None

    def value(self) -> Tax:
        """As the domain has it, its rates from the oldest on."""
        rates = sorted(self.rates, key=lambda dated: dated.since)
        return Tax(
            code=self.code,
            name=self.name.value(),
            rates=tuple(DatedRate(dated.since, dated.rate) for dated in rates),
            gl_account=self.gl_account,
            registration_number=self.registration_number,
        )


class TaxCodeBody(Body):
    """A tax code as it is put: it charges none, one or two taxes."""

    model_config = example(
        {
            "description": "TPS et TVQ",
            "taxes": [
                {
                    "code": "TPS",
                    "name": {"fr": "TPS", "en": "GST"},
                    "rates": [{"from": "2008-01-01", "rate": "0.05"}],
                    "gl_account": "2310",
                    "registration_number": "123456789 RT0001",
                },
                {
                    "code": "TVQ",
                    "name": {"fr": "TVQ", "en": "QST"},
                    "rates": [{"from": "2013-01-01", "rate": "0.09975"}],
                    "gl_account": "2320",
                    "registration_number": "1234567890 TQ0001",
                },
            ],
            "province": "QC",
            "is_default": True,
        }
    )

    description: LongText
    taxes: Annotated[tuple[TaxBody, ...], Field(max_length=2)] = ()
    province: ShortText | None = None
    is_default: bool = Field(default=False, description="the tax code of its province")
    active: bool = True

    def tax_code(self, code: str) -> TaxCode:
        """The tax code that it describes."""
        return TaxCode(
            code=code,
            description=self.description,
            taxes=tuple(tax.value() for tax in self.taxes),
            province=self.province,
            is_default=self.is_default,
            active=self.active,
        )


class RateShown(Shown):
    """A rate and the first day that it holds."""

    since: dt.date = Field(serialization_alias="from")
    rate: ShownRate


class TaxShown(Shown):
    """A tax."""

    code: str
    name: LocalizedShown
    rates: tuple[RateShown, ...]
    gl_account: str | None
    registration_number: str | None


class TaxCodeShown(Shown):
    """A tax code."""

    code: str
    description: str
    taxes: tuple[TaxShown, ...]
    province: str | None
    is_default: bool
    active: bool
