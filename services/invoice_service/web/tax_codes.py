"""« Codes de taxes » : which taxes each charges, at which rates since when."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote

from aiohttp import web

from services.invoice_service.api.answers import Json, shown
from services.invoice_service.api.bodies.taxes import TaxCodeBody, TaxCodeShown
from services.invoice_service.api.lists import list_query
from services.invoice_service.api.requests import context_of, path_code
from services.invoice_service.api.services import ACTOR
from services.invoice_service.api.tax_codes import LISTING
from services.invoice_service.api.transact import read
from services.invoice_service.application.context import Context
from services.invoice_service.application.listing import Page
from services.invoice_service.application.outcome import Put
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.put_tax_code import KIND, delete_tax_code, put_tax_code
from services.invoice_service.domain.actors import Role
from services.invoice_service.domain.errors import FieldError, Invalid, NotFound
from services.invoice_service.domain.tax import TaxCode
from services.invoice_service.domain.texts import Language
from services.invoice_service.web.attempts import (
    Attempt,
    attempted,
    coded,
    entries_of,
    first_fault,
    require_new,
    settled,
)
from services.invoice_service.web.formats import percent
from services.invoice_service.web.forms import form_of
from services.invoice_service.web.inputs import defaults, texts_of, typed_in
from services.invoice_service.web.pages import see_other
from services.invoice_service.web.record_list import ListRow, RecordList, record_list_page, without_empty
from services.invoice_service.web.suggestions import Suggestions, suggestions_for
from services.invoice_service.web.tax_form import (
    CODE,
    Rows,
    body_in,
    field_in_form,
    inputs_for,
    periods_of,
    rate_inputs,
    rows_of,
    tax_inputs,
)
from services.invoice_service.web.view import page, view_of

PATH = "/settings/tax-codes"
_LIST = RecordList("tax_codes", ("description", "taxes.rates.rate", "province", "is_default"), LISTING)


async def show(request: web.Request) -> web.Response:
    """The list, or (`add`) the form of a new one."""
    answer = without_empty(request, PATH)
    if answer is not None:
        return answer
    if "add" in request.query:
        return await _page(request, None, "", rows_of(None))
    asked = list_query(request, LISTING)
    language = view_of(request).language

    async def look(uow: UnitOfWork, _: Context) -> tuple[Page[TaxCode], dt.date]:
        today = (await uow.settings.get()).today(context_of(request).now)
        return await uow.tax_codes.page(asked), today

    found, today = await read(request, look)
    rows = [
        ListRow(
            one.code,
            (
                one.description,
                " · ".join(
                    f"{tax.name.text(language)} {percent(rate, language)}"
                    for tax in one.taxes
                    if (rate := tax.rate_on(today)) is not None
                ),
                one.province or "",
                view_of(request).words("sheet.yes") if one.is_default else "",
            ),
            one.active,
        )
        for one in found.items
    ]
    return record_list_page(request, _LIST, found, rows, may_edit=_may_edit(request))


async def show_one(request: web.Request) -> web.Response:
    """The page of one."""
    code = path_code(request)
    tax_code = await _stored(request, code)
    if tax_code is None:
        raise NotFound(KIND, code)
    return await _page(request, tax_code, code, rows_of(tax_code))


async def add(request: web.Request) -> web.Response:
    """Add one."""
    form, language = await form_of(request), view_of(request).language
    code, rows = form.text("code"), rows_of(None, form)
    inputs = inputs_for(rows)

    async def step(uow: UnitOfWork, context: Context) -> None:
        require_new(code, await _put(uow, context, code, typed_in(inputs, form), rows, language))

    attempt = await attempted(request, inputs, form, step)
    if attempt is not None:
        return await _page(request, None, code, rows, attempt)
    return see_other(f"{PATH}/{quote(code, safe='')}?done=saved")


async def save(request: web.Request) -> web.Response:
    """Save what was changed of one; what others changed meanwhile stays."""
    code, form, language = path_code(request), await form_of(request), view_of(request).language
    rows = rows_of(await _stored(request, code), form)
    inputs = inputs_for(rows)

    async def step(uow: UnitOfWork, context: Context) -> None:
        await uow.tax_codes.lock()
        current = await uow.tax_codes.get(code)
        if current is None:
            raise NotFound(KIND, code)
        texts = settled(inputs, form, texts_of(inputs, _shown(current), language))
        await _put(uow, context, code, texts, rows, language)

    attempt = await attempted(request, inputs, form, step)
    if attempt is None:
        return see_other(f"{PATH}/{quote(code, safe='')}?done=saved")
    return await _page(request, await _stored(request, code), code, rows, attempt)


async def delete(request: web.Request) -> web.Response:
    """Delete one that nothing uses."""
    code, form = path_code(request), await form_of(request)

    async def step(uow: UnitOfWork, context: Context) -> None:
        await delete_tax_code(uow, context, code)

    attempt = await attempted(request, (), form, step)
    if attempt is None or attempt.gone:
        return see_other(f"{PATH}?deleted={quote(code)}")
    tax_code = await _stored(request, code)
    rows = rows_of(tax_code)
    inputs = inputs_for(rows)
    now = texts_of(inputs, _shown(tax_code), view_of(request).language) if tax_code else defaults(inputs)
    return await _page(request, tax_code, code, rows, replace(attempt, values=now, was=now))


async def _put(
    uow: UnitOfWork, context: Context, code: str, texts: Mapping[str, str], rows: Rows, language: Language
) -> Put[TaxCode]:
    """Put what a form says.

    Raises:
        Invalid: everything that is wrong, by the names of the form's fields.
    """
    body, places = body_in(texts, rows, language)
    try:
        declared = coded(TaxCodeBody, code, body).tax_code(code)
        return await put_tax_code(uow, context, declared)
    except Invalid as refusal:
        errors = tuple(
            FieldError(field_in_form(one.field, places), one.code, one.data) for one in refusal.errors
        )
        raise Invalid(refusal.code, errors=errors, **refusal.data) from None


async def _stored(request: web.Request, code: str) -> TaxCode | None:
    return await read(request, lambda uow, _: uow.tax_codes.get(code))


def _shown(tax_code: TaxCode) -> Json:
    return shown(TaxCodeShown.model_validate(tax_code))


def _may_edit(request: web.Request) -> bool:
    return request[ACTOR].at_least(Role.ACCOUNTANT)


async def _page(
    request: web.Request, tax_code: TaxCode | None, code: str, rows: Rows, attempt: Attempt | None = None
) -> web.Response:
    language, may_edit = view_of(request).language, _may_edit(request)
    faults = attempt.faults(language) if attempt else {}
    inputs = inputs_for(rows)
    now = texts_of(inputs, _shown(tax_code), language) if tax_code else defaults(inputs)

    async def offered(uow: UnitOfWork, _: Context) -> Suggestions:
        return await suggestions_for(uow, inputs, language)

    blocks = [
        {
            "place": place,
            "fields": entries_of(tax_inputs(place, 0), now, attempt, faults),
            "rates": [entries_of(rate_inputs(place, row), now, attempt, faults) for row in range(count)],
            "periods": periods_of(tax_code.taxes[place]) if tax_code and place < len(tax_code.taxes) else [],
            "faults": [faults[name] for name in (f"taxes.{place}", f"taxes.{place}.rates") if name in faults],
        }
        for place, count in enumerate(rows)
    ]
    return page(
        request,
        "tax_code.html",
        status=attempt.status if attempt else 200,
        tax_code=tax_code,
        code=code,
        general=entries_of(CODE, now, attempt, faults),
        blocks=blocks,
        suggestions=await read(request, offered) if may_edit else {},
        attempt=attempt,
        faults=faults,
        differs=attempt is not None and attempt.refusal is not None and attempt.refusal.code == "tax_differs",
        focus=first_fault(inputs, faults) if tax_code or (attempt and "code" not in faults) else "code",
        done=request.query.get("done") == "saved",
        deleting="delete" in request.query,
        may_edit=may_edit,
        address=f"{PATH}/{quote(code, safe='')}",
    )
