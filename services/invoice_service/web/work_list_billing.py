"""Pro formas of one job of the work list or of many at once, and what came of each of them."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from aiohttp import web

from services.invoice_service.api.transact import committed, read
from services.invoice_service.application.bill_jobs import (
    Billed,
    Told,
    bill_jobs,
    keep_told,
    kept_told,
    refused,
    together,
)
from services.invoice_service.application.context import Context
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.transactions import StorageUnavailable, TransactionConflict
from services.invoice_service.application.ports.work_list import WaitingJob
from services.invoice_service.domain.errors import NotFound, Refusal
from services.invoice_service.web.forms import Form, form_of, own_path
from services.invoice_service.web.links import invoice_path
from services.invoice_service.web.pages import see_other
from services.invoice_service.web.view import page, view_of
from services.invoice_service.web.work_list import PATH, draw_list

_MOST = 200
"""So many jobs are billed at once: more would take longer than anybody waits for a page."""
_LONGEST_KEY = 100


@dataclass(frozen=True, slots=True)
class Row:
    """What came of a job, in words."""

    number: str
    title: str
    customer_name: str
    invoice: str | None
    made: bool
    reason: str


async def bill(request: web.Request) -> web.Response:
    """Make the pro formas, each in a transaction of its own, and lead to what came of each job.

    What is sent twice makes nothing twice: the form has a key, under which a job is billed once.
    """
    form = await form_of(request)
    wanted = list(dict.fromkeys((form.text("job"),) if form.text("job") else form.all("chosen")))
    if not wanted:
        return await draw_list(request, view_of(request).words("work.none_chosen"))
    numbers, left = wanted[:_MOST], max(0, len(wanted) - _MOST)
    key = form.text("key")[:_LONGEST_KEY] or secrets.token_urlsafe(16)
    known = await read(request, lambda uow, _: uow.work_list.jobs(numbers))
    outcomes = {number: refused(number, NotFound("job", number)) for number in numbers}
    for group in _groups(form, [known[number] for number in numbers if number in known]):
        outcomes |= {one.job: one for one in await _billed(request, group, key)}
    made = {one.invoice for one in outcomes.values() if one.made}
    if len(made) == 1 and all(one.made for one in outcomes.values()) and not left:
        return see_other(f"{invoice_path(str(next(iter(made))))}?done=create")
    told = Told(tuple(outcomes.values()), left)
    await committed(request, lambda uow, context: keep_told(uow, context, key, told))
    back = urlencode({"next": own_path(form.text("next"), PATH)})
    return see_other(f"{PATH}/done/{quote(key, safe='')}?{back}")


def _groups(form: Form, jobs: Sequence[WaitingJob]) -> list[list[str]]:
    return together(jobs) if form.text("together") else [[one.view.job.number] for one in jobs]


async def _billed(request: web.Request, numbers: list[str], key: str) -> list[Billed]:
    async def use_case(uow: UnitOfWork, context: Context) -> list[Billed]:
        return await bill_jobs(uow, context, numbers, key)

    try:
        return await committed(request, use_case)
    except Refusal as refusal:
        return [refused(number, refusal) for number in numbers]
    except (StorageUnavailable, TransactionConflict):
        # What was made is kept under the form's key: sending it again goes on from here.
        return [refused(number, Refusal("unavailable")) for number in numbers]


async def show_done(request: web.Request) -> web.Response:
    """What came of each job; nothing is done again however often it is looked at. After a day: the list."""
    key = request.match_info["key"]

    async def look(uow: UnitOfWork, context: Context) -> tuple[Told | None, list[Row]]:
        told = await kept_told(uow, context, key)
        if told is None:
            return None, []
        jobs = await uow.work_list.jobs([one.job for one in told.outcomes])
        return told, [_row(one, jobs.get(one.job)) for one in told.outcomes]

    def _row(one: Billed, job: WaitingJob | None) -> Row:
        return Row(
            one.job,
            job.view.job.title if job else "",
            job.customer_name if job else "",
            one.invoice,
            one.made,
            one.reason.text(view_of(request).language) if one.reason else "",
        )

    told, rows = await read(request, look)
    if told is None:
        return see_other(PATH)
    return page(
        request,
        "work_list_done.html",
        outcomes=rows,
        made=len({one.invoice for one in told.outcomes if one.made}),
        left=told.left,
        back=own_path(request.query.get("next", ""), PATH),
    )
