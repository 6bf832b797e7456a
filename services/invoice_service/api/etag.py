"""Versions as entity tags: `"v7"`."""

import re

from aiohttp import web

from services.invoice_service.api.requests import bad_parameter
from services.invoice_service.domain.errors import VersionRequired

ANY_VERSION = None
TAG_PATTERN = r'"v([1-9][0-9]{0,8})"'
# RFC 9110, 8.8.3. A weak one never matches here (13.1.1).
ENTITY_TAG_PATTERN = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_TAG, _ANY_TAG = re.compile(TAG_PATTERN), re.compile(ENTITY_TAG_PATTERN)
_NO_VERSION = 0


def etag(version: int) -> str:
    """The entity tag of a version."""
    return f'"v{version}"'


def none_match(request: web.Request, tag: str) -> bool:
    """Whether `If-None-Match` names this tag, weak or not: the caller has it already."""
    named = request.headers.get("If-None-Match", "").split(",")
    return any(part.strip().removeprefix("W/") in (tag, "*") for part in named)


def if_match(request: web.Request, *, required: bool) -> int | None:
    """The version that `If-Match` names; None when it names none and may, or is `*`.

    A tag that we never gave is a version that never was: whatever is based on it is stale.

    Raises:
        VersionRequired: it is missing and required.
        Invalid: invalid_parameter: it is no entity tag, or several.
    """
    header = request.headers.get("If-Match")
    if header is None:
        if required:
            raise VersionRequired
        return ANY_VERSION
    if header.strip() == "*":
        return ANY_VERSION
    match = _TAG.fullmatch(header.strip())
    if match is not None:
        return int(match[1])
    if _ANY_TAG.fullmatch(header.strip()) is None:
        raise bad_parameter("If-Match")
    return _NO_VERSION
