"""The fields that bodies are made of. Bodies are strict: no unknown field, no coercion, decimals as strings."""

import re
from decimal import Decimal
from typing import Annotated, Any, cast

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)
from pydantic.fields import FieldInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from services.invoice_service.domain.declarations import CODE_PATTERN, is_code
from services.invoice_service.domain.money import plain
from services.invoice_service.domain.texts import Localized
from shared.contracts.values import Amount, Language, Quantity, Rate, UnitPrice

# Where mail for a domain goes, and whether it goes anywhere, is the mail server's to say: many offices have a `.local`
# of their own, and a customer's address that production sent stands in the proposal of an e-mail as it is.
SPECIAL_USE_DOMAIN_NAMES.clear()

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Body(BaseModel):
    """Root of what callers send: immutable, strict, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def example(*bodies: dict[str, Any], **rules: Any) -> ConfigDict:  # noqa: ANN401 - JSON
    """The configuration of a body with whole examples of it, and `rules` (JSON Schema) that no one field tells."""
    return ConfigDict(json_schema_extra={"examples": list(bodies), **rules})


class Patch(Body):
    """Root of what changes some fields of a thing; what is not sent stays."""

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Without the defaults: they only mark what was not sent."""
        schema = handler(core_schema)
        for declared in handler.resolve_ref_schema(schema)["properties"].values():
            declared.pop("default", None)
        return schema


class Shown(BaseModel):
    """Root of what callers are answered; built from the records of the domain."""

    model_config = ConfigDict(frozen=True, extra="ignore", from_attributes=True)


def _one_line(text: str) -> str:
    if _CONTROL.search(text) or "\n" in text or "\r" in text or "\t" in text:
        raise Unfit("Une seule ligne de texte est attendue.", "A single line of text is expected.")
    return text


