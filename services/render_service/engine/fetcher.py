"""The only things a form can load: what it was handed, by name, as `asset:/name`."""

from collections.abc import Mapping
from dataclasses import dataclass

from weasyprint.urls import URLFetcher, URLFetcherResponse

SCHEME = "asset"


@dataclass(frozen=True, slots=True)
class Asset:
    """Bytes and what they are."""

    content: bytes
    content_type: str


class AssetMissing(LookupError):
    """A form asked for something that it was not handed."""

    def __init__(self, url: str) -> None:
        super().__init__(f"{url[:100]!r} is no asset of this form")
        self.url = url


class AssetFetcher(URLFetcher):  # type: ignore[misc] # WeasyPrint is untyped
    """Serves assets from memory; any other URL ends the rendering (no network, no file, no `data:`)."""

    def __init__(self, assets: Mapping[str, Asset]) -> None:
        """`assets` by name."""
        super().__init__(allowed_protocols={SCHEME}, allow_redirects=False, fail_on_errors=True)
        self._assets = assets

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:  # noqa: ARG002 - WeasyPrint's
        """The asset at `url`.

        Raises:
            AssetMissing: it is no asset of this form; WeasyPrint makes it fatal.
        """
        scheme, _, name = url.partition(":/")
        asset = self._assets.get(name) if scheme == SCHEME else None
        if asset is None:
            raise AssetMissing(url)
        return URLFetcherResponse(url, asset.content, {"Content-Type": asset.content_type})
