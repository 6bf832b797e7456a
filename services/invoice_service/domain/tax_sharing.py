"""A tax belongs to all the tax codes that charge it: what one of them may say about it."""

from dataclasses import replace

from services.invoice_service.domain.tax import Tax


def shared_definition(held: Tax, given: Tax) -> Tax | None:
    """The tax after a code that shares it with others declares it again; None when it declares another one.

    Name, account and the rates of the past are the same for all. An account that nobody has given yet may be
    filled in, a registration number may be, too, or be put right; and a rate may be added behind those known,
    as when a government changes it. What a declaration leaves out stays.
    """
    account_differs = given.gl_account is not None and held.gl_account not in (None, given.gl_account)
    known = held.rates
    if given.name != held.name or account_differs or given.rates[: len(known)] != known:
        return None
    return replace(
        held,
        rates=given.rates,
        gl_account=held.gl_account or given.gl_account,
        registration_number=given.registration_number or held.registration_number,
    )
