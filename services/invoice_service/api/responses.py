"""What a call can answer: each status with its codes, its headers and its body, all of it drawn from its route."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel

from services.invoice_service.api.bodies.shown import InvoiceShown
from services.invoice_service.api.declared import STATUS_TEXTS, path_variable
from services.invoice_service.api.routing import ANYBODY, Route

Json = dict[str, Any]
SchemaOf = Callable[[type[BaseModel]], Json]

PROBLEM_TYPE = "application/problem+json"
_PROBLEM: Json = {"$ref": "#/components/schemas/Problem"}
_PROBLEM_HEADERS: Mapping[int, str] = {
    401: "WWW-Authenticate",
    409: "MayRetryAfter",
    429: "Retry-After",
    503: "Retry-After",
}


def problem_codes(route: Route) -> dict[int, tuple[str, ...]]:
    """Every problem that a call can answer: status, and the codes that it comes with."""
    codes: dict[int, list[str]] = {
        400: ["invalid_parameter", "unknown_parameter", "not_http"],
        401: ["unauthorized"],
        413: ["too_large"],
        429: ["rate_limited"],
        500: ["internal"],
        503: ["unavailable"],
    }
    codes |= _forbidden(route)
    if "{" in route.path and not _declares_its_one_variable(route):
        codes[404] = ["not_found"]
    if route.method == "POST":
        codes[409] = ["idempotency_in_progress"]
        codes[422] = ["idempotency_key_reused"]
    if route.method == "POST" or route.body is not None:
        codes |= {408: ["too_slow"], 415: ["unsupported_media_type"]}
    if route.needs_version or route.takes_version:
        codes[412] = ["stale_version"]
    if route.needs_version:
        codes[428] = ["version_required"]
    if route.body is not None:
        codes.setdefault(422, []).extend(("invalid", "unknown_field"))
        if _is_json(route):
            codes[400].append("malformed")
    for status, code in route.problems:
        codes.setdefault(status, []).append(code)
    return {status: tuple(dict.fromkeys(codes[status])) for status in sorted(codes)}


def _forbidden(route: Route) -> dict[int, list[str]]:
    codes = ["forbidden"] if route.access != ANYBODY else []
    # With the cookie of a page's session.
    codes += ["csrf_token_missing"] if route.method != "GET" else []
    return {403: codes} if codes else {}


def _declares_its_one_variable(route: Route) -> bool:
    """A PUT of a thing by a code of the caller's choice makes it, so that nothing can be missing."""
    names = route.variables
    chosen = len(names) == 1 and "enum" not in path_variable("", names[0])["schema"]
    return route.method == "PUT" and 201 in route.status and chosen


def _is_json(route: Route) -> bool:
    return all(type_.endswith("json") for type_ in route.body_types)


def responses(route: Route, schema_of: SchemaOf, shared: Json) -> Json:
    """The responses of an operation.

    `schema_of` refers to the schema of an answer. Problems that are no route's own are put into `shared`, the
    document's components, and referred to.
    """
    own = {status for status, _ in route.problems}
    told = {str(status): _success(route, status, schema_of) for status in route.status}
    for status, codes in problem_codes(route).items():
        response = _problem(status, codes, schema_of)
        if status not in own:
            name = ".".join((str(status), *codes))
            shared[name] = response
            response = {"$ref": f"#/components/responses/{name}"}
        told[str(status)] = response
    return told


def _success(route: Route, status: int, schema_of: SchemaOf) -> Json:
    names = ["X-Request-Id", *_success_headers(route, status)]
    response = {"description": STATUS_TEXTS[status], "headers": headers(names)}
    if status in (204, 304):
        return response
    if route.media_type != "application/json" and status == route.status[0]:
        return {**response, "content": {route.media_type: {}}}
    if route.answer is None:
        return response
    shape = schema_of(route.answer)
    return {**response, "content": {"application/json": {"schema": _list_of(shape) if route.many else shape}}}


def _success_headers(route: Route, status: int) -> list[str]:
    document = route.media_type not in ("application/json", "text/event-stream")
    names = []
    if document and status == 202:
        names.append("Retry-After")
    elif route.answers_version:
        names.append("DocumentETag" if document else "ETag")
    if document and status == 200:
        names.append("Content-Disposition")
    if route.answers_location and status in (201, 202):
        names.append("Location")
    if route.method == "POST":
        names.append("Idempotent-Replayed")
    return names


def headers(names: list[str]) -> Json:
    """Headers of a response, by their names among the components; a name that is none in HTTP says which."""
    spelled = {"DocumentETag": "ETag", "MayRetryAfter": "Retry-After"}
    return {spelled.get(name, name): {"$ref": f"#/components/headers/{name}"} for name in names}


def _problem(status: int, codes: tuple[str, ...], schema_of: SchemaOf) -> Json:
    names = ["X-Request-Id", "Content-Language"]
    if status in _PROBLEM_HEADERS and (status != 409 or "idempotency_in_progress" in codes):
        names.append(_PROBLEM_HEADERS[status])
    narrowed: Json = {"properties": {"status": {"const": status}, "code": {"enum": list(codes)}}}
    if status == 412:
        narrowed["properties"]["current"] = schema_of(InvoiceShown)
        narrowed["required"] = ["current"]
    return {
        "description": f"{STATUS_TEXTS[status]}: {', '.join(f'`{code}`' for code in codes)}",
        "headers": headers(names),
        "content": {PROBLEM_TYPE: {"schema": {"allOf": [_PROBLEM, narrowed]}}},
    }


def _list_of(shape: Json) -> Json:
    return {
        "type": "object",
        "required": ["data", "next", "count", "count_exact"],
        "properties": {
            "data": {"type": "array", "items": shape},
            "next": {"type": ["string", "null"], "description": "`after` of the next page"},
            "count": {"type": "integer", "maximum": 10_000},
            "count_exact": {"type": "boolean"},
        },
    }
