from dataclasses import replace
from decimal import Decimal

import pytest

from services.invoice_service.domain.declarations import customer_faults, is_code, job_faults
from services.invoice_service.domain.job import ExtraCharge, Job
from services.invoice_service.domain.parties import Address, Contact, Customer

ADDRESS = Address("a1", "billing", "1 rue Principale", "Québec", "CA", is_main=True)
CONTACT = Contact("c1", "Zoé", "Roy", email="zoé@exemple.test", billing_responsible=True, is_default=True)
CUSTOMER = Customer("C-1", "Éditions Zoé", addresses=(ADDRESS,), contacts=(CONTACT,))
CHARGE = ExtraCharge("x1", "Livraison", Decimal(1))
JOB = Job(
    number="D-1",
    customer="C-1",
    title="Encarts",
    ordered_quantity=Decimal(1),
    status="shipped",
    currency="CAD",
    extra_charges=(CHARGE,),
)


@pytest.mark.parametrize(
    "customer",
    [
        CUSTOMER,
        replace(
            CUSTOMER,
            addresses=(
                ADDRESS,
                replace(ADDRESS, id="a2", kind="shipping"),
                replace(ADDRESS, id="a3", is_main=False),
            ),
        ),
        replace(CUSTOMER, contacts=(CONTACT, replace(CONTACT, id="c2", active=False, is_default=False))),
        # RFC 5321, 4.5.3.1: 64 characters before the @, 254 of a whole address.
        replace(CUSTOMER, contacts=(replace(CONTACT, email="z@" + "e" * 252),)),
        replace(CUSTOMER, contacts=(replace(CONTACT, email="z" * 64 + "@exemple.test"),)),
    ],
)
def test_a_sound_customer(customer: Customer) -> None:
    assert customer_faults(customer) == ()


@pytest.mark.parametrize(
    ("customer", "field", "code"),
    [
        (replace(CUSTOMER, code="a b"), "code", "invalid"),
        (replace(CUSTOMER, name="  "), "name", "invalid"),
        (replace(CUSTOMER, name="x" * 501), "name", "invalid"),
        *(
            (replace(CUSTOMER, contacts=(replace(CONTACT, email=email),)), "contacts[0].email", "invalid")
            for email in (
                "zoe",
                "zoe@",
                "zoe@a@b",
                "zoe@exemple.test\r\nBcc: x@y",
                "<zoe@exemple.test>",
                "",
                "z" * 65 + "@exemple.test",
                "z@" + "e" * 253,
            )
        ),
        (replace(CUSTOMER, currency="cad"), "currency", "invalid"),
        (replace(CUSTOMER, bill_to="C-1"), "bill_to", "invalid"),
        (
            replace(CUSTOMER, addresses=(ADDRESS, replace(ADDRESS, is_main=False))),
            "addresses[1].id",
            "duplicate",
        ),
        (
            replace(CUSTOMER, addresses=(ADDRESS, replace(ADDRESS, id="a2"))),
            "addresses[1].is_main",
            "duplicate",
        ),
        (
            replace(
                CUSTOMER, contacts=(CONTACT, replace(CONTACT, billing_responsible=False, is_default=False))
            ),
            "contacts[1].id",
            "duplicate",
        ),
        (
            replace(CUSTOMER, contacts=(CONTACT, replace(CONTACT, id="c2", is_default=False))),
            "contacts[1].billing_responsible",
            "duplicate",
        ),
        (
            replace(CUSTOMER, contacts=(CONTACT, replace(CONTACT, id="c2", billing_responsible=False))),
            "contacts[1].is_default",
            "duplicate",
        ),
    ],
)
def test_an_unfit_customer(customer: Customer, field: str, code: str) -> None:
    assert [(fault.field, fault.code) for fault in customer_faults(customer)] == [(field, code)]


@pytest.mark.parametrize(
    ("job", "field", "code"),
    [
        (replace(JOB, number="D/1"), "number", "invalid"),
        (replace(JOB, title=""), "title", "invalid"),
        (replace(JOB, currency="$"), "currency", "invalid"),
        (replace(JOB, ordered_quantity=Decimal(-1)), "ordered_quantity", "invalid"),
        (replace(JOB, produced_quantity=Decimal(-1)), "produced_quantity", "invalid"),
        (replace(JOB, unit_price=Decimal(1), total_price=Decimal(1)), "total_price", "price_twice"),
        (replace(JOB, extra_charges=(CHARGE, CHARGE)), "extra_charges[1].id", "duplicate"),
        (replace(JOB, extra_charges=(replace(CHARGE, id="é"),)), "extra_charges[0].id", "invalid"),
        (
            replace(JOB, extra_charges=(replace(CHARGE, quantity=Decimal(-1)),)),
            "extra_charges[0].quantity",
            "invalid",
        ),
    ],
)
def test_an_unfit_job(job: Job, field: str, code: str) -> None:
    assert [(fault.field, fault.code) for fault in job_faults(job)] == [(field, code)]


def test_a_sound_job() -> None:
    assert job_faults(JOB) == ()


@pytest.mark.parametrize(
    ("text", "sound"),
    [
        ("D-0024", True),
        ("a.b_c", True),
        ("x" * 64, True),
        ("x" * 65, False),
        ("", False),
        (".", False),
        ("..", False),
    ],
)
def test_what_a_code_is(text: str, *, sound: bool) -> None:
    assert is_code(text) is sound
