"""« Entités commerciales » : our issuing companies, each with its address, tax numbers and logo."""

import base64
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from urllib.parse import quote

from aiohttp import web

from services.invoice_service.api.answers import shown
from services.invoice_service.api.bodies.entities import BusinessEntityBody, BusinessEntityShown, LogoBody
from services.invoice_service.api.business_entities import LISTING
from services.invoice_service.api.lists import list_query
from services.invoice_service.api.requests import path_code
from services.invoice_service.api.services import ACTOR, SERVICES
from services.invoice_service.api.transact import read
from services.invoice_service.application.context import Context
from services.invoice_service.application.keep_logo import keep_logo
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.put_business_entity import (
    KIND,
    delete_business_entity,
    put_business_entity,
)
from services.invoice_service.application.records import BusinessEntity
from services.invoice_service.domain.actors import Role
from services.invoice_service.domain.errors import Invalid, NotFound
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
from services.invoice_service.web.forms import FILES, Form, form_of, validated
from services.invoice_service.web.inputs import Input, body_of, defaults, shown_before, texts_of, typed_in
from services.invoice_service.web.pages import see_other
from services.invoice_service.web.record_list import ListRow, RecordList, record_list_page, without_empty
from services.invoice_service.web.view import page, view_of

PATH = "/settings/business-entities"
PARTS = {
    "entity": (
        Input("name"),
        Input("phone"),
        Input("email", "email"),
        Input("website"),
        Input("is_default", "flag"),
        Input("active", "flag", default="1"),
    ),
    "address": (
        Input("address.line1"),
        Input("address.line2"),
        Input("address.city"),
        Input("address.province"),
        Input("address.postal_code"),
        Input("address.country", default="CA"),
    ),
    "tax_numbers": (Input("gst_number"), Input("qst_number")),
}
_LIST = RecordList(
    "business_entities", ("name", "address.city", "gst_number", "qst_number", "is_default"), LISTING
)
_INPUTS = tuple(one for inputs in PARTS.values() for one in inputs)
_ADDRESS = tuple(one.name for one in PARTS["address"] if one.name != "address.country")
_PNG = b"\x89PNG"


async def show(request: web.Request) -> web.Response:
    """The list, or (`add`) the form of a new one."""
    answer = without_empty(request, PATH)
    if answer is not None:
        return answer
    if "add" in request.query:
        return _page(request, None, "")
    asked = list_query(request, LISTING)
    found = await read(request, lambda uow, _: uow.business_entities.page(asked))
    words = view_of(request).words
    rows = [
        ListRow(
            one.code,
            (
                one.name,
                one.address.city if one.address else "",
                one.gst_number or "",
                one.qst_number or "",
                words("sheet.yes") if one.is_default else "",
            ),
            one.active,
        )
        for one in found.items
    ]
    return record_list_page(request, _LIST, found, rows, may_edit=_may_edit(request))


async def show_one(request: web.Request) -> web.Response:
    """The page of one."""
    code = path_code(request)
    entity = await read(request, lambda uow, _: uow.business_entities.get(code))
    if entity is None:
        raise NotFound(KIND, code)
    return _page(request, entity, code)


async def add(request: web.Request) -> web.Response:
    """Add one."""
    form, language = await form_of(request), view_of(request).language
    code = form.text("code")
    logo = _sent_logo(request, form)

    async def step(uow: UnitOfWork, context: Context) -> None:
        entity = _declared(code, typed_in(_INPUTS, form), logo, language)
        require_new(code, await put_business_entity(uow, context, entity))

    attempt = await _attempted(request, form, logo, step)
    if attempt is not None:
        return _page(request, None, code, attempt, logo)
    return see_other(f"{PATH}/{quote(code, safe='')}?done=saved")


