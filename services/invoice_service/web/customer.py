"""One customer: its card, edited part by part in place; what was sold to it in five years; its jobs and invoices."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from aiohttp import web

from services.invoice_service.api.answers import Json, shown
from services.invoice_service.api.bodies.customers import CustomerBody, CustomerShown
from services.invoice_service.api.bodies.jobs import JobShown
from services.invoice_service.api.requests import path_code
from services.invoice_service.api.routing import BILLER
from services.invoice_service.api.services import ACTOR
from services.invoice_service.api.transact import read
from services.invoice_service.application.context import Context
from services.invoice_service.application.listing import ListQuery, Page, SortKey
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.invoicing import Listed, Needs
from services.invoice_service.application.put_customer import KIND, put_customer
from services.invoice_service.application.records import BusinessEntity, JobView
from services.invoice_service.application.report_customer import report_customer
from services.invoice_service.domain.drafting import Drafting
from services.invoice_service.domain.errors import Invalid, NotFound
from services.invoice_service.domain.parties import Customer
from services.invoice_service.domain.reports import CustomerSales
from services.invoice_service.domain.texts import Language
from services.invoice_service.web.attempts import Attempt, attempted, entries_of, first_fault, settled
from services.invoice_service.web.chart import Chart, Point, columns
from services.invoice_service.web.customer_form import (
    Editing,
    changed,
    editing_of,
    faults_in_form,
    held,
    without,
)
from services.invoice_service.web.formats import rounded_money
from services.invoice_service.web.forms import form_of, validated
from services.invoice_service.web.inputs import defaults, texts_of
from services.invoice_service.web.pages import see_other
from services.invoice_service.web.suggestions import Suggestions, suggestions_for
from services.invoice_service.web.view import page, view_of
from shared.identifiers import new_id

_LATEST = 10


async def show(request: web.Request) -> web.Response:
    """The page; `edit` (and `id`) say which part of the card is a form."""
    return await _page(request, editing_of(request.query))


async def save(request: web.Request) -> web.Response:
    """Save one part, or take an address or a contact away (`remove`); what others changed meanwhile stays."""
    code, form, language = path_code(request), await form_of(request), view_of(request).language
    editing = editing_of({"edit": form.text("edit"), "id": form.text("id")})
    if editing is None:
        raise Invalid("malformed")

    async def step(uow: UnitOfWork, context: Context) -> None:
        customer = await uow.customers.get(code, lock=True)
        if customer is None:
            raise NotFound(KIND, code)
        now = _shown(customer)
        place = 0
        if form.text("remove"):
            body = without(now, editing)
        else:
            part = held(now, editing)
            if part is None and editing.id:
                raise NotFound(editing.part, editing.id)
            before = texts_of(editing.inputs, part, language) if part else defaults(editing.inputs)
            texts = settled(editing.inputs, form, before)
            body, place = changed(now, editing, texts, language, str(new_id()))
        try:
            declared = validated(CustomerBody, body).customer(code, await uow.settings.get())
            await put_customer(uow, context, declared)
        except Invalid as refusal:
            faults = faults_in_form(refusal.errors, editing, place)
            raise Invalid(refusal.code, errors=faults, **refusal.data) from None

    attempt = await attempted(request, editing.inputs, form, step)
    if attempt is None:
        return see_other(f"/customers/{quote(code, safe='')}?done=saved")
    return await _page(request, editing, attempt)


@dataclass(frozen=True, slots=True)
class _Found:
    customer: Customer
    drafting: Drafting
    entities: tuple[BusinessEntity, ...]
    sales: CustomerSales
    invoices: Page[Listed]
    jobs: Page[JobView]
    suggestions: Suggestions


async def _find(
    uow: UnitOfWork, context: Context, code: str, editing: Editing | None, language: Language
) -> _Found:
    try:
        drafting = (await uow.drafting.drafting(customer=code, payer=None, needs=Needs())).drafting
    except Invalid:
        raise NotFound(KIND, code) from None
    customer = drafting.customer
    latest = ListQuery(
        limit=_LATEST,
        sort=(SortKey("date", descending=True), SortKey("number", descending=True)),
        filters={"customer": (code,)},
        count_to=0,
    )
    jobs = replace(latest, sort=(SortKey("number", descending=True),))
    edited = editing is not None and editing.part == "customer"
    return _Found(
        customer,
        drafting,
        tuple(await uow.business_entities.all()) if edited or customer.business_entity else (),
        await report_customer(uow, context, customer, drafting.settings),
        await uow.invoices.listed(latest, context.actor.id),
        await uow.jobs.page(jobs),
        await suggestions_for(uow, editing.inputs, language) if editing else {},
    )


async def _page(
    request: web.Request, editing: Editing | None, attempt: Attempt | None = None
) -> web.Response:
    code, language = path_code(request), view_of(request).language
    may_edit = request[ACTOR].at_least(BILLER.role)
    editing = editing if may_edit else None
    found = await read(request, lambda uow, context: _find(uow, context, code, editing, language))
    names = _names(found, language)
    faults = attempt.faults(language) if attempt else {}
    return page(
        request,
        "customer.html",
        status=attempt.status if attempt else 200,
        customer=found.customer,
        here=f"/customers/{quote(code, safe='')}",
        names=names,
        payer=found.drafting.payer.name,
        sales=found.sales,
        chart=_chart(request, found.sales),
        rows=found.invoices.items,
        jobs=[JobShown.of(view).model_dump(mode="json") for view in found.jobs.items],
        editing=editing,
        suggestions={
            **found.suggestions,
            **{f"customer.{name}": sorted(texts.items()) for name, texts in names.items()},
        },
        datalists=found.suggestions,
        attempt=attempt,
        faults=faults,
        done=request.query.get("done") == "saved",
        removing="remove" in request.query,
        may_edit=may_edit,
        **_form(found.customer, editing, attempt, faults, language),
    )


def _form(
    customer: Customer,
    editing: Editing | None,
    attempt: Attempt | None,
    faults: dict[str, str],
    language: Language,
) -> dict[str, Any]:
    """The fields of the part that is edited, and in which the cursor begins."""
    if editing is None:
        return {"entries": [], "focus": ""}
    part = held(_shown(customer), editing)
    now = texts_of(editing.inputs, part, language) if part else defaults(editing.inputs)
    focus = first_fault(editing.inputs, faults) or editing.inputs[0].name
    return {"entries": entries_of(editing.inputs, now, attempt, faults), "focus": focus}


def _names(found: _Found, language: Language) -> dict[str, dict[str, str]]:
    """What each code of the card stands for, by the field that it stands in."""
    drafting = found.drafting
    return {
        "sales_rep": dict(drafting.sales_reps),
        "payment_term": {code: one.description.text(language) for code, one in drafting.terms.items()},
        "payment_method": {code: one.text(language) for code, one in drafting.methods.items()},
        "tax_code": {code: one.description for code, one in drafting.tax_codes.items()},
        "receivable_account": {number: one.description for number, one in drafting.accounts.items()},
        "business_entity": {one.code: one.name for one in found.entities},
    }


def _shown(customer: Customer) -> Json:
    return shown(CustomerShown.model_validate(customer))


def _chart(request: web.Request, sales: CustomerSales) -> Chart | None:
    """The years side by side; none where one of them is not known in the company's currency."""
    language = view_of(request).language
    points = [
        Point(str(one.year), amount, rounded_money(amount, sales.currency, language))
        for one in sales.years
        if (amount := one.sales.subtotal) is not None
    ]
    if len(points) < len(sales.years) or not any(point.amount for point in points):
        return None
    return columns(points, lambda amount: rounded_money(amount, sales.currency, language))
