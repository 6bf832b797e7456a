"""Set prefix, padding and next value of a number series."""

from dataclasses import asdict, dataclass, replace

from services.invoice_service.application.context import Context
from services.invoice_service.application.ports.reference import ReferencePorts
from services.invoice_service.application.records import NumberSeries, SkippedInterval
from services.invoice_service.domain.changes import Change, changes_between
from services.invoice_service.domain.errors import Conflict, FieldError, Invalid, NotFound
from services.invoice_service.domain.numbering import prefixes_clash

KIND = "number_series"


@dataclass(frozen=True, slots=True)
class SeriesEdit:
    """What is to change; None leaves it as it is."""

    prefix: str | None = None
    padding: int | None = None
    next_value: int | None = None
    reason: str | None = None


async def edit_series(
    uow: ReferencePorts, context: Context, business_entity: str, kind: str, edit: SeriesEdit
) -> NumberSeries:
    """Edit a series.

    Before its first number the next value is free; after it, it only moves forward, with a reason, and the
    values skipped are recorded.

    Raises:
        NotFound: no such series.
        Conflict: series_in_use: it would move backwards.
        Invalid: reason_required, prefix_taken (a number could exist twice).
    """
    all_series = await uow.series.all(lock=True)
    before = next(
        (one for one in all_series if (one.business_entity, one.kind) == (business_entity, kind)), None
    )
    if before is None:
        raise NotFound(KIND, f"{business_entity}/{kind}")
    after = _edited(before, edit)
    if before.used and after.next_value < before.next_value:
        raise Conflict("series_in_use", prefix=before.prefix)
    skips = before.used and after.next_value > before.next_value
    if skips and edit.reason is None:
        raise Invalid("reason_required", errors=(FieldError("reason", "required"),))
    if after.prefix != before.prefix:
        others = [one.prefix for one in all_series if one is not before]
        await _check_prefix(uow, after.prefix, others)
    if after == before:
        return before
    await uow.series.update(after)
    if skips:
        skipped = SkippedInterval(
            business_entity, kind, before.next_value, after.next_value - 1, edit.reason or ""
        )
        await uow.series.record_skipped(skipped, context)
    changes = [*changes_between(asdict(before), asdict(after))]
    if edit.reason is not None:
        changes.append(Change("reason", None, edit.reason))
    await uow.audit.append(context, "updated", KIND, f"{business_entity}/{kind}", changes)
    return after


def _edited(before: NumberSeries, edit: SeriesEdit) -> NumberSeries:
    return replace(
        before,
        prefix=before.prefix if edit.prefix is None else edit.prefix,
        padding=before.padding if edit.padding is None else edit.padding,
        next_value=before.next_value if edit.next_value is None else edit.next_value,
    )


async def _check_prefix(uow: ReferencePorts, prefix: str, others: list[str]) -> None:
    """No other series may give the same number, and no invoice have one from an earlier use of the prefix."""
    clashes = any(prefixes_clash(prefix, other) for other in others)
    if clashes or await uow.series.issued_with_prefix(prefix):
        raise Invalid(
            "prefix_taken", errors=(FieldError("prefix", "prefix_taken", {"prefix": prefix}),), prefix=prefix
        )
