"""Snapshot to PDF with WeasyPrint: the same bytes for the same snapshot, wherever the same versions run.

Runs in a rendering process only (`child`), never in the service's own.
"""

import logging
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

from weasyprint import HTML
from weasyprint.logger import LOGGER
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError

from services.render_service.engine import archive
from services.render_service.engine.fetcher import Asset, AssetFetcher
from services.render_service.engine.template import Template, house_template, own_template
from services.render_service.errors import Unprintable, bad_logo, bad_template
from services.render_service.form import form_of
from services.render_service.key import digest_of
from services.render_service.own_forms import OwnForm
from shared.contracts.values import DocumentSnapshot
from shared.documents.pictures import BadPicture, check

_KEPT_FORMS = 4


class PdfMaker:
    """WeasyPrint with fonts loaded and forms compiled, once per process. `pages`: of what was made last."""

    pages = 0

    def __init__(self) -> None:
        self._fonts = FontConfiguration()
        self._house: dict[str, Template] = {}
        self._own: OrderedDict[str, Template] = OrderedDict()

    def make(self, snapshot: DocumentSnapshot, logo: bytes | None, form: OwnForm | None = None) -> bytes:
        """The PDF of a snapshot, to be read by people, by screen readers and, once final, by machines.

        `logo`: what its logo refers to; `form`: the shop's own that it names.

        Raises:
            UnknownTemplate: no template has its name.
            Unprintable: see `form_of`; its logo is none; bad_template; or WeasyPrint left something out.
        """
        pictures = _pictures(snapshot, logo)
        try:
            with _nothing_left_out():
                template = self._template(snapshot.template, form)
                document = HTML(
                    string=template.html(form_of(snapshot)),
                    url_fetcher=AssetFetcher({**template.assets, **pictures}),
                ).render(font_config=template.fonts, stylesheets=[template.style], **archive.OPTIONS)
                document.metadata.attachments.extend(archive.data_of(snapshot))
                archive.declare_accessible(document.metadata)
                pdf: bytes = document.write_pdf(
                    finisher=archive.finish,
                    pdf_identifier=bytes.fromhex(digest_of(snapshot, form))[:16],
                    **archive.OPTIONS,
                )
                self.pages = len(document.pages)
        except FatalURLFetchingError as error:
            raise bad_template(snapshot.template, f"it asks for what it has not: {error}") from error
        return pdf

    def _template(self, name: str, form: OwnForm | None) -> Template:
        if form is None:
            if name not in self._house:
                self._house[name] = house_template(name, self._fonts)
            return self._house[name]
        template = self._own.pop(form.digest, None) or own_template(form)
        self._own[form.digest] = template
        if len(self._own) > _KEPT_FORMS:
            self._own.popitem(last=False)
        return template


def _pictures(snapshot: DocumentSnapshot, logo: bytes | None) -> dict[str, Asset]:
    """What the form may load: the logo, looked at here before any library does.

    Raises:
        Unprintable: bad_logo: it is not there, or not a picture of its type.
    """
    named = snapshot.issuer.logo
    if named is None:
        return {}
    if logo is None:
        raise bad_logo("it is not there")
    try:
        check(logo, named.content_type)
    except BadPicture as error:
        raise bad_logo(error.why) from error
    return {"logo": Asset(logo, named.content_type)}


@contextmanager
def _nothing_left_out() -> Iterator[None]:
    """Make WeasyPrint's logged errors fatal: it goes on without the picture that it can't draw.

    Raises:
        Unprintable: it logged one.
    """
    complaints = _Complaints()
    LOGGER.addHandler(complaints)
    try:
        yield
    finally:
        LOGGER.removeHandler(complaints)
    if complaints.messages:
        raise Unprintable("render_failed", f"the form would not be whole: {complaints.messages[0]}")


class _Complaints(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())
