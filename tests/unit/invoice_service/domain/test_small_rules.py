"""Steps, deliveries, warnings, quantities and axes: small rules, each a table."""

import dataclasses
import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from services.invoice_service.domain.actors import Actor, Role
from services.invoice_service.domain.axes import Axes, Axis, AxisReason, Document
from services.invoice_service.domain.delivery import accepted, after_acceptance, delivery_of, email_state
from services.invoice_service.domain.errors import Conflict, Forbidden
from services.invoice_service.domain.invoice import Status, Surroundings
from services.invoice_service.domain.job import Job
from services.invoice_service.domain.line import EXTRA_CHARGE, GL, JOB
from services.invoice_service.domain.next_step import Happened, Step, next_steps
from services.invoice_service.domain.quantities import allowed_quantity, check_quantities
from services.invoice_service.domain.warnings import warnings
from tests.unit.invoice_service.domain.making import (
    ACCOUNTANT,
    NOW,
    TAX_CODES,
    TODAY,
    final,
    invoice,
    job,
    line,
    new_id,
)


@pytest.mark.parametrize(
    ("happened", "ready", "connected", "steps"),
    [
        (Happened.DOCUMENT_WANTED, False, True, (Step.RENDER,)),
        (Happened.DOCUMENT_WANTED, True, True, ()),
        (Happened.EMAIL_PREPARED, False, True, (Step.RENDER,)),
        (Happened.EMAIL_PREPARED, True, True, (Step.SEND_WAITING_EMAILS,)),
        (Happened.DOCUMENT_RENDERED, True, True, (Step.SEND_WAITING_EMAILS,)),
        (Happened.FINALIZED, False, True, (Step.RENDER, Step.TRANSFER)),
        (Happened.FINALIZED, False, False, (Step.RENDER,)),
        (Happened.TRANSFER_RETRIED, False, True, (Step.TRANSFER,)),
        (Happened.TRANSFER_RETRIED, False, False, ()),
    ],
)
def test_which_step_follows(
    happened: Happened, *, ready: bool, connected: bool, steps: tuple[Step, ...]
) -> None:
    assert next_steps(happened, document_ready=ready, connected=connected) == steps


def test_every_happening_has_a_next_step() -> None:
    assert all(next_steps(happened) is not None for happened in Happened)


# Deliveries.


@dataclass(frozen=True)
class Recipient:
    role: str
    state: str


def recipients(text: str) -> list[Recipient]:
    """`to:sent cc:refused` as recipients."""
    return [Recipient(*part.split(":")) for part in text.split()]


@pytest.mark.parametrize(
    ("text", "email", "delivery", "reason"),
    [
        ("to:sent", "sent", "succeeded", None),
        ("to:sent to:sent cc:sent", "sent", "succeeded", None),
        ("to:sent to:refused", "partly", "succeeded", "partly"),
        ("to:sent cc:refused", "partly", "succeeded", "partly"),
        ("to:sent bcc:uncertain", "partly", "succeeded", "partly"),
        ("to:refused", "refused", "failed", "email_refused"),
        ("to:refused cc:sent", "partly", "failed", "email_refused"),
        ("to:uncertain", "uncertain", "uncertain", "email_uncertain"),
        ("to:uncertain to:refused", "uncertain", "uncertain", "email_uncertain"),
        ("to:refused cc:uncertain", "uncertain", "failed", "email_refused"),
    ],
)
def test_what_recipients_say(text: str, email: str, delivery: str, reason: str | None) -> None:
    told = recipients(text)

    axis = delivery_of(told, NOW)

    assert (email_state(told), axis.state, axis.reason and axis.reason.code, axis.at) == (
        email,
        delivery,
        reason,
        NOW,
    )
    assert accepted(told) is (delivery == "succeeded")


@pytest.mark.parametrize("status", list(Status))
def test_only_a_draft_becomes_sent(status: Status) -> None:
    expected = Status.PROFORMA_SENT if status is Status.PROFORMA_DRAFT else status
    assert after_acceptance(status) is expected


# Axes.


