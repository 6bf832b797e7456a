"""A form's files made into what prints it. Runs in a rendering process only: a shop's form is its own program.

Jinja's sandbox keeps the program from Python; the process's limits keep it from time and memory.
"""

import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment
from weasyprint import CSS
from weasyprint.text.fonts import FontConfiguration

from services.render_service.engine import limits
from services.render_service.engine.fetcher import Asset, AssetFetcher
from services.render_service.errors import Unprintable, bad_template
from services.render_service.form import Form
from services.render_service.own_forms import CONTENT_TYPES, OwnForm
from services.render_service.templates import house_form

_PAGE, _STYLE = "invoice.html", "invoice.css"


@dataclass(frozen=True, slots=True)
class Template:
    """A form, ready to print: its page, its style, the fonts that it sees, and what it may load by `asset:/name`."""

    name: str
    page: jinja2.Template
    style: CSS
    fonts: FontConfiguration
    assets: Mapping[str, Asset]

    def html(self, form: Form) -> str:
        """The page; everything in `form` is text and is escaped.

        Raises:
            Unprintable: bad_template, with the line at fault.
        """
        try:
            return self.page.render(form=form)
        except (MemoryError, Unprintable):
            raise
        except Exception as error:
            raise bad_template(self.name, _what(error)) from error


def house_template(name: str, fonts: FontConfiguration) -> Template:
    """A form of the house.

    Raises:
        UnknownTemplate: it has none of this name.
    """
    return _template(name, house_form(name), fonts)


def own_template(form: OwnForm) -> Template:
    """A form of the shop, with its own fonts.

    Raises:
        Unprintable: bad_template: its page does not parse, or it uses a file that it has not.
    """
    with limits.writing_fonts():
        return _template(form.name, form.files, FontConfiguration())


def _template(name: str, files: Mapping[str, bytes], fonts: FontConfiguration) -> Template:
    assets = {path: Asset(content, CONTENT_TYPES[_suffix(path)]) for path, content in files.items()}
    style = CSS(string=_text(name, _STYLE, files), font_config=fonts, url_fetcher=AssetFetcher(assets))
    return Template(name, _page(name, files), style, fonts, assets)


def _page(name: str, files: Mapping[str, bytes]) -> jinja2.Template:
    def load(path: str) -> tuple[str, str, None] | None:
        return (_text(name, path, files), path, None) if path in files else None

    environment = ImmutableSandboxedEnvironment(
        loader=jinja2.FunctionLoader(load),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    try:
        return environment.get_template(_PAGE)
    except (jinja2.TemplateError, RecursionError) as error:
        raise bad_template(name, _what(error)) from error


def _text(name: str, path: str, files: Mapping[str, bytes]) -> str:
    try:
        return files[path].decode()
    except UnicodeDecodeError as error:
        raise bad_template(name, f"{path} is not written in UTF-8") from error


def _suffix(path: str) -> str:
    return PurePosixPath(path).suffix.lower()


def _what(error: Exception) -> str:
    """An error of a form's page, with its place."""
    if isinstance(error, jinja2.TemplateSyntaxError):
        return f"{error.name}, line {error.lineno}: {error.message}"
    told = f"{type(error).__name__}: {error}"
    # Jinja puts the lines of the page into the trace in place of its own.
    places = [
        frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.endswith(".html")
    ]
    return f"{places[-1].filename}, line {places[-1].lineno}: {told}" if places else told
