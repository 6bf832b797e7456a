"""What a form sent, as text: what it means is for the models of the API to say."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import parse_qs

from aiohttp import web
from pydantic import BaseModel, ValidationError

from services.invoice_service.api.problems import UnsupportedMediaType
from services.invoice_service.api.requests import raw_body
from services.invoice_service.api.uploads import MULTIPART, SentFile, parts_of
from services.invoice_service.api.validation import invalid_body
from services.invoice_service.domain.errors import Invalid

M = TypeVar("M", bound=BaseModel)

_MOST_FIELDS = 2000
FILES = web.RequestKey("files", tuple[SentFile, ...])
"""The files that came with a form that was read."""
WAS = "was."
"""Before a field's name: what the page showed in it."""


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form; each may stand there several times."""

    fields: Mapping[str, Sequence[str]]

    def text(self, name: str) -> str:
        """The (first) text of a field, without blanks around it; empty when it is not there."""
        return (self.fields.get(name) or ("",))[0].strip()

    def all(self, name: str) -> Sequence[str]:
        """Every text of a field."""
        return self.fields.get(name, ())

    def changed(self, *names: str) -> dict[str, str]:
        """Those of these fields that were sent with another text than the page showed (`was.<name>`).

        A page that is an hour old must not write back what others changed meanwhile.
        """
        return {
            name: self.text(name)
            for name in names
            if name in self.fields and self.text(name) != self.text(WAS + name)
        }


async def form_of(request: web.Request) -> Form:
    """The form of a request.

    Raises:
        UnsupportedMediaType: it is something else.
        Invalid: malformed: it is no UTF-8, or has too many fields.
        TooLarge, TooSlow, NotHttp: see `raw_body`.
    """
    if request.content_type not in ("application/x-www-form-urlencoded", MULTIPART):
        raise UnsupportedMediaType
    raw = await raw_body(request)
    fields: Mapping[str, Sequence[str]]
    try:
        if request.content_type == MULTIPART:
            fields, request[FILES] = parts_of(request.headers["Content-Type"], raw)
        else:
            fields = parse_qs(
                raw.decode("ascii"),
                keep_blank_values=True,
                errors="strict",
                max_num_fields=_MOST_FIELDS,
            )
    except ValueError:
        raise Invalid("malformed") from None
    if any("\0" in text for texts in fields.values() for text in texts):
        raise Invalid("malformed")
    return Form(fields)


def validated(model: type[M], values: Mapping[str, Any]) -> M:
    """What a form said, as the body that the API would have got: the same rules, the same refusals.

    Raises:
        Invalid: everything that is wrong, by field.
    """
    try:
        return model.model_validate_json(json.dumps(values))
    except ValidationError as error:
        raise invalid_body(error) from None


def own_path(text: str, otherwise: str = "/") -> str:
    """A path of ours to go back to; never another site's address."""
    plain = text.isprintable() and "\\" not in text
    return text if plain and text.startswith("/") and not text.startswith("//") else otherwise