def test_a_document_of_another_version_is_not_this_ones() -> None:
    rendered = Axes(rendering=Axis("succeeded", at=NOW), rendering_version=3)
    around = Surroundings(axes=rendered, document=Document("k", "s", 1), favourite=True)
    same, edited = (
        dataclasses.replace(invoice(), version=3),
        dataclasses.replace(invoice(tax_code="NS"), version=4),
    )

    kept, moved = around.of(same, TAX_CODES), around.of(edited, TAX_CODES)

    assert (kept.axes, kept.document, kept.tax_code_province) == (rendered, around.document, "QC")
    assert (moved.axes.rendering, moved.document, moved.tax_code_province) == (Axis(), None, "NS")
    assert moved.favourite
    assert around.of(dataclasses.replace(same, tax_code=None), TAX_CODES).tax_code_province is None


@pytest.mark.parametrize("state", ["none", "pending", "succeeded", "failed", "uncertain"])
def test_what_waits_says_why_and_nothing_else_does(state: str) -> None:
    axis = Axis(state, AxisReason("old"), NOW)  # type: ignore[arg-type]  # a table of values
    axes = Axes(delivery=axis, transfer=axis)

    held = axes.waiting_for(connector_paused=True, outbound_off=True)
    free = axes.waiting_for(connector_paused=False, outbound_off=False)

    if state != "pending":
        assert held == free == axes
        return
    assert (held.transfer.reason, held.delivery.reason) == (
        AxisReason("connector_paused"),
        AxisReason("outbound_off"),
    )
    assert (free.transfer.reason, free.delivery.reason) == (None, None)
    assert held.transfer.at == NOW


# Warnings.


def codes(one: object, around: Surroundings | None = None) -> list[tuple[str, str]]:
    found = warnings(one, around or Surroundings())  # type: ignore[arg-type]  # a table of values
    return [
        (warning.field, warning.code) for warning in found if warning.code != "registration_number_missing"
    ]


def test_a_tax_code_of_another_province() -> None:
    made = invoice(line("1.00"))

    assert codes(made, Surroundings(tax_code_province="NS")) == [("tax_code", "tax_code_unfit")]
    assert codes(made, Surroundings(tax_code_province="QC")) == []
    assert codes(made, Surroundings(tax_code_province=None)) == []
    assert codes(dataclasses.replace(made, ship_to=None), Surroundings(tax_code_province="NS")) == []


def test_each_tax_without_its_number() -> None:
    found = warnings(invoice(line("1.00")), Surroundings())

    assert [(one.field, one.code, one.data) for one in found] == [
        ("tax_code", "registration_number_missing", {"tax": "TPS"}),
        ("tax_code", "registration_number_missing", {"tax": "TVQ"}),
    ]


def around_job(billed: str = "1000", **fields: Any) -> Surroundings:  # noqa: ANN401 - of a job
    state = job(customer="C-1", payer="C-1", **fields).state(Decimal(billed))
    return Surroundings(jobs={"D-1": state}, contacts=frozenset({"julie"}))


@pytest.mark.parametrize(
    ("around", "odd"),
    [
        (around_job("1000"), []),
        (around_job("1000.0001"), [("lines[0].quantity", "over_ordered")]),
        # What was ordered is less by now, whatever the line has copied.
        (around_job("1000", ordered_quantity=Decimal(800)), [("lines[0].quantity", "over_ordered")]),
        (around_job(status="cancelled"), [("lines[0].job", "job_cancelled"), ("lines[1].job", "job_cancelled")]),
    ],
)  # fmt: skip
def test_what_became_of_the_jobs_since(around: Surroundings, odd: list[tuple[str, str]]) -> None:
    charged = line("40.00", kind=EXTRA_CHARGE, job="D-1", extra_charge="x1")
    made = invoice(line("1.00", "1000", kind=JOB, job="D-1", ordered_quantity=Decimal(1000)), charged)

    assert codes(made, around) == odd


def test_a_job_that_somebody_else_pays_by_now() -> None:
    made = invoice(line("1.00", "1000", kind=JOB, job="D-1"))
    around = Surroundings(jobs={"D-1": job(payer="C-2").state(Decimal(1000))})

    assert codes(made, around) == [("lines[0].job", "other_payer")]


