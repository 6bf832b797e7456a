"""Versions as entity tags: `"v7"`."""

import re

from aiohttp import web

from services.invoice_service.api.requests import bad_parameter
from services.invoice_service.domain.errors import VersionRequired

ANY_VERSION = None
_TAG = re.compile(r'"v([1-9][0-9]{0,8})"')


def etag(version: int) -> str:
    """The entity tag of a version."""
    return f'"v{version}"'


def if_match(request: web.Request, *, required: bool) -> int | None:
    """The version that `If-Match` names; None when it names none and may, or is `*`.

    Raises:
        VersionRequired: it is missing and required.
        Invalid: invalid_parameter: it is something else than one of our tags.
    """
    header = request.headers.get("If-Match")
    if header is None:
        if required:
            raise VersionRequired
        return ANY_VERSION
    if header.strip() == "*":
        return ANY_VERSION
    match = _TAG.fullmatch(header.strip())
    if match is None:
        raise bad_parameter("If-Match")
    return int(match[1])
