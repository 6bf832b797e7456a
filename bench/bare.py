"""WeasyPrint and nothing around it: what a rendering costs at the least. Started by `bench.render`, one job a line.

A line is JSON: `html`, `css` (null: none), `options` of WeasyPrint, `data` (null: no attachment). The answer is the
size of the PDF. Fonts and parsed style sheets are kept from one job to the next, as a careful program would.
"""

import datetime as dt
import json
import sys
from typing import Any

from weasyprint import CSS, HTML, Attachment
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

_DAY = dt.datetime(2025, 7, 18)  # noqa: DTZ001 - WeasyPrint writes it as it is


class LogoFetcher(URLFetcher):  # type: ignore[misc] # WeasyPrint is untyped
    """Serves one picture, whatever is asked for."""

    def __init__(self, logo: str) -> None:
        super().__init__(allowed_protocols={"asset"})
        self._logo = logo.encode()

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:  # noqa: ARG002 - WeasyPrint's
        """The picture."""
        return URLFetcherResponse(url, self._logo, {"Content-Type": "image/svg+xml"})


def main() -> None:
    """Render until the input ends."""
    fonts = FontConfiguration()
    styles: dict[str, CSS] = {}
    for line in sys.stdin:
        job: dict[str, Any] = json.loads(line)
        css = job["css"]
        if css is not None and css not in styles:
            styles[css] = CSS(string=css, font_config=fonts)
        attachments = job["data"] and [
            Attachment(string=job["data"], name="ubl-invoice.xml", created=_DAY, modified=_DAY)
        ]
        pdf = HTML(string=job["html"], url_fetcher=LogoFetcher(job["logo"])).write_pdf(
            font_config=fonts,
            stylesheets=[styles[css]] if css is not None else [],
            attachments=attachments or [],
            **job["options"],
        )
        sys.stdout.write(f"{len(pdf)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
