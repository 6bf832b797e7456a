"""The page of a refusal: what happened, in a sentence, and the way back."""

from aiohttp import web

from services.invoice_service.api.problems import RateLimited, message_of
from services.invoice_service.api.services import REQUEST_ID
from services.invoice_service.domain.errors import Refusal
from services.invoice_service.domain.sentences import sentence
from services.invoice_service.domain.texts import Language
from services.invoice_service.web.view import page, view_of


def error_page(request: web.Request, status: int, refusal: Refusal) -> web.Response:
    """The page."""
    headers = {"Retry-After": str(refusal.seconds)} if isinstance(refusal, RateLimited) else {}
    return page(
        request,
        "error.html",
        status=status,
        headers=headers,
        status_code=status,
        detail=detail_of(refusal, view_of(request).language),
        faults=faults_of(refusal, view_of(request).language),
        request_id=request.get(REQUEST_ID, ""),
    )


def detail_of(refusal: Refusal, language: Language) -> str:
    """A refusal in a sentence."""
    return sentence(refusal.code, dict(refusal.data)).text(language)


def faults_of(refusal: Refusal, language: Language) -> list[tuple[str, str]]:
    """Everything that is wrong: field and sentence."""
    return [(error.field, message_of(error, language)) for error in refusal.errors]
