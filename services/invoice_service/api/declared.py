"""What the OpenAPI document says that no single route does: conventions, subjects, shared headers, the problem."""

from collections.abc import Mapping
from typing import Any

from services.invoice_service.api.etag import ENTITY_TAG_PATTERN, TAG_PATTERN
from services.invoice_service.api.events import POSITION_PATTERN
from services.invoice_service.api.invoices import REF_PATTERN
from services.invoice_service.api.transact import KEY_PATTERN
from services.invoice_service.application.records import SERIES_KINDS
from services.invoice_service.domain.declarations import CODE_PATTERN
from services.invoice_service.domain.sentences import known_codes

Json = dict[str, Any]

INTRODUCTION = (
    "Invoicing for print shops and other job shops, from a completed job to a booked invoice. "
    "JSON in and out, in UTF-8."
)
CONVENTIONS: Mapping[str, str] = {
    "Values": (
        'Amounts, quantities and rates are strings (`"15812.65"`, `"1000"`, `"0.09975"`), never numbers. '
        "Dates are `YYYY-MM-DD`; times are RFC 3339, in UTC; ids are UUIDs. An invoice is addressed by its id or "
        "by its number (a final also by the number of its pro forma), everything else by its business code. "
        "What is not known is `null` in an answer. A field that is not declared is refused in a body."
    ),
    "Who may": (
        "`Authorization: Bearer <API key>`, or a token (JWT) of the shop's gateway. Roles cumulate: viewer, biller, "
        "accountant, admin. `integration`, the role of machines, stands apart: each call says whether it is for "
        "them, too. No key or a wrong one: 401. No right: 403."
    ),
    "Errors": (
        "`application/problem+json` (RFC 9457). `code` is stable; each call lists those that it can answer, by "
        "status. `errors` tells every field that is wrong. `title`, `detail` and `message` are for people, in "
        "French or English (`Accept-Language`). Wrong in path, query or header, or no JSON at all: 400. Wrong in "
        "the body: 422. Another method than those declared: 405 `method_not_allowed`, with `Allow`."
    ),
    "Doing it once": (
        "Every POST takes an `Idempotency-Key`. The same key with the same body within 24 hours is answered as the "
        "first time, with `Idempotent-Replayed: true`; with another body: 422 `idempotency_key_reused`; while the "
        "first one is still running: 409 `idempotency_in_progress`. Refusals are not kept, and no secret is."
    ),
    "Versions": (
        '`ETag: "v7"` counts what reaches paper or totals of an invoice; its lines share it. Changing them needs '
        "`If-Match`: without it 428, with another version than the current one 412, with the current state as "
        "`current`. `note`, `hold` and `favourite` are no part of the version and need none; actions may have one."
    ),
    "Lists": (
        "`data` is one page of at most `limit`; `next` is the `after` of the page behind it, null at the end. "
        "`count` is exact up to 10 000. A filter that stands several times takes each of its values. An unknown "
        "query parameter is refused."
    ),
    "Events": (
        "`GET /events` is a stream (`text/event-stream`) of what happens, as it happens. `invoice`: `id`, `number`, "
        "`version`, `status`, the states of `rendering`, `delivery` and `transfer` as they are now (null once it is "
        "deleted), and `changed`: some of `created`, `content`, `status`, `hold`, `note`, `rendering`, `delivery`, "
        "`transfer`, `emails`, `deleted`. `batch`: `id`, `action`, `done`, `total`. Changes of a moment are told as "
        "one. `resync`: what happened is not known any more, read again what you show. A stream ends after `wait` "
        "seconds, and whenever the service stops: come again with the last `id` as `Last-Event-ID`, and nothing is "
        "missed within an hour."
    ),
    "Reports": (
        "They are of finals alone, by the date of the invoice; credit notes take away. Amounts are those that were "
        "invoiced, by currency, and those of other currencies in the company's, too, each by the rate of its invoice "
        "and rounded on its own. `.xlsx` is the same as a workbook, in French or English (`Accept-Language`), with "
        "real numbers and dates; of more than 100 000 rows it is refused: 400 `too_many_rows`."
    ),
    "Batches": (
        "`POST /invoices/batch` asks for one action on up to 2000 invoices, each by id or number, and is answered "
        "at once with the batch. Each invoice is done on its own, in the order asked for, as its own call would do it: "
        "what refuses one stops no other. `skipped`: nothing was done with it, and why. `succeeded`: it is final; its "
        "e-mail was accepted by the mail server of somebody in *To*; its document is made. `failed`: it was tried. "
        "What is on hold is skipped. `/events` tells `batch` as it goes on. A batch is kept for 30 days."
    ),
    "Limits": (
        "A body has 1 MiB at most, an upload 20 MiB: beyond that, 413. Too many requests: 429 with `Retry-After`. "
        "Unavailable for a moment: 503 with `Retry-After`; try again."
    ),
}