def _many_lines(text: str) -> str:
    if _CONTROL.search(text):
        raise Unfit("Un caractère n'est pas permis.", "A character is not allowed.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def email_address(text: str) -> str:
    """An e-mail address, in its normal form. Nobody is asked whether it exists.

    Raises:
        Unfit: it is none.
    """
    try:
        return validate_email(text, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise Unfit("Une adresse courriel est attendue.", "An e-mail address is expected.") from error


def _line(length: int) -> StringConstraints:
    return StringConstraints(min_length=1, max_length=length, strip_whitespace=True)


class Unfit(ValueError):
    """A value that one of our own fields does not take, with what it expects in both languages.

    A whole body that does not hold together names the `field` to put right, and perhaps another code for it.
    """

    def __init__(self, fr: str, en: str, *, field: str | None = None, code: str = "invalid") -> None:
        super().__init__(en)
        self.sentence = Localized(fr, en)
        self.field = field
        self.code = code


def _code(text: str) -> str:
    if not is_code(text):
        raise Unfit(
            "Un code a de 1 à 64 caractères : lettres sans accent, chiffres, « . », « _ » et « - ».",
            "A code has 1 to 64 characters: A-Z, a-z, 0-9, “.”, “_” and “-”.",
        )
    return text


def _without(characters: str, **more: str) -> FieldInfo:
    """A text without these characters, as it is told: a validator refuses them, in sentences of our own."""
    return cast("FieldInfo", Field(json_schema_extra={"not": {"pattern": characters}, **more}))


_ONE_LINE = _without(r"[\x00-\x1f\x7f]", pattern=r"\S")
_LINES = _without(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SOME_LINES = _without(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", pattern=r"\S")

Code = Annotated[str, AfterValidator(_code), WithJsonSchema({"type": "string", "pattern": CODE_PATTERN})]
"""The business code of something else."""
ShortText = Annotated[str, _line(100), AfterValidator(_one_line), _ONE_LINE]
LongText = Annotated[str, _line(500), AfterValidator(_one_line), _ONE_LINE]
Digest = Annotated[str, _line(2000), AfterValidator(_many_lines), _SOME_LINES]
"""A description of some lines."""
Paragraphs = Annotated[
    str, StringConstraints(min_length=1, max_length=10_000), AfterValidator(_many_lines), _LINES
]
EmailAddress = Annotated[
    str,
    StringConstraints(max_length=254),
    AfterValidator(email_address),
    WithJsonSchema({"type": "string", "format": "email", "maxLength": 254}),
]
Currency = Annotated[
    str,
    StringConstraints(pattern="^[A-Z]{3}$"),
    Field(description="A currency, ISO 4217.", examples=["CAD"]),
]


def _number(pattern: str, description: str, example: str) -> WithJsonSchema:
    return WithJsonSchema(
        {"type": "string", "pattern": pattern, "description": description, "examples": [example]}
    )


SomeQuantity = Annotated[
    Quantity,
    Field(ge=0),
    _number(r"^[0-9]{1,14}(\.[0-9]{1,4})?$", "A quantity, up to 4 decimals, not negative.", "1000"),
]
PositiveQuantity = Annotated[
    Quantity,
    Field(gt=0),
    _number(r"^(?=.*[1-9])[0-9]{1,14}(\.[0-9]{1,4})?$", "A quantity above 0, up to 4 decimals.", "250"),
]
PositiveAmount = Annotated[
    Amount,
    Field(gt=0),
    _number(
        r"^(?=.*[1-9])[0-9]{1,15}(\.[0-9]{1,2})?$", "Money before taxes, above 0, to the cent.", "125.00"
    ),
]


def _money(value: Decimal) -> str:
    return plain(value, places=2)


_PLAIN = PlainSerializer(plain, return_type=str)
_MONEY = PlainSerializer(_money, return_type=str)
# What is answered: as few decimals as say it, at least two of a price.
ShownQuantity = Annotated[Decimal, _PLAIN, _number(r"^-?[0-9]+(\.[0-9]{1,4})?$", "A quantity.", "1000")]
ShownRate = Annotated[Decimal, _PLAIN, _number(r"^[0-9]+(\.[0-9]{1,8})?$", "0.09975 is 9.975 %.", "0.09975")]
ShownAmount = Annotated[Decimal, _MONEY, _number(r"^-?[0-9]+\.[0-9]{2}$", "Money, to the cent.", "15812.65")]
ShownUnitPrice = Annotated[
    Decimal, _MONEY, _number(r"^-?[0-9]+\.[0-9]{2,6}$", "The price of one unit.", "0.9184")
]

ONE_PRICE: list[dict[str, Any]] = [
    {"properties": {name: {"type": "null"}}} for name in ("unit_price", "total_price")
]
"""JSON Schema: a price is by unit or for the ordered quantity, not both."""

NaturalNumber = Annotated[int, Field(ge=0, le=10_000)]


class LocalizedText(Body):
    """A text of one line in both languages."""

    fr: LongText
    en: LongText

    def value(self) -> Localized:
        """As the domain has it."""
        return Localized(self.fr, self.en)


class LocalizedParagraphs(Body):
    """A text of any number of lines in both languages."""

    fr: Paragraphs
    en: Paragraphs

    def value(self) -> Localized:
        """As the domain has it."""
        return Localized(self.fr, self.en)


class LocalizedShown(Shown):
    """A text in both languages."""

    fr: str
    en: str


__all__ = [
    "ONE_PRICE",
    "Amount",
    "Body",
    "Code",
    "Currency",
    "Digest",
    "EmailAddress",
    "Language",
    "LocalizedParagraphs",
    "LocalizedShown",
    "LocalizedText",
    "LongText",
    "NaturalNumber",
    "Paragraphs",
    "Patch",
    "PositiveAmount",
    "PositiveQuantity",
    "Quantity",
    "Rate",
    "ShortText",
    "Shown",
    "ShownAmount",
    "ShownQuantity",
    "ShownRate",
    "ShownUnitPrice",
    "SomeQuantity",
    "Unfit",
    "UnitPrice",
    "email_address",
    "example",
]
