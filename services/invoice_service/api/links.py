"""What can be done next with a thing that was just made: links from its answer to the calls on it."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel

from services.invoice_service.api.bodies.batches import BatchShown
from services.invoice_service.api.bodies.shown import CreditShown, InvoiceShown
from services.invoice_service.api.routing import Route

Json = dict[str, Any]

_INVOICE = "/invoices/{ref}"
_MADE: Mapping[type[BaseModel] | None, str] = {
    InvoiceShown: _INVOICE,
    CreditShown: _INVOICE,
    BatchShown: "/batches/{id}",
}
_OF_THE_ANSWER = {"ref": "$response.body#/number", "id": "$response.body#/id"}


def links(route: Route, routes: Iterable[Route]) -> Json:
    """Links by the name of the call that they lead to; none from what answers no Location."""
    if not route.answers_location:
        return {}
    made = _MADE.get(route.answer, f"{route.path}/{{id}}")
    return {
        other.operation_id: {"operationId": other.operation_id, "parameters": _parameters(other)}
        for other in routes
        if f"{other.path}/".startswith(f"{made}/") and "{" not in other.path[len(made) :]
    }


def _parameters(other: Route) -> Json:
    *given, made = other.variables
    parameters = {f"path.{name}": f"$request.path.{name}" for name in given}
    parameters[f"path.{made}"] = _OF_THE_ANSWER[made]
    if other.needs_version or other.takes_version:
        parameters["header.If-Match"] = "$response.header.ETag"
    return parameters
