"""Snapshot to PDF with WeasyPrint: the same bytes for the same snapshot, wherever the same versions run.

Runs in a rendering process only (`child`), never in the service's own.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from weasyprint import CSS, HTML
from weasyprint.logger import LOGGER
from weasyprint.text.fonts import FontConfiguration

from services.render_service.engine import archive
from services.render_service.engine.fetcher import Asset, AssetFetcher
from services.render_service.errors import Unprintable, bad_logo
from services.render_service.form import form_of
from services.render_service.key import digest_of
from services.render_service.templates import template_named
from shared.contracts.values import DocumentSnapshot
from shared.documents.pictures import BadPicture, check


class PdfMaker:
    """WeasyPrint with fonts loaded and style sheets parsed, once per process."""

    def __init__(self) -> None:
        self._fonts = FontConfiguration()
        self._styles: dict[str, CSS] = {}

    def make(self, snapshot: DocumentSnapshot, logo: bytes | None) -> bytes:
        """The PDF of a snapshot, to be read by people, by screen readers and, once final, by machines.

        `logo`: what its logo refers to.

        Raises:
            UnknownTemplate: no template has its name.
            Unprintable: see `form_of`; its logo is none; or WeasyPrint left something out.
            weasyprint.urls.FatalURLFetchingError: the form asked for something it may not have.
        """
        template = template_named(snapshot.template)
        fetcher = AssetFetcher(_assets(snapshot, logo))
        style = self._styles.get(template.name)
        if style is None:
            style = self._styles[template.name] = CSS(string=template.css, url_fetcher=AssetFetcher({}))
        with _nothing_left_out():
            document = HTML(string=template.html(form_of(snapshot)), url_fetcher=fetcher).render(
                font_config=self._fonts, stylesheets=[style], **archive.OPTIONS
            )
            document.metadata.attachments.extend(archive.data_of(snapshot))
            archive.declare_accessible(document.metadata)
            pdf: bytes = document.write_pdf(
                finisher=archive.finish,
                pdf_identifier=bytes.fromhex(digest_of(snapshot))[:16],
                **archive.OPTIONS,
            )
        return pdf


def _assets(snapshot: DocumentSnapshot, logo: bytes | None) -> dict[str, Asset]:
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
