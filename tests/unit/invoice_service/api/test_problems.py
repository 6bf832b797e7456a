import json
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from services.invoice_service.api.problems import (
    StaleState,
    TooLarge,
    Unauthorized,
    UnsupportedMediaType,
    language_of,
    problem_of,
)
from services.invoice_service.api.services import REQUEST_ID
from services.invoice_service.application.ports.transactions import StorageUnavailable, TransactionConflict
from services.invoice_service.domain.errors import (
    Conflict,
    FieldError,
    Forbidden,
    Invalid,
    NotFound,
    StaleVersion,
    VersionRequired,
)
from services.invoice_service.domain.sentences import known_codes
from shared.documents.store import StoreUnavailable

MEMBERS = {"type", "title", "status", "detail", "code", "errors", "request_id"}


def answer(error: Exception, **headers: str) -> tuple[web.Response, dict[str, Any]]:
    request = make_mocked_request(
        "GET", "/api/v1/x", headers={k.replace("_", "-"): v for k, v in headers.items()}
    )
    request[REQUEST_ID] = "r-1"
    response = problem_of(request, error)
    return response, json.loads(response.text or "")


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (NotFound("customer", "C-1"), 404, "not_found"),
        (Conflict("in_use", ref="P-1"), 409, "in_use"),
        (Invalid("unknown_reference"), 422, "unknown_reference"),
        (Invalid("malformed"), 400, "malformed"),
        (Invalid("unknown_parameter"), 400, "unknown_parameter"),
        (Invalid("invalid_parameter"), 400, "invalid_parameter"),
        (Forbidden("admin"), 403, "forbidden"),
        (VersionRequired(), 428, "version_required"),
        (StaleVersion(3, 7), 412, "stale_version"),
        (TooLarge(1024), 413, "too_large"),
        (UnsupportedMediaType(), 415, "unsupported_media_type"),
        (Unauthorized(given=False), 401, "unauthorized"),
        (StorageUnavailable("busy"), 503, "unavailable"),
        (TransactionConflict("deadlock"), 503, "unavailable"),
        (StoreUnavailable("logos/x.png", "timed out"), 503, "unavailable"),
        (RuntimeError("a defect"), 500, "internal"),
        (web.HTTPNotFound(), 404, "not_found"),
        (web.HTTPMethodNotAllowed("POST", {"GET", "PUT"}), 405, "method_not_allowed"),
        (web.HTTPRequestEntityTooLarge(10, 11), 413, "too_large"),
        (web.HTTPUnsupportedMediaType(), 415, "unsupported_media_type"),
        (web.HTTPBadRequest(), 400, "malformed"),
    ],
)
def test_each_error_has_its_status_and_code(error: Exception, status: int, code: str) -> None:
    response, body = answer(error)

    assert (response.status, body["status"], body["code"]) == (status, status, code)
    assert response.content_type == "application/problem+json"
    assert set(body) == MEMBERS
    assert body["type"] == f"urn:factures:problem:{code}"
    assert body["request_id"] == "r-1"
    assert body["title"]
    assert body["detail"]
    assert code in known_codes()


def test_says_nothing_of_what_nobody_foresaw() -> None:
    _, body = answer(RuntimeError("password=secret"))

    assert "secret" not in json.dumps(body)


def test_a_stale_version_comes_with_the_current_state() -> None:
    _, body = answer(StaleState(StaleVersion(3, 7), {"version": 7}))

    assert body["current"] == {"version": 7}
    assert set(body) == {*MEMBERS, "current"}


def test_fields_are_told_in_the_language_asked_for() -> None:
    error = Invalid(
        "unknown_reference", errors=(FieldError("tax_code", "unknown_reference", {"value": "XX"}),)
    )

    french, english = answer(error)[1], answer(error, Accept_Language="en-CA, fr;q=0.5")[1]

    assert french["errors"] == [
        {"field": "tax_code", "code": "unknown_reference", "message": "XX n'existe pas."}
    ]
    assert english["errors"][0]["message"] == "XX does not exist."
    assert english["title"] == "Unprocessable content"


def test_headers_say_how_to_go_on() -> None:
    missing, wrong = answer(Unauthorized(given=False))[0], answer(Unauthorized(given=True))[0]
    busy, running = answer(StorageUnavailable("busy"))[0], answer(Conflict("idempotency_in_progress"))[0]
    method = answer(web.HTTPMethodNotAllowed("POST", {"GET"}))[0]

    assert missing.headers["WWW-Authenticate"] == 'Bearer realm="factures"'
    assert "invalid_token" in wrong.headers["WWW-Authenticate"]
    assert int(busy.headers["Retry-After"]) > 0
    assert int(running.headers["Retry-After"]) > 0
    assert method.headers["Allow"] == "GET"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "fr"),
        ("en", "en"),
        ("en-CA", "en"),
        ("de, en;q=0.4", "en"),
        ("en;q=0.4, fr;q=0.6", "fr"),
        ("fr;q=0.4, en;q=0.6", "en"),
        ("en;q=0", "fr"),
        ("en;q=much", "fr"),
        ("de", "fr"),
        ("EN", "en"),
    ],
)
def test_the_language_follows_accept_language(header: str, language: str) -> None:
    assert language_of(make_mocked_request("GET", "/", headers={"Accept-Language": header})) == language