TAGS: Mapping[str, str] = {
    "customers": "Who is sold to and who pays, with addresses and contacts.",
    "jobs": "What production makes, and how much of it is billed.",
    "job-completions": "Production says over HTTP that a job is done, as it would over the message bus.",
    "invoices": "Pro formas, finals and credit notes: lines, actions, documents, e-mails, trail.",
    "reports": "What was sold, and which taxes were charged.",
    "batches": "One action on many invoices, done in the background.",
    "attachments": "Files to attach to e-mails.",
    "events": "What happens, as it happens.",
    "notifications": "What went wrong while nobody looked.",
    "parked-messages": "Messages that wait for a person.",
    "products": "Standard products, with price and account.",
    "extra-charges": "Fees that can be added to a job.",
    "gl-accounts": "The general ledger's accounts.",
    "tax-codes": "Which taxes are charged, at which rates since when.",
    "payment-terms": "When an invoice is due.",
    "payment-methods": "How an invoice is paid.",
    "sales-reps": "Who sells.",
    "business-entities": "Who issues invoices.",
    "number-series": "What the next number of an entity's pro formas, finals and credit notes is.",
    "form-messages": "Messages at the bottom of the form.",
    "email-templates": "The words of e-mails, by kind.",
    "translations": "The shop's own wording of the form's labels.",
    "settings": "The shop's settings.",
    "keys": "API keys.",
    "users": "People who log in.",
    "me": "The caller itself.",
    "health": "For whoever watches over the service. Public.",
}

_CODE: Json = {"type": "string", "pattern": CODE_PATTERN}
_ID: Json = {"type": "string", "format": "uuid"}
# By what stands before it in the path where that decides, else by name alone.
_VARIABLES: Mapping[str, tuple[str, Json]] = {
    "code": ("Its business code", _CODE),
    "number": ("Its number", _CODE),
    "key": ("The label's key", _CODE),
    "entity": ("Code of the business entity", _CODE),
    "kind": ("Of which kind", {"type": "string", "enum": list(SERIES_KINDS)}),
    "ref": ("Its id or number", {"type": "string", "pattern": REF_PATTERN}),
    "id": ("Its id", _ID),
    "extra-charges/id": ("Its id within the job", _CODE),
}


def path_variable(before: str, name: str) -> Json:
    """A variable in a path, as a parameter; `before` is the part of the path in front of it."""
    description, schema = _VARIABLES.get(f"{before}/{name}") or _VARIABLES[name]
    return {"name": name, "in": "path", "required": True, "description": description, "schema": schema}


def _header(name: str, description: str, schema: Json, *, required: bool = False, **more: object) -> Json:
    return {
        "name": name,
        "in": "header",
        "required": required,
        "description": description,
        "schema": {"type": "string", **schema},
        **more,
    }


_VERSION: Json = {"pattern": rf"^(\*|{ENTITY_TAG_PATTERN})$", "examples": ['"v7"']}
PARAMETERS: Mapping[str, Json] = {
    "AcceptLanguage": _header(
        "Accept-Language", "Language of problems: fr (default) or en", {}, example="en"
    ),
    "RequestId": _header(
        "X-Request-Id",
        "Answered again, and in our logs, if it is 1 to 128 of A-Z, a-z, 0-9, `.`, `_`, `-`; else one is made",
        {},
        example="order-7781",
    ),
    "IdempotencyKey": _header(
        "Idempotency-Key",
        "Does it once, however often it is sent (24 hours)",
        {"pattern": KEY_PATTERN},
    ),
    "IfMatch": _header(
        "If-Match", "The version that the change is based on, or `*`", _VERSION, required=True
    ),
    "IfMatchOptional": _header("If-Match", "The version that it is based on, or `*`", _VERSION),
    "LastEventId": _header(
        "Last-Event-ID",
        "The last `id` that the caller was given: begins behind it, instead of now",
        {"pattern": POSITION_PATTERN},
    ),
    "IfNoneMatch": _header("If-None-Match", "The `ETag` of the document that the caller has", {}),
}