async def save(request: web.Request) -> web.Response:
    """Save what was changed of one; what others changed meanwhile stays."""
    code, form, language = path_code(request), await form_of(request), view_of(request).language
    logo = _sent_logo(request, form)

    async def step(uow: UnitOfWork, context: Context) -> None:
        current = await _locked(uow, code)
        texts = settled(_INPUTS, form, _texts(current, language))
        kept = None if form.text("remove_logo") else current.logo
        await put_business_entity(uow, context, _declared(code, texts, logo or kept, language))

    attempt = await _attempted(request, form, logo, step)
    if attempt is None:
        return see_other(f"{PATH}/{quote(code, safe='')}?done=saved")
    return _page(request, await _entity(request, code), code, attempt, logo)


async def delete(request: web.Request) -> web.Response:
    """Delete one that never issued anything."""
    code, form = path_code(request), await form_of(request)

    async def step(uow: UnitOfWork, context: Context) -> None:
        await delete_business_entity(uow, context, code)

    attempt = await attempted(request, (), form, step)
    if attempt is None or attempt.gone:
        return see_other(f"{PATH}?deleted={quote(code)}")
    entity = await _entity(request, code)
    now = _texts(entity, view_of(request).language) if entity else {}
    return _page(request, entity, code, replace(attempt, values=now, was=now))


async def _attempted(
    request: web.Request,
    form: Form,
    logo: str | None,
    step: Callable[[UnitOfWork, Context], Awaitable[None]],
) -> Attempt | None:
    """Keep a new logo where the renderer finds it, before the transaction; then do it."""
    try:
        if logo is not None:
            validated(LogoBody, {"logo": logo})
            await keep_logo(request.app[SERVICES].documents, logo)
    except Invalid as refusal:
        typed = typed_in(_INPUTS, form)
        return Attempt(values=typed, was=shown_before(_INPUTS, form), refusal=refusal)
    return await attempted(request, _INPUTS, form, step)


async def _entity(request: web.Request, code: str) -> BusinessEntity | None:
    return await read(request, lambda uow, _: uow.business_entities.get(code))


async def _locked(uow: UnitOfWork, code: str) -> BusinessEntity:
    entities = await uow.business_entities.all(lock=True)
    found = next((one for one in entities if one.code == code), None)
    if found is None:
        raise NotFound(KIND, code)
    return found


def _texts(entity: BusinessEntity, language: Language) -> dict[str, str]:
    return texts_of(_INPUTS, shown(BusinessEntityShown.model_validate(entity)), language)


def _declared(code: str, texts: Mapping[str, str], logo: str | None, language: Language) -> BusinessEntity:
    body = {**body_of(_INPUTS, texts, language), "logo": logo}
    if not any(texts[name] for name in _ADDRESS):
        body["address"] = None  # a country alone is none
    return coded(BusinessEntityBody, code, body).entity(code)


def _sent_logo(request: web.Request, form: Form) -> str | None:
    """The picture that was chosen, as a data URL, or the one that came with a form that was refused."""
    for file in request.get(FILES, ()):
        kind = "image/png" if file.content.startswith(_PNG) else "image/svg+xml"
        return f"data:{kind};base64,{base64.b64encode(file.content).decode('ascii')}"
    return form.text("kept_logo") or None


def _may_edit(request: web.Request) -> bool:
    return request[ACTOR].at_least(Role.ADMIN)


def _page(
    request: web.Request,
    entity: BusinessEntity | None,
    code: str,
    attempt: Attempt | None = None,
    logo: str | None = None,
) -> web.Response:
    language = view_of(request).language
    faults = attempt.faults(language) if attempt else {}
    now = _texts(entity, language) if entity else defaults(_INPUTS)
    new_logo = logo if "logo" not in faults else None
    return page(
        request,
        "entity.html",
        status=attempt.status if attempt else 200,
        entity=entity,
        code=code,
        parts_of_it=[(name, entries_of(inputs, now, attempt, faults)) for name, inputs in PARTS.items()],
        attempt=attempt,
        faults=faults,
        focus=first_fault(_INPUTS, faults) if entity or (attempt and "code" not in faults) else "code",
        logo=new_logo or (entity.logo if entity else None),
        new_logo=new_logo,
        done=request.query.get("done") == "saved",
        deleting="delete" in request.query,
        may_edit=_may_edit(request),
        address=f"{PATH}/{quote(code, safe='')}",
    )
