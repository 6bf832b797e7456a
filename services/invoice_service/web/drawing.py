"""Templates to HTML. Everything that is put into one is escaped; an unknown name is an error, not a blank."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.invoice_service.domain import reasons
from services.invoice_service.web import formats
from services.invoice_service.web.assets import ASSETS
from services.invoice_service.web.words import Words

_FOLDER = Path(__file__).parent / "templates"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals |= {
        "asset": ASSETS.address,
        "date_text": formats.date_text,
        "long_date": formats.long_date,
        "month_text": formats.month_text,
        "time_text": formats.time_text,
        "duration": formats.duration,
        "amount": formats.amount,
        "money": formats.money,
        "number": formats.number,
        "unit_price": formats.unit_price,
        "percent": formats.percent,
        "size_text": formats.size_text,
        "reason_text": _reason_text,
    }
    return environment


def draw(template: str, **values: Any) -> str:  # noqa: ANN401 - what the template shows
    """A template with its values; `view` is among them, and its words are `t`."""
    return _environment().get_template(template).render(t=values["view"].words, **values)


def _reason_text(reason: Mapping[str, str], words: Words) -> str:
    """The reason of an axis or of an e-mail, as the API shows it."""
    return reasons.told(reason["code"], reason["message"]).text(words.language)