_INTEGER: Json = {"type": "integer", "minimum": 1}
RESPONSE_HEADERS: Mapping[str, Json] = {
    "X-Request-Id": {
        "description": "Of this request, for our logs",
        "required": True,
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,128}$"},
    },
    "ETag": {
        "description": "Its version",
        "required": True,
        "schema": {"type": "string", "pattern": f"^{TAG_PATTERN}$"},
        "example": '"v7"',
    },
    "DocumentETag": {
        "description": "Of its bytes",
        "required": True,
        "schema": {"type": "string", "pattern": '^"[0-9a-f]{64}"$'},
    },
    "Location": {
        "description": "Where it is",
        "required": True,
        "schema": {"type": "string", "pattern": "^/api/v1/"},
    },
    "Idempotent-Replayed": {
        "description": "`true`: this is the answer to the first request with this Idempotency-Key, once more",
        "schema": {"type": "string", "const": "true"},
    },
    "Retry-After": {"description": "Seconds", "required": True, "schema": _INTEGER},
    "MayRetryAfter": {"description": "Seconds; with `idempotency_in_progress`", "schema": _INTEGER},
    "WWW-Authenticate": {
        "description": "RFC 6750",
        "required": True,
        "schema": {"type": "string"},
        "example": 'Bearer realm="factures"',
    },
    "Content-Language": {
        "description": "Language of `title`, `detail` and `message`",
        "required": True,
        "schema": {"type": "string", "enum": ["fr", "en"]},
    },
    "Content-Disposition": {
        "description": "Its file name",
        "required": True,
        "schema": {"type": "string"},
        "example": 'inline; filename="00004.pdf"',
    },
}

STATUS_TEXTS: Mapping[int, str] = {
    200: "Done",
    201: "Created",
    202: "Taken; it will be done",
    204: "Done; there is nothing to say",
    304: "The caller has it already",
    400: "Wrong in path, query or header, or not JSON",
    401: "No key, or a wrong one",
    403: "No right to do this",
    404: "No such thing",
    408: "The body took too long to arrive",
    409: "The state of things does not allow it",
    412: "It has changed since that version; `current` is how it is now",
    413: "The body is too large",
    415: "The body is of a type that is not taken here",
    422: "The body can't be taken",
    428: "`If-Match` is needed",
    429: "Too many requests",
    500: "A defect of ours",
    503: "Unavailable for a moment",
}
PROBLEM: Json = {
    "type": "object",
    "description": "RFC 9457. `code` is stable; `title`, `detail` and `message` follow Accept-Language.",
    "required": ["type", "title", "status", "detail", "code", "errors", "request_id"],
    "properties": {
        "type": {"type": "string", "pattern": "^urn:factures:problem:[a-z_]+$"},
        "title": {"type": "string", "description": "what the status says"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "what the code says"},
        "code": {"type": "string", "enum": sorted(known_codes())},
        "errors": {
            "type": "array",
            "description": "everything that is wrong, by field",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {
                    "field": {"type": "string", "description": "such as `lines[0].quantity`"},
                    "code": {"type": "string", "enum": sorted(known_codes())},
                    "message": {"type": "string"},
                },
            },
        },
        "request_id": {"type": "string"},
    },
    "examples": [
        {
            "type": "urn:factures:problem:unknown_reference",
            "title": "Unprocessable content",
            "status": 422,
            "detail": "NET45 does not exist.",
            "code": "unknown_reference",
            "errors": [
                {"field": "payment_term", "code": "unknown_reference", "message": "NET45 does not exist."}
            ],
            "request_id": "01981e0c-4f7b-7c1e-9a56-3d5b1f0c9e21",
        }
    ],
}
