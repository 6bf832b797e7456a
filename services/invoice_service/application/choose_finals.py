"""Which finals a report is of: its period, in the shop's time zone, and its filters."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.invoice_service.application.context import Context
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.reports import Chosen
from services.invoice_service.domain.reports import period_of


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a report is asked for. Without an end it is until today, without a beginning from the first of a month."""

    first: dt.date | None = None
    last: dt.date | None = None
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)


async def choose_finals(uow: UnitOfWork, context: Context, wanted: Wanted) -> Chosen:
    """The finals that are wanted.

    Raises:
        Invalid: invalid_parameter: the period ends before it begins.
    """
    settings = await uow.settings.get()
    period = period_of(wanted.first, wanted.last, settings.today(context.now))
    return Chosen(period, settings.currency, wanted.filters)
