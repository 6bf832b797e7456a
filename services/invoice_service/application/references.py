"""References by code are checked before anything is written, so that all unknown ones are reported at once."""

from collections.abc import Iterable

from services.invoice_service.application.ports.reference import ReferencePorts
from services.invoice_service.domain.errors import FieldError, Invalid
from services.invoice_service.domain.reference import Referral


async def require_references(
    uow: ReferencePorts, referrals: Iterable[Referral], *, also: Iterable[FieldError] = ()
) -> None:
    """Check that everything that is referred to exists. `also` holds unknown ones that were found otherwise.

    Raises:
        Invalid: unknown_reference, with every field that names something unknown.
    """
    named = [referral for referral in referrals if referral.code is not None]
    existing = await uow.reference.existing({(one.kind, one.code) for one in named if one.code is not None})
    unknown = (
        *(
            FieldError(one.field, "unknown_reference", {"value": one.code})
            for one in named
            if (one.kind, one.code) not in existing
        ),
        *also,
    )
    if unknown:
        raise Invalid("invalid", errors=unknown)
