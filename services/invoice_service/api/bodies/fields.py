"""The fields that bodies are made of. Bodies are strict: no unknown field, no coercion, decimals as strings."""

import re
from typing import Annotated

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from services.invoice_service.domain.texts import Localized
from shared.contracts.values import Amount, Language, Quantity, Rate, UnitPrice

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Body(BaseModel):
    """Root of what callers send: immutable, strict, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Shown(BaseModel):
    """Root of what callers are answered; built from the records of the domain."""

    model_config = ConfigDict(frozen=True, extra="ignore", from_attributes=True)


def _one_line(text: str) -> str:
    if _CONTROL.search(text) or "\n" in text or "\r" in text or "\t" in text:
        raise ValueError("control characters and line breaks are not allowed")
    return text


def _many_lines(text: str) -> str:
    if _CONTROL.search(text):
        raise ValueError("control characters are not allowed")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _email(text: str) -> str:
    try:
        return validate_email(text, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise ValueError("an e-mail address is expected") from error


def _line(length: int) -> object:
    return StringConstraints(min_length=1, max_length=length, strip_whitespace=True)


Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
"""The business code of something else."""
ShortText = Annotated[str, _line(100), AfterValidator(_one_line)]
LongText = Annotated[str, _line(500), AfterValidator(_one_line)]
Paragraphs = Annotated[str, StringConstraints(min_length=1, max_length=10_000), AfterValidator(_many_lines)]
EmailAddress = Annotated[str, StringConstraints(max_length=254), AfterValidator(_email)]
Currency = Annotated[str, StringConstraints(pattern="^[A-Z]{3}$")]
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
    "Amount",
    "Body",
    "Code",
    "Currency",
    "EmailAddress",
    "Language",
    "LocalizedParagraphs",
    "LocalizedShown",
    "LocalizedText",
    "LongText",
    "NaturalNumber",
    "Paragraphs",
    "Quantity",
    "Rate",
    "ShortText",
    "Shown",
    "UnitPrice",
]
