"""« Entreprise » : the settings of the shop, in groups, each with what it means."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aiohttp import web

from services.invoice_service.api.answers import Json, shown
from services.invoice_service.api.bodies.settings import SettingsBody, SettingsShown
from services.invoice_service.api.services import ACTOR, SERVICES
from services.invoice_service.api.transact import read
from services.invoice_service.application.context import Context
from services.invoice_service.application.edit_settings import edit_settings
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.domain.actors import Role
from services.invoice_service.domain.settings import ShopSettings
from services.invoice_service.domain.texts import Language
from services.invoice_service.web.attempts import Attempt, attempted, entries_of, first_fault, settled
from services.invoice_service.web.forms import form_of, validated
from services.invoice_service.web.inputs import Input, body_of, moved, shown_before, texts_of, typed_in
from services.invoice_service.web.pages import see_other
from services.invoice_service.web.suggestions import suggestions_for
from services.invoice_service.web.view import page, view_of

PATH = "/settings/company"
_TRIAL = "trial"
_COLUMNS = ("po_number", "job", "description", "ordered_quantity", "quantity", "unit_price", "total")
# `trial` is no setting: it is the address that `outbound` holds.
PARTS: Mapping[str, tuple[Input, ...]] = {
    "place": (Input("timezone"), Input("currency"), Input("language", "choice", choices=("fr", "en"))),
    "outbound": (
        Input("outbound", "choice", choices=("on", "off", _TRIAL)),
        Input(_TRIAL, "email"),
        Input("alert_email", "email"),
    ),
    "rules": (
        Input("auto_draft_on_completion", "choice", choices=("off", "ordered", "produced")),
        Input("overrun_tolerance_percent", "number"),
        Input("line_account_required", "flag"),
        Input("credit_series", "choice", choices=("shared", "own")),
        Input("locked_until", "date"),
    ),
    "accounting": (
        Input("connector", "connector"),
        Input("connector_paused", "flag"),
        Input("default_revenue_account", "account"),
        Input("default_receivable_account", "account"),
    ),
    "form": (
        Input("template", "choice"),
        Input("accent_colour"),
        Input("show_job_number_on_lines", "flag"),
        Input("columns", "ordered", choices=_COLUMNS),
        Input("footer.fr", "lines"),
        Input("footer.en", "lines"),
    ),
}
_INPUTS = tuple(one for inputs in PARTS.values() for one in inputs)
_NULL_WHEN_EMPTY = ("columns", "footer")


async def show(request: web.Request) -> web.Response:
    """The page."""
    return await _page(request)


async def save(request: web.Request) -> web.Response:
    """Save what was changed; what others changed meanwhile stays. `move` only puts a column somewhere else."""
    form, language = await form_of(request), view_of(request).language
    templates = request.app[SERVICES].settings.template_names()
    inputs = _with_forms(_INPUTS, templates)
    if form.text("move"):
        values = moved(typed_in(inputs, form), form.text("move"))
        drawn = Attempt(values=values, was=shown_before(inputs, form))
        return await _page(request, drawn, focus=form.text("move"))

    async def step(uow: UnitOfWork, context: Context) -> None:
        now = _texts(await uow.settings.get(lock=True), language)
        texts = settled(inputs, form, now)
        values = validated(SettingsBody, _changed(now, texts, language)).values()
        await edit_settings(uow, context, values, templates=templates)

    attempt = await attempted(request, inputs, form, step)
    return see_other(f"{PATH}?done=saved") if attempt is None else await _page(request, attempt)


def _texts(settings: ShopSettings, language: Language) -> dict[str, str]:
    texts = texts_of(_INPUTS, shown(SettingsShown.model_validate(settings)), language)
    if texts["outbound"] not in ("on", "off"):
        texts |= {"outbound": _TRIAL, _TRIAL: texts["outbound"]}
    return texts


def _changed(now: Mapping[str, str], texts: Mapping[str, str], language: Language) -> Json:
    """The settings that differ, as the body of a PATCH."""
    names = {_setting(name) for name, text in texts.items() if text != now[name]}
    inputs = [one for one in _INPUTS if _setting(one.name) in names and one.name != _TRIAL]
    body = body_of(inputs, texts, language)
    if body.get("outbound") == _TRIAL:
        body["outbound"] = texts[_TRIAL]
    for name in names & set(_NULL_WHEN_EMPTY):
        held: Any = body[name]
        body[name] = held if any(held.values() if isinstance(held, dict) else held) else None
    return body


def _setting(name: str) -> str:
    return "outbound" if name == _TRIAL else name.partition(".")[0]


def _with_forms(inputs: tuple[Input, ...], templates: frozenset[str]) -> tuple[Input, ...]:
    """The fields, the form among those that there are."""
    return tuple(
        replace(one, choices=tuple(sorted(templates))) if one.name == "template" else one for one in inputs
    )


async def _page(request: web.Request, attempt: Attempt | None = None, *, focus: str = "") -> web.Response:
    language, actor = view_of(request).language, request[ACTOR]
    may_edit = actor.at_least(Role.ADMIN)

    async def look(uow: UnitOfWork, _: Context) -> tuple[ShopSettings, dict[str, list[tuple[str, str]]]]:
        offered = await suggestions_for(uow, _INPUTS, language) if may_edit else {}
        return await uow.settings.get(), offered

    settings, offered = await read(request, look)
    faults = attempt.faults(language) if attempt else {}
    if attempt and attempt.values["outbound"] == _TRIAL and "outbound" in faults:
        faults[_TRIAL] = faults.pop("outbound")
    now = _texts(settings, language)
    templates = request.app[SERVICES].settings.template_names() | {settings.template}
    return page(
        request,
        "company.html",
        status=attempt.status if attempt else 200,
        here=PATH,
        parts_of_it=[
            (name, entries_of(_with_forms(inputs, templates), now, attempt, faults))
            for name, inputs in PARTS.items()
        ],
        suggestions=offered,
        attempt=attempt,
        faults=faults,
        focus=focus or first_fault(_INPUTS, faults),
        done=request.query.get("done") == "saved",
        outbound=settings.outbound,
        may_edit=may_edit,
    )