def test_only_a_text_may_have_no_price() -> None:
    made = invoice(line(None, None), line(None, "1", kind=GL), line("0.00", "1", kind=GL))

    assert codes(made) == [("lines[1].unit_price", "price_missing")]


def test_a_contact_that_is_no_longer_there() -> None:
    made = invoice(line("1.00"))

    assert codes(made, Surroundings(contacts=frozenset({"julie"}))) == []
    assert codes(made, Surroundings(contacts=None)) == []
    assert codes(made, Surroundings(contacts=frozenset())) == [("billing_contact", "billing_contact_gone")]
    nobody = dataclasses.replace(made, billing_contact=None)
    assert codes(nobody, Surroundings(contacts=frozenset())) == []


def test_a_final_and_a_credit_warn_of_nothing() -> None:
    odd = invoice(line("1.00", "2000", kind=JOB, job="D-1", ordered_quantity=Decimal(1000)))
    around = dataclasses.replace(around_job("2000"), tax_code_province="NS")
    assert warnings(odd, around)

    assert warnings(final(odd), around) == ()
    assert warnings(dataclasses.replace(odd, kind="credit_note"), around) == ()


# Quantities.


@pytest.mark.parametrize(
    ("ordered", "percent", "most"),
    [
        ("1000", "5", "1050"),
        ("1000", "0", "1000"),
        ("333.3333", "5", "349.999965"),
        ("0", "5", "0"),
        ("1000", "2.5", "1025"),
    ],
)
def test_the_most_that_may_be_billed(ordered: str, percent: str, most: str) -> None:
    assert allowed_quantity(job(ordered_quantity=Decimal(ordered)), Decimal(percent)) == Decimal(most)


def check(of: Job, after: str, actor: Actor = ACCOUNTANT, *, allow: bool = False) -> None:
    check_quantities(
        {of.number: of},
        {of.number: Decimal(after)},
        tolerance_percent=Decimal(5),
        actor=actor,
        allow_over_invoicing=allow,
    )


def test_up_to_the_tolerance_and_by_name_beyond() -> None:
    of = job(billed=Decimal(900))

    check(of, "1050")
    with pytest.raises(Conflict) as caught:
        check(of, "1050.0001")
    assert caught.value.data == {
        "job": "D-1",
        "quantity": Decimal("1050.0001"),
        "ordered": Decimal(1000),
    }
    check(of, "5000", allow=True)
    with pytest.raises(Forbidden):
        check(of, "5000", Actor("user", "b", "Bo", Role.BILLER), allow=True)


def test_what_does_not_raise_it_is_never_refused() -> None:
    over = job(billed=Decimal(2000))
    biller = Actor("user", "b", "Bo", Role.BILLER)

    check(over, "2000", biller)
    check(over, "1999", biller)
    check(over, "1000", biller, allow=True)
    with pytest.raises(Conflict):
        check(over, "2000.0001", biller)


# What an invoice bills.


def test_what_an_invoice_bills_of_jobs_and_charges() -> None:
    charged = {"kind": EXTRA_CHARGE, "job": "D-1", "extra_charge": "x1"}
    made = invoice(
        line("1.00", "3", kind=JOB, job="D-2"),
        line("1.00", "4", kind=JOB, job="D-1"),
        line("1.00", "5", kind=JOB, job="D-1"),
        line("1.00", None, kind=JOB, job="D-1"),
        line("1.00", "2", **charged),
        line("1.00", "1", **charged),
    )

    assert made.jobs == ("D-2", "D-1")
    assert (made.billed("D-1"), made.billed("D-2"), made.billed("D-3")) == (
        Decimal(9),
        Decimal(3),
        Decimal(0),
    )
    assert (made.billed_charge("D-1", "x1"), made.billed_charge("D-1", "x2")) == (Decimal(3), Decimal(0))
    assert made.line(made.lines[1].id) is made.lines[1]
    assert made.line(new_id()) is None
    assert (made.number, final(made).number) == ("PF-0001", "00001")


def test_statuses_that_are_final() -> None:
    assert [status.value for status in Status if status.final] == ["final_ready", "final_sent"]
    assert dt.date(2025, 7, 18) == TODAY
