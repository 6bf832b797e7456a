"""Bodies of business entities and number series."""

from typing import Annotated

from pydantic import AfterValidator, Field

from services.invoice_service.api.bodies.fields import (
    Body,
    EmailAddress,
    LongText,
    Patch,
    ShortText,
    Shown,
    Unfit,
    example,
)
from services.invoice_service.application.edit_series import SeriesEdit
from services.invoice_service.application.records import BusinessEntity, SeriesKind
from services.invoice_service.domain.numbering import (
    MAX_PREFIX,
    MAX_VALUE,
    PREFIX_PATTERN,
    valid_prefix,
)
from services.invoice_service.domain.parties import PartyAddress
from shared.documents.pictures import BadPicture, picture_in


def _logo(url: str) -> str:
    try:
        picture_in(url)
    except BadPicture as error:
        raise Unfit(
            "Un logo est un PNG ou un SVG complet en lui-même, de 300 ko au plus.",
            "A logo is a PNG, or an SVG that refers to nothing outside itself, of 300 kB at most.",
        ) from error
    return url


def _prefix(prefix: str) -> str:
    if not valid_prefix(prefix):
        raise Unfit(
            "Un préfixe est fait de A-Z, 0-9, « / », « . » et « - ».",
            "A prefix is made of A-Z, 0-9, “/”, “.” and “-”.",
        )
    return prefix


class EntityAddressBody(Body):
    """An entity's address."""

    line1: LongText
    line2: LongText | None = None
    city: ShortText
    province: ShortText | None = None
    postal_code: ShortText | None = None
    country: ShortText


LogoUrl = Annotated[str, AfterValidator(_logo), Field(json_schema_extra={"format": "logo"})]


class LogoBody(Body):
    """A logo by itself."""

    logo: LogoUrl


class BusinessEntityBody(Body):
    """A business entity as it is put."""

    model_config = example(
        {
            "name": "Imprimerie du Fleuve inc.",
            "address": {
                "line1": "400, rue Saint-Vallier Est",
                "city": "Québec",
                "province": "QC",
                "postal_code": "G1K 3R2",
                "country": "CA",
            },
            "phone": "418 555-0100",
            "email": "facturation@imprimerie.example",
            "website": "https://imprimerie.example",
            "gst_number": "123456789 RT0001",
            "qst_number": "1234567890 TQ0001",
            "is_default": True,
        }
    )

    name: LongText
    address: EntityAddressBody | None = None
    phone: ShortText | None = None
    email: EmailAddress | None = None
    website: LongText | None = None
    gst_number: ShortText | None = None
    qst_number: ShortText | None = None
    logo: LogoUrl | None = Field(
        default=None, description="data URL: PNG, or SVG without external references; 300 kB"
    )
    is_default: bool = False
    active: bool = True

    def entity(self, code: str) -> BusinessEntity:
        """The entity that it describes."""
        address = PartyAddress(**self.address.model_dump()) if self.address else None
        return BusinessEntity(code=code, address=address, **self.model_dump(exclude={"address"}))


class EntityAddressShown(Shown):
    """An entity's address."""

    line1: str
    line2: str | None
    city: str
    province: str | None
    postal_code: str | None
    country: str


class BusinessEntityShown(Shown):
    """A business entity."""

    code: str
    name: str
    address: EntityAddressShown | None
    phone: str | None
    email: str | None
    website: str | None
    gst_number: str | None
    qst_number: str | None
    logo: str | None
    is_default: bool
    active: bool


class SeriesBody(Patch):
    """What is to change of a number series. Once it is used, a move forward needs a reason."""

    model_config = example({"prefix": "PF-", "padding": 4, "next_value": 15})

    prefix: Annotated[
        str,
        Field(json_schema_extra={"pattern": PREFIX_PATTERN, "maxLength": MAX_PREFIX}),
        AfterValidator(_prefix),
    ] = ""
    padding: Annotated[
        int, Field(ge=1, le=12, description="digits at least; zeros are put before the value")
    ] = 1
    next_value: Annotated[int, Field(ge=1, le=MAX_VALUE, description="the value of the next number")] = 1
    reason: LongText | None = Field(default=None, description="why numbers are left out")

    def edit(self) -> SeriesEdit:
        """The edit that it describes: what was not sent stays."""
        return SeriesEdit(**self.model_dump(exclude_unset=True))


class SeriesShown(Shown):
    """A number series."""

    business_entity: str
    kind: SeriesKind
    prefix: str
    padding: int
    next_value: int
    used: bool = Field(description="it has given a number")
