"""The forms: each a folder beside this module with `invoice.html` and `invoice.css`, named with its version.

A form that has printed a document never changes: a new look is a new folder, `standard-2`.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jinja2

from services.render_service.errors import Unprintable
from services.render_service.form import Form

NAMES = frozenset({"standard-1"})
_FOLDER = Path(__file__).parent


class UnknownTemplate(Unprintable):
    """No form has this name."""

    def __init__(self, name: str) -> None:
        super().__init__("unknown_template", f"there is no form named {name!r}")
        self.name = name


@dataclass(frozen=True, slots=True)
class Template:
    """One form."""

    name: str
    css: str
    page: jinja2.Template

    def html(self, form: Form) -> str:
        """The page; everything in `form` is text and is escaped."""
        return self.page.render(form=form)


def template_named(name: str) -> Template:
    """The form of this name.

    Raises:
        UnknownTemplate: there is none.
    """
    if name not in NAMES:
        raise UnknownTemplate(name)
    return _load(name)


@cache
def _load(name: str) -> Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER / name),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    css = (_FOLDER / name / "invoice.css").read_text(encoding="utf-8")
    return Template(name, css, environment.get_template("invoice.html"))
