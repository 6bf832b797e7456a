"""What schemathesis can't know: values of our own formats, and for which reasons valid data may be refused."""

import base64
import re
from collections.abc import Mapping
from typing import Any

import schemathesis
from hypothesis import strategies as st
from schemathesis.checks import CheckContext
from schemathesis.core.transport import Response
from schemathesis.generation.case import Case

from services.invoice_service.api.declared import PARAMETERS
from services.invoice_service.domain.declarations import is_code
from tests.support.pictures import png

_PIXEL = f"data:image/png;base64,{base64.b64encode(png(1, 1)).decode()}"


def _address(length: int) -> str:
    """An e-mail address of this length: as many names of 60 as go in, and what is left before them."""
    names, left = divmod(length - 6, 61)
    return f"{'a' * (left + 1)}@b.{('c' * 60 + '.') * names}ca"


# Addresses are checked by email-validator, which takes fewer than the grammar: no reserved domains, for one.
schemathesis.openapi.format("email", st.integers(6, 254).map(_address))
schemathesis.openapi.format("iana-timezone", st.sampled_from(["America/Toronto", "UTC", "Europe/Paris"]))
schemathesis.openapi.format("logo", st.just(_PIXEL))

_IF_MATCH = re.compile(PARAMETERS["IfMatch"]["schema"]["pattern"])

_STORY = {
    "customer": "C-0153",
    "job": "D-0024",
    "product": "PLIAGE",
    "gl_account": "4444",
    "tax_code": "QC",
    "payment_term": "NET30",
    "payment_method": "VIREMENT",
    "sales_rep": "MG",
    "business_entity": "FLEUVE",
}

# Why no schema can say it: by the code of the problem, or of each of its fields (and the pattern of their names).
REASONS: Mapping[str, str] = {
    "unknown_reference": "which codes and ids exist, only the database knows",
    "stale_version": "which version is the current one, only the database knows",
    "version_required": "PATCH of an invoice needs a version for some of its fields only",
    "idempotency_key_reused": "what a key was used for before",
    "incomplete": "what an invoice lacks to become final",
    "over_credit": "what is left to credit",
    "account_or_product_required": "an extra charge may have them from its code's defaults",
    "tax_differs": "a tax is one thing for all codes that charge it",
    "prefix_taken": "which prefixes the other series have",
    "reason_required": "only once a series has given a number",
    "unknown_variable": "which variables a text may name between its braces",
}
REASONS_OF_FIELDS: Mapping[tuple[str, str], str] = {
    ("unknown_reference", r".*"): "as above",
    ("duplicate", r".*"): "that ids in a list are each there once",
    ("past", r"expires"): "what time it is",
    ("email_taken", r"email"): "which addresses others have",
    ("foreign_line", r".*"): "which lines an invoice has",
    ("foreign_sender", r"from"): "which addresses the shop has",
    ("credit_fixed", r".*"): "that the invoice is a credit note",
    ("amount_too_large", r".*"): "what a quantity and a price come to",
    ("not_attachable", r"file"): "a file is known by its first bytes",
    ("required", r"file"): "a file that is not empty",
    ("invalid", r"after"): "`after` is opaque: it is what a page gave, for the same order",
    ("invalid", r"Last-Event-ID"): "what the stream gave; coverage leaves its pattern out",
    ("period_reversed", r"from"): "that a period begins before it ends, and what day it is",
    ("invalid", r"sort"): "that a field stands once, with or without its sign",
    ("invalid", r"bill_to"): "that somebody else pays is never oneself",
    ("invalid", r"active"): "that the default entity is one that is used",
    ("invalid", r"lines"): "the order of lines names each of them once",
    ("invalid", r"next_value|padding|days"): "1.0 is an integer to JSON Schema; a whole number has no point",
}


@schemathesis.check
def refused_for_a_reason(_context: CheckContext, response: Response, case: Case[Any]) -> bool | None:
    """Valid data that are refused are refused for one of the reasons above."""
    positive = case.meta is not None and case.meta.generation.mode.is_positive
    if not positive or response.status_code not in (400, 412, 422, 428):
        return None
    problem = response.json()
    told = [(error["code"], error["field"]) for error in problem["errors"]]
    unknown = [one for one in told if not (_is_known(*one) or _was_not_valid(case, *one))]
    explained = problem["code"] in REASONS or (told and not unknown)
    assert explained, f"refused for no reason that we know: {problem['code']}, {unknown}"
    return None


def _is_known(code: str, field: str) -> bool:
    return any(code == known and re.fullmatch(pattern, field) for known, pattern in REASONS_OF_FIELDS)


def _was_not_valid(case: Case[Any], code: str, field: str) -> bool:
    """Schemathesis sends `If-Match: 0` in some requests that it holds for valid (4.32, phase coverage)."""
    headers: Mapping[str, str] = case.headers or {}
    sent = str(headers.get("If-Match", "*"))
    return (code, field) == ("invalid", "If-Match") and _IF_MATCH.fullmatch(sent) is None


@schemathesis.hook
def map_query(_context: Any, query: dict[str, Any] | None) -> dict[str, Any] | None:  # noqa: ANN401 - of no use here
    """Nobody makes PDFs here: waiting half a minute for one shows no more than not waiting."""
    if query is not None and type(query.get("wait")) is int and 0 <= query["wait"] <= 30:
        query["wait"] = 0
    return query


@schemathesis.hook
def before_call(_context: Any, case: Case[Any], _kwargs: Any) -> None:  # noqa: ANN401 - of no use here
    """A stream ends when it is asked to: here, at once."""
    if case.path.endswith("/events") and str((case.query or {}).get("wait", "300")).isdigit():
        case.query = {**(case.query or {}), "wait": 0}


@schemathesis.hook
def map_body(_context: Any, body: Any) -> Any:  # noqa: ANN401 - as schemathesis declares it
    """Half of the references lead to what the story has made: codes that are made up are never there."""
    if not isinstance(body, dict):
        return body
    return {
        name: _STORY.get(name, value) if _is_replaceable(value) else value for name, value in body.items()
    }


def _is_replaceable(value: object) -> bool:
    return isinstance(value, str) and is_code(value) and len(value) % 2 == 1
