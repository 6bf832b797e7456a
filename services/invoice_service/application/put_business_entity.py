"""Declare, or replace as a whole, a business entity; and delete one. Exactly one is the default, always."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from services.invoice_service.application.context import Context
from services.invoice_service.application.keep_logo import reference_to
from services.invoice_service.application.outcome import Put
from services.invoice_service.application.ports.reference import ReferencePorts
from services.invoice_service.application.records import BusinessEntity, NumberSeries
from services.invoice_service.domain.changes import Change, changes_between
from services.invoice_service.domain.errors import Conflict, FieldError, Invalid, NotFound
from services.invoice_service.domain.numbering import entity_prefix, prefixes_clash

KIND = "business_entity"


async def put_business_entity(
    uow: ReferencePorts, context: Context, declared: BusinessEntity
) -> Put[BusinessEntity]:
    """Put an entity. Its logo is in the document store already: see `keep_logo`.

    The first active one declared takes the place of what a new system starts with, with its series; another one
    gets series of its own, which start with its code.

    A new default takes the flag from the old one; the default can't give it up by itself.

    Raises:
        Invalid: invalid (the default can't be inactive), prefix_taken (its series' prefixes are another's).
        BadPicture: its logo is no data URL of a picture.
    """
    entities = await uow.business_entities.all(lock=True)
    before = next((entity for entity in entities if entity.code == declared.code), None)
    taken_over = before or (await _placeholder(uow, entities) if declared.active else None)
    is_default = declared.is_default or (taken_over is not None and taken_over.is_default)
    logo = reference_to(declared.logo) if declared.logo is not None else None
    entity = replace(declared, is_default=is_default, placeholder=False, logo_document=logo)
    if entity.is_default and not entity.active:
        raise Invalid("invalid", errors=(FieldError("active", "invalid"),))
    if entity == taken_over:
        return Put(entity, created=False)
    await _tell_old_default(uow, context, entities, entity, taken_over)
    if taken_over is not None:
        await uow.business_entities.replace(taken_over.code, entity)
    else:
        await _add(uow, entity)
    changes = changes_between(_told(taken_over) if taken_over else None, _told(entity))
    await uow.audit.append(context, "updated" if before else "created", KIND, entity.code, changes)
    return Put(entity, created=before is None)


async def delete_business_entity(uow: ReferencePorts, context: Context, code: str) -> None:
    """Delete an entity that never issued anything.

    Raises:
        NotFound: there is none.
        Conflict: in_use: it is the default, it has given numbers, or a customer or an invoice names it.
    """
    entities = await uow.business_entities.all(lock=True)
    before = next((entity for entity in entities if entity.code == code), None)
    if before is None:
        raise NotFound(KIND, code)
    series = [one for one in await uow.series.all() if one.business_entity == code]
    if before.is_default or any(one.used for one in series):
        raise Conflict("in_use", ref=code)
    await uow.business_entities.delete(code)
    await uow.audit.append(context, "deleted", KIND, code, changes_between(_told(before), None))


async def _placeholder(uow: ReferencePorts, entities: Sequence[BusinessEntity]) -> BusinessEntity | None:
    """What a new entity takes the place of. An entity that has issued finals keeps its code: they name it."""
    placeholder = next((entity for entity in entities if entity.placeholder), None)
    if placeholder is None:
        return None
    series = [one for one in await uow.series.all() if one.business_entity == placeholder.code]
    issued = any(one.used for one in series if one.kind != "proforma")
    return None if issued else placeholder


async def _add(uow: ReferencePorts, entity: BusinessEntity) -> None:
    own = entity_prefix(entity.code)
    added = (
        NumberSeries(entity.code, "proforma", f"{own}PF-", 4),
        NumberSeries(entity.code, "final", own, 5),
        NumberSeries(entity.code, "credit_note", f"{own}NC-", 5),
    )
    taken = [one.prefix for one in await uow.series.all(lock=True)]
    for series in added:
        if any(prefixes_clash(series.prefix, prefix) for prefix in taken):
            fault = FieldError("code", "prefix_taken", {"prefix": series.prefix})
            raise Invalid("prefix_taken", errors=(fault,), prefix=series.prefix)
    await uow.business_entities.insert(entity)
    for series in added:
        await uow.series.add(series)


async def _tell_old_default(
    uow: ReferencePorts,
    context: Context,
    entities: Sequence[BusinessEntity],
    entity: BusinessEntity,
    taken_over: BusinessEntity | None,
) -> None:
    for other in entities:
        if entity.is_default and other.is_default and other != taken_over:
            change = Change("is_default", before=True, after=False)
            await uow.audit.append(context, "updated", KIND, other.code, [change])


def _told(entity: BusinessEntity) -> dict[str, Any]:
    """As the trail tells of it; of a logo only which one it is: it is a picture, and may be large."""
    told = asdict(entity)
    del told["placeholder"], told["logo_document"]
    told["logo"] = f"sha256:{entity.logo_document.document.sha256}" if entity.logo_document else None
    return told
