"""Declare, or replace as a whole, a tax code with the taxes it charges; and delete one."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from services.invoice_service.application.context import Context
from services.invoice_service.application.outcome import Put
from services.invoice_service.application.ports.reference import ReferencePorts
from services.invoice_service.application.records import StoredTax
from services.invoice_service.application.references import require_references
from services.invoice_service.domain.changes import Change, changes_between
from services.invoice_service.domain.errors import FieldError, Invalid, NotFound
from services.invoice_service.domain.reference import GlAccount, Referral
from services.invoice_service.domain.tax import Tax, TaxCode
from services.invoice_service.domain.tax_sharing import shared_definition

KIND = "tax_code"


async def put_tax_code(uow: ReferencePorts, context: Context, declared: TaxCode) -> Put[TaxCode]:
    """Put a tax code. A tax is one thing for all codes that charge it.

    A tax as we shipped it is replaced, for all codes, by the shop's first definition. A default takes the place
    of the one that its province had.

    Raises:
        Invalid: unknown_reference, duplicate (a tax or a day twice), tax_differs.
    """
    _check_duplicates(declared)
    await require_references(
        uow,
        (
            Referral(f"taxes[{place}].gl_account", GlAccount.kind, tax.gl_account)
            for place, tax in enumerate(declared.taxes)
        ),
    )
    await uow.tax_codes.lock()
    before = await uow.tax_codes.get(declared.code)
    stored = await uow.tax_codes.stored_taxes([tax.code for tax in declared.taxes], but_of=declared.code)
    after = replace(declared, taxes=_defined(declared.taxes, stored))
    await _put_taxes(uow, context, after.taxes, stored)
    if before == after:
        return Put(after, created=False)
    await _tell_old_default(uow, context, after)
    await uow.tax_codes.put(after)
    await uow.tax_codes.drop_unused_taxes()
    changes = changes_between(_told(before) if before else None, _told(after))
    await uow.audit.append(context, "updated" if before else "created", KIND, after.code, changes)
    return Put(after, created=before is None)


async def delete_tax_code(uow: ReferencePorts, context: Context, code: str) -> None:
    """Delete a tax code that nothing uses; a tax that no other code charges goes with it.

    Raises:
        NotFound: there is none.
        Conflict: in_use.
    """
    await uow.tax_codes.lock()
    before = await uow.tax_codes.get(code)
    if before is None:
        raise NotFound(KIND, code)
    await uow.tax_codes.delete(code)
    await uow.tax_codes.drop_unused_taxes()
    await uow.audit.append(context, "deleted", KIND, code, changes_between(_told(before), None))


def _check_duplicates(declared: TaxCode) -> None:
    codes = [tax.code for tax in declared.taxes]
    faults = [
        FieldError(f"taxes[{place}].code", "duplicate", {"value": code})
        for place, code in enumerate(codes)
        if code in codes[:place]
    ]
    for place, tax in enumerate(declared.taxes):
        days = [dated.since for dated in tax.rates]
        faults += [
            FieldError(f"taxes[{place}].rates[{at}].from", "duplicate", {"value": day.isoformat()})
            for at, day in enumerate(days)
            if day in days[:at]
        ]
    if faults:
        raise Invalid("invalid", errors=tuple(faults))


def _defined(declared: tuple[Tax, ...], stored: Mapping[str, StoredTax]) -> tuple[Tax, ...]:
    """Each tax as it will be for all codes."""
    taxes: list[Tax] = []
    faults: list[FieldError] = []
    for place, tax in enumerate(declared):
        held = stored.get(tax.code)
        if held is None or held.shipped or not held.shared:
            taxes.append(tax)
            continue
        shared = shared_definition(held.tax, tax)
        if shared is None:
            faults.append(FieldError(f"taxes[{place}]", "tax_differs", {"tax": tax.code}))
        else:
            taxes.append(shared)
    if faults:
        raise Invalid("tax_differs", errors=tuple(faults), tax=faults[0].data["tax"])
    return tuple(taxes)


async def _put_taxes(
    uow: ReferencePorts, context: Context, taxes: tuple[Tax, ...], stored: Mapping[str, StoredTax]
) -> None:
    for tax in taxes:
        held = stored.get(tax.code)
        if held is not None and held.tax == tax and not held.shipped:
            continue
        await uow.tax_codes.put_tax(StoredTax(tax))
        if held is not None and held.shared and held.tax != tax:
            # It changes for other codes too: told once, under its own name.
            changes = changes_between(asdict(held.tax), asdict(tax))
            await uow.audit.append(context, "updated", "tax", tax.code, changes)


async def _tell_old_default(uow: ReferencePorts, context: Context, declared: TaxCode) -> None:
    if not declared.is_default or declared.province is None:
        return
    for other in await uow.tax_codes.all():
        if other.is_default and other.province == declared.province and other.code != declared.code:
            change = Change("is_default", before=True, after=False)
            await uow.audit.append(context, "updated", KIND, other.code, [change])


def _told(tax_code: TaxCode) -> dict[str, Any]:
    return asdict(tax_code)
