"""Snapshot to PDF with WeasyPrint: the same bytes for the same snapshot, on every machine with these versions.

Runs in a rendering process only (`child`), never in the service's own.
"""

import logging

from weasyprint import CSS, HTML
from weasyprint.logger import LOGGER
from weasyprint.text.fonts import FontConfiguration

from services.render_service.engine.fetcher import Asset, AssetFetcher
from services.render_service.form import form_of
from services.render_service.key import digest_of
from services.render_service.logo import decode
from services.render_service.templates import template_named
from shared.contracts.values import DocumentSnapshot

# Its warnings quote documents; what matters is an exception.
LOGGER.setLevel(logging.CRITICAL)


class PdfMaker:
    """WeasyPrint with fonts loaded and style sheets parsed, once per process."""

    def __init__(self) -> None:
        self._fonts = FontConfiguration()
        self._styles: dict[str, CSS] = {}

    def make(self, snapshot: DocumentSnapshot) -> bytes:
        """The PDF of a snapshot: tagged, with title, author, language and date.

        Raises:
            UnknownTemplate: no template has its name.
            Unprintable: see `form_of` and `logo.decode`.
            weasyprint.urls.FatalURLFetchingError: the form asked for something it may not have.
        """
        template = template_named(snapshot.template)
        logo = decode(snapshot.issuer.logo) if snapshot.issuer.logo is not None else None
        fetcher = AssetFetcher({"logo": Asset(logo.content, logo.content_type)} if logo else {})
        style = self._styles.get(template.name)
        if style is None:
            style = self._styles[template.name] = CSS(string=template.css, url_fetcher=AssetFetcher({}))
        pdf: bytes = HTML(string=template.html(form_of(snapshot)), url_fetcher=fetcher).write_pdf(
            font_config=self._fonts,
            stylesheets=[style],
            pdf_tags=True,
            pdf_identifier=bytes.fromhex(digest_of(snapshot))[:16],
        )
        return pdf
