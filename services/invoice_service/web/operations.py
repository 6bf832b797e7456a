"""« Opérations » : what waits, what failed, who works, and the switches; for administrators."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from services.invoice_service.api.bodies.settings import SettingsBody
from services.invoice_service.api.services import SERVICES
from services.invoice_service.api.transact import committed, read
from services.invoice_service.application.book_checks import ask_for_check
from services.invoice_service.application.context import Context
from services.invoice_service.application.edit_settings import edit_settings
from services.invoice_service.application.finding_words import finding_sentence
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.book_checks import BookCheck
from services.invoice_service.application.ports.operations import LaneSeen, QueueSeen, Trouble, Troubles
from services.invoice_service.domain import reasons
from services.invoice_service.domain.errors import Conflict, Invalid
from services.invoice_service.domain.settings import ShopSettings
from services.invoice_service.domain.texts import Language
from services.invoice_service.web.errors import detail_of, faults_of
from services.invoice_service.web.forms import Form, form_of, validated
from services.invoice_service.web.links import invoice_path
from services.invoice_service.web.pages import see_other
from services.invoice_service.web.view import page, view_of
from shared.bus import topology

PATH = "/operations"
STEPS = ("email", "transfer", "rendering")
# What the pages call the state of a step by.
AXES: Mapping[str, str] = {"email": "delivery"}
MOST_SHOWN = 50
# Who takes from which queues, and with which results it answers. The relay's sign of life is that it has looked.
_WORKERS = (
    ("render", (topology.RENDER, topology.RENDER_BULK), "results.document."),
    ("mailer", (topology.EMAIL,), "results.email."),
    ("accounting", (topology.TRANSFER,), "results.accounting."),
    ("consumer", (topology.PRODUCTION, topology.RESULTS), ""),
)
# The relay looks four times as often.
_PATIENCE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything that the page shows, of one moment."""

    settings: ShopSettings
    lanes: Sequence[LaneSeen]
    parked: Mapping[str, int]
    troubles: Troubles
    queues: Sequence[QueueSeen]
    answers: Mapping[str, int]
    checks: Sequence[BookCheck]


@dataclass(frozen=True, slots=True)
class Worker:
    """A service: how many of it take messages, how many messages wait for it, when it last answered."""

    name: str
    consumers: int
    waiting: int
    answered_seconds: int | None


async def look(uow: UnitOfWork, _context: Context) -> Seen:
    """What there is to see."""
    seen = uow.operations
    return Seen(
        await uow.settings.get(),
        await seen.outbox(),
        await seen.parked(),
        await seen.troubles(most=MOST_SHOWN),
        await seen.queues(),
        await seen.answers(),
        await uow.book_checks.latest(most=2),
    )


async def show(request: web.Request) -> web.Response:
    """The page."""
    return await operations_page(request)


async def switch(request: web.Request) -> web.Response:
    """Turn the switches: who gets mail, and whether finals go to accounting. Only what was changed is written."""
    form = await form_of(request)
    changed = form.changed("outbound", "trial", "connector_paused")
    values: dict[str, Any] = {}
    if "outbound" in changed or (form.text("outbound") == "trial" and "trial" in changed):
        values["outbound"] = form.text("trial") if form.text("outbound") == "trial" else form.text("outbound")
    if "connector_paused" in changed:
        values["connector_paused"] = form.text("connector_paused") == "yes"
    try:
        wanted = validated(SettingsBody, values).values()
        templates = request.app[SERVICES].settings.template_names()
        await committed(
            request, lambda uow, context: edit_settings(uow, context, wanted, templates=templates)
        )
    except Invalid as refusal:
        faults = dict(faults_of(refusal, view_of(request).language))
        return await operations_page(request, status=422, faults=faults, form=form)
    return see_other(f"{PATH}?done=switches#switches")


async def check_books(request: web.Request) -> web.Response:
    """Ask for a check of the books; it is done beside everything else."""
    try:
        await committed(request, ask_for_check)
    except Conflict as refusal:
        return await operations_page(
            request, status=409, refused=[detail_of(refusal, view_of(request).language)]
        )
    request.app[SERVICES].check_wanted()
    return see_other(f"{PATH}#check")


async def operations_page(
    request: web.Request,
    *,
    status: int = 200,
    faults: Mapping[str, str] | None = None,
    form: Form | None = None,
    refused: Sequence[str] = (),
) -> web.Response:
    """The page, after what was done or refused."""
    seen = await read(request, look)
    looked = min((queue.seconds_ago for queue in seen.queues), default=None)
    return page(
        request,
        "operations.html",
        status=status,
        seen=seen,
        flowing=[lane for lane in seen.lanes if lane.flows],
        held={lane.lane: lane.waiting for lane in seen.lanes if not lane.flows},
        workers=_workers(seen),
        looked=looked,
        relay_gone=looked is None or looked > _PATIENCE_SECONDS,
        troubles=[
            (
                step,
                seen.troubles.counts.get(step, 0),
                _shown(seen.troubles.shown, step, view_of(request).language),
            )
            for step in STEPS
        ],
        trial="" if seen.settings.outbound in ("on", "off") else seen.settings.outbound,
        running=next((check for check in seen.checks if check.ended_at is None), None),
        checked=next((check for check in seen.checks if check.ended_at is not None), None),
        findings=_findings(seen.checks, view_of(request).language),
        faults=faults or {},
        form=form,
        refused=refused,
        done=request.query.get("done", ""),
        many=request.query.get("many", ""),
    )


def _workers(seen: Seen) -> list[Worker]:
    by_name = {queue.queue: queue for queue in seen.queues}
    workers = []
    for name, queues, results in _WORKERS:
        known = [by_name[queue] for queue in queues if queue in by_name]
        answers = [ago for type_, ago in seen.answers.items() if results and type_.startswith(results)]
        workers.append(
            Worker(
                name,
                min((queue.consumers for queue in known), default=0),
                sum(queue.waiting for queue in known),
                min(answers, default=None),
            )
        )
    return workers


def _shown(troubles: Sequence[Trouble], step: str, language: Language) -> list[dict[str, Any]]:
    return [
        {
            **trouble.row,
            "item": f"{step}:{trouble.row['email'] or ''}:{trouble.row['number']}",
            "address": invoice_path(trouble.row["number"]),
            "reason": reason_in(trouble.row["reason"], language),
            "refused": trouble.row["refused"] or [],
        }
        for trouble in troubles
        if trouble.step == step
    ]


def reason_in(reason: Mapping[str, str] | None, language: Language) -> str:
    """Why a step is where it is, for a person; nothing where nobody knows."""
    if not reason:
        return ""
    return reasons.told(reason["code"], reason.get("message", "")).text(language)


def _findings(checks: Sequence[BookCheck], language: Language) -> list[tuple[str, str, str]]:
    """What the last check that ended has found: which check, of what, and the sentence."""
    report = next((check.report for check in checks if check.ended_at is not None), None) or {}
    return [
        (one["check"], one["subject"], finding_sentence(one["code"], one["data"]).text(language))
        for one in report.get("findings", ())
    ]
