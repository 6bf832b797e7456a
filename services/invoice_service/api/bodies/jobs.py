"""Bodies of jobs and their extra charges."""

import dataclasses
import datetime as dt
from typing import Annotated, Self

from pydantic import Field

from services.invoice_service.api.bodies.fields import (
    ONE_PRICE,
    Amount,
    Body,
    Code,
    Currency,
    Digest,
    LongText,
    ShortText,
    Shown,
    ShownAmount,
    ShownQuantity,
    ShownUnitPrice,
    SomeQuantity,
    UnitPrice,
    example,
)
from services.invoice_service.application.extra_charges import ChargeInput
from services.invoice_service.application.put_job import JobInput
from services.invoice_service.application.records import JobView
from shared.contracts.production import JobStatus


class JobChargeBody(Body):
    """An extra charge as it is put; what it leaves out comes from its code, then from its product."""

    model_config = example({"code": "livraison", "quantity": "1", "unit_price": "40.00"})

    code: Code | None = Field(default=None, description="of /extra-charges, for what is left out here")
    description: Digest | None = None
    quantity: SomeQuantity
    unit_price: UnitPrice | None = None
    product: Code | None = None
    gl_account: Code | None = None

    def charge(self, charge_id: str) -> ChargeInput:
        """The charge that it describes."""
        return ChargeInput(id=charge_id, **self.model_dump(exclude={"id"}))


class ListedChargeBody(JobChargeBody):
    """An extra charge among those of its job."""

    model_config = example({"id": "x1", "code": "livraison", "quantity": "1", "unit_price": "40.00"})

    id: Code


class JobBody(Body):
    """A job as it is put, whole. Its price is by unit or for the ordered quantity, never both."""

    model_config = example(
        {
            "customer": "C-0153",
            "title": "Encarts 8,5 x 11, quatre couleurs",
            "description": "Papier 100 lb mat, pliés en trois",
            "ordered_quantity": "1000",
            "produced_quantity": "1000",
            "total_price": "15812.65",
            "currency": "CAD",
            "po_number": "BC-7781",
            "gl_account": "4444",
            "ship_to": "entrepot",
            "status": "production_complete",
            "extra_charges": [{"id": "x1", "code": "livraison", "quantity": "1"}],
        },
        anyOf=ONE_PRICE,
    )

    customer: Code
    title: LongText
    description: Digest | None = None
    ordered_quantity: SomeQuantity
    produced_quantity: SomeQuantity | None = None
    unit_price: UnitPrice | None = None
    total_price: Annotated[Amount, Field(description="for the ordered quantity, before taxes")] | None = None
    currency: Currency | None = Field(default=None, description="null: the customer's")
    po_number: ShortText | None = None
    product: Code | None = None
    gl_account: Code | None = None
    ship_to: Code | None = Field(default=None, description="an address id of the customer")
    status: JobStatus
    extra_charges: Annotated[tuple[ListedChargeBody, ...], Field(max_length=500)] = ()

    def job(self, number: str) -> JobInput:
        """The job that it describes."""
        return JobInput(
            number=number,
            **self.model_dump(exclude={"extra_charges"}),
            extra_charges=tuple(charge.charge(charge.id) for charge in self.extra_charges),
        )


class JobChargeShown(Shown):
    """An extra charge, and how much of it is billed."""

    id: str
    code: str | None
    description: str
    quantity: ShownQuantity
    unit_price: ShownUnitPrice | None
    product: str | None
    gl_account: str | None
    billed_quantity: ShownQuantity = Field(validation_alias="billed")
    remaining_quantity: ShownQuantity = Field(validation_alias="remaining")


class BillingShown(Shown):
    """An invoice or credit note that bills a job, and how much of it."""

    number: str
    date: dt.date
    quantity: ShownQuantity
    status: str


class JobShown(Shown):
    """A job, with what billing made of it. `amount_waiting` is before taxes."""

    number: str
    customer: str
    title: str
    description: str | None
    ordered_quantity: ShownQuantity
    produced_quantity: ShownQuantity | None
    unit_price: ShownUnitPrice | None
    total_price: ShownAmount | None
    currency: str | None
    po_number: str | None
    product: str | None
    gl_account: str | None
    ship_to: str | None
    status: JobStatus
    completed_at: dt.datetime | None
    extra_charges: tuple[JobChargeShown, ...]
    billed_quantity: ShownQuantity
    remaining_quantity: ShownQuantity
    amount_waiting: Annotated[ShownAmount, Field(description="what is left to bill, before taxes")]
    invoices: tuple[BillingShown, ...]

    @classmethod
    def of(cls, view: JobView) -> Self:
        """The job of a view."""
        job = view.job
        return cls.model_validate(
            {
                **{field.name: getattr(job, field.name) for field in dataclasses.fields(job)},
                "billed_quantity": job.billed,
                "remaining_quantity": job.remaining,
                "amount_waiting": view.amount_waiting,
                "invoices": view.invoices,
            }
        )
