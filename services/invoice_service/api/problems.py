"""Every refusal and failure as `application/problem+json` (RFC 9457), in the caller's language."""

import json
from collections.abc import Mapping
from typing import Any

import structlog
from aiohttp import web

from services.invoice_service.api.services import REQUEST_ID
from services.invoice_service.application.ports.transactions import StorageUnavailable, TransactionConflict
from services.invoice_service.application.sessions import WrongLogin
from services.invoice_service.domain.errors import (
    Conflict,
    FieldError,
    Forbidden,
    Invalid,
    NotFound,
    Refusal,
    StaleVersion,
    VersionRequired,
)
from services.invoice_service.domain.sentences import sentence
from services.invoice_service.domain.texts import Language, Localized
from shared.documents.store import StoreUnavailable

log = structlog.get_logger(__name__)

CONTENT_TYPE = "application/problem+json"
RETRY_SECONDS = 2


class Unauthorized(Refusal):
    """No key, or one that opens nothing. `given`: there was one."""

    def __init__(self, *, given: bool) -> None:
        super().__init__("unauthorized")
        self.given = given


class TooLarge(Refusal):
    """The body is larger than the route takes."""

    def __init__(self, limit: int) -> None:
        super().__init__("too_large", limit=limit)


class RateLimited(Refusal):
    """Too many requests of one caller, or too many wrong keys from one address. `seconds`: whole, at least 1."""

    def __init__(self, seconds: int) -> None:
        super().__init__("rate_limited", seconds=seconds)
        self.seconds = seconds


class ForgedRequest(Refusal):
    """A browser sent its session's cookie along with something that no page of ours made."""

    def __init__(self) -> None:
        super().__init__("csrf_token_missing")


class TooSlow(Refusal):
    """The body did not arrive in time."""

    def __init__(self) -> None:
        super().__init__("too_slow")


class NotHttp(Refusal):
    """What came is no request at all, or none that can be read."""

    def __init__(self) -> None:
        super().__init__("not_http")


class UnsupportedMediaType(Refusal):
    """The body is not of a type that the route takes."""

    def __init__(self) -> None:
        super().__init__("unsupported_media_type")


class StaleState(Exception):
    """A stale version together with the state that the caller must look at."""

    def __init__(self, refusal: StaleVersion, current: Mapping[str, Any]) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal
        self.current = current


_STATUS: tuple[tuple[type[Refusal], int], ...] = (
    (Unauthorized, 401),
    (Forbidden, 403),
    (ForgedRequest, 403),
    (NotFound, 404),
    (TooSlow, 408),
    (Conflict, 409),
    (StaleVersion, 412),
    (TooLarge, 413),
    (UnsupportedMediaType, 415),
    (VersionRequired, 428),
    (RateLimited, 429),
    (NotHttp, 400),
    (Invalid, 422),
    (WrongLogin, 422),
)
# Wrong already in path, query or header, or not JSON at all.
_BAD_REQUEST = frozenset({"malformed", "unknown_parameter", "invalid_parameter", "too_many_rows"})
_TITLES: Mapping[int, Localized] = {
    400: Localized("Requête incorrecte", "Bad request"),
    401: Localized("Non authentifié", "Unauthorized"),
    403: Localized("Interdit", "Forbidden"),
    404: Localized("Introuvable", "Not found"),
    405: Localized("Méthode non permise", "Method not allowed"),
    408: Localized("Trop lent", "Request timeout"),
    409: Localized("Conflit", "Conflict"),
    412: Localized("Version périmée", "Stale version"),
    413: Localized("Trop grand", "Too large"),
    415: Localized("Type non pris en charge", "Unsupported media type"),
    422: Localized("Données refusées", "Unprocessable content"),
    428: Localized("Version requise", "Version required"),
    429: Localized("Trop de requêtes", "Too many requests"),
    500: Localized("Erreur interne", "Internal error"),
    503: Localized("Indisponible", "Unavailable"),
}
_HTTP_CODES = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 415: "unsupported_media_type"}


def status_of(refusal: Refusal) -> int:
    """The HTTP status of a refusal."""
    if refusal.code in _BAD_REQUEST:
        return 400
    return next(status for kind, status in _STATUS if isinstance(refusal, kind))


def language_of(request: web.BaseRequest) -> Language:
    """The first language of `Accept-Language` that we speak, by weight; French otherwise."""
    best: tuple[float, Language] = (0.0, "fr")
    for part in request.headers.get("Accept-Language", "").split(","):
        tag, _, parameters = part.strip().partition(";")
        weight = _weight(parameters)
        primary = tag.split("-")[0].strip().lower()
        if weight > best[0] and primary in {"fr", "en"}:
            best = (weight, "en" if primary == "en" else "fr")
    return best[1]


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def problem_of(request: web.BaseRequest, error: Exception) -> web.Response:
    """The answer to whatever a handler raised. What nobody foresaw is logged and says nothing of itself."""
    if isinstance(error, StaleState):
        return _refused(request, error.refusal, {"current": error.current})
    if isinstance(error, Refusal):
        return _refused(request, error, {})
    if isinstance(error, web.HTTPException):
        code = _HTTP_CODES.get(error.status, "malformed")
        headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
        return _problem(request, error.status, code, data={"ref": request.path}, headers=headers)
    if isinstance(error, StorageUnavailable | TransactionConflict | StoreUnavailable):
        log.warning("request failed for the moment", error=str(error))
        return _problem(request, 503, "unavailable", headers={"Retry-After": str(RETRY_SECONDS)})
    log.error("request failed", exc_info=error)
    return _problem(request, 500, "internal")


def _refused(request: web.BaseRequest, refusal: Refusal, extra: Mapping[str, Any]) -> web.Response:
    language = language_of(request)
    status = status_of(refusal)
    headers = {}
    if isinstance(refusal, Unauthorized):
        hint = ', error="invalid_token"' if refusal.given else ""
        headers["WWW-Authenticate"] = f'Bearer realm="factures"{hint}'
    if isinstance(refusal, RateLimited):
        headers["Retry-After"] = str(refusal.seconds)
    if refusal.code == "idempotency_in_progress":
        headers["Retry-After"] = str(RETRY_SECONDS)
    errors = [
        {
            "field": error.field,
            "code": error.code,
            "message": message_of(error, language),
        }
        for error in refusal.errors
    ]
    return _problem(
        request, status, refusal.code, data=refusal.data, errors=errors, extra=extra, headers=headers
    )


def message_of(error: FieldError, language: Language) -> str:
    """What is wrong with one field, in a sentence."""
    own = error.data.get("sentence")
    return (own if isinstance(own, Localized) else sentence(error.code, error.data)).text(language)


def _problem(
    request: web.BaseRequest,
    status: int,
    code: str,
    *,
    data: Mapping[str, Any] | None = None,
    errors: list[dict[str, Any]] | None = None,
    extra: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    language = language_of(request)
    body = {
        "type": f"urn:factures:problem:{code}",
        "title": _TITLES[status].text(language) if status in _TITLES else code,
        "status": status,
        "detail": sentence(code, dict(data or {})).text(language),
        "code": code,
        "errors": errors or [],
        "request_id": request.get(REQUEST_ID, ""),
        **(extra or {}),
    }
    return web.Response(
        status=status,
        text=json.dumps(body, ensure_ascii=False, default=str),
        content_type=CONTENT_TYPE,
        headers={"Content-Language": language, **(headers or {})},
    )
