"""Extra charges of a job: what a declaration leaves out comes from the charge's code, then from its product."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from services.invoice_service.application.ports.reference import ReferencePorts
from services.invoice_service.domain.errors import FieldError, Invalid
from services.invoice_service.domain.job import ExtraCharge, Job
from services.invoice_service.domain.parties import Customer
from services.invoice_service.domain.plain_data import plain_data
from services.invoice_service.domain.reference import ExtraChargeCode, Product
from services.invoice_service.domain.texts import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeInput:
    """An extra charge as it is declared."""

    id: str
    quantity: Decimal
    code: str | None = None
    description: str | None = None
    unit_price: Decimal | None = None
    product: str | None = None
    gl_account: str | None = None


async def resolved_charges(
    uow: ReferencePorts,
    declared: Sequence[ChargeInput],
    language: Language,
    before: Job | None,
    *,
    path: str = "extra_charges[{place}].",
) -> tuple[ExtraCharge, ...]:
    """The charges, complete, described in `language`.

    `path` stands before the fields of faults; `before` tells what is billed.

    Raises:
        Invalid: account_or_product_required, required (a description), by field.
    """
    codes = await uow.reference.get_many(ExtraChargeCode, [one.code for one in declared if one.code])
    named = [one.product or codes_product(codes, one.code) for one in declared]
    products = await uow.reference.get_many(Product, [product for product in named if product])
    billed = {charge.id: charge.billed for charge in before.extra_charges} if before else {}
    charges: list[ExtraCharge] = []
    faults: list[FieldError] = []
    for place, one in enumerate(declared):
        charge, wrong = _resolved(one, codes, products, language, billed.get(one.id, Decimal(0)))
        charges.append(charge)
        faults.extend(FieldError(path.format(place=place) + field, code) for field, code in wrong)
    if faults:
        required = any(fault.code == "account_or_product_required" for fault in faults)
        raise Invalid("account_or_product_required" if required else "invalid", errors=tuple(faults))
    return tuple(charges)


async def billing_language(uow: ReferencePorts, customer: Customer | None) -> Language:
    """The language of a customer's invoices: the one of whom it has billed."""
    payer = customer
    if customer is not None and customer.bill_to is not None:
        payer = await uow.customers.get(customer.bill_to)
    return payer.language if payer is not None else "fr"


def codes_product(codes: Mapping[str, ExtraChargeCode], code: str | None) -> str | None:
    """The product that a code of extra charges stands for."""
    known = codes.get(code or "")
    return known.product if known else None


def _resolved(
    one: ChargeInput,
    codes: Mapping[str, ExtraChargeCode],
    products: Mapping[str, Product],
    language: Language,
    billed: Decimal,
) -> tuple[ExtraCharge, list[tuple[str, str]]]:
    code = codes.get(one.code or "")
    given = one.product is not None or one.gl_account is not None
    product_code = one.product if given else (code.product if code else None)
    gl_account = one.gl_account if given else (code.gl_account if code else None)
    product = products.get(product_code or "")
    descriptions = [source.description for source in (code, product) if source]
    description = one.description or (descriptions[0].text(language) if descriptions else "")
    prices = [one.unit_price, code.unit_price if code else None, product.unit_price if product else None]
    wrong = []
    if product_code is None and gl_account is None:
        wrong.append(("gl_account", "account_or_product_required"))
    if not description:
        wrong.append(("description", "required"))
    charge = ExtraCharge(
        id=one.id,
        description=description,
        quantity=one.quantity,
        unit_price=next((price for price in prices if price is not None), None),
        code=one.code,
        product=product_code,
        gl_account=gl_account,
        billed=billed,
    )
    return charge, wrong


def told_charge(charge: ExtraCharge) -> dict[str, Any]:
    """A charge as the trail tells of it."""
    return {name: value for name, value in plain_data(charge).items() if name != "billed"}
