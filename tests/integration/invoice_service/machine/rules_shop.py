"""What happens around invoices: customers, jobs and their completions, products, settings, series, time."""

# ruff: noqa: FBT001 - Hypothesis names all arguments of a rule

import datetime as dt

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.integration.invoice_service.invoices.shop import Json
from tests.integration.invoice_service.machine import beginning, choices
from tests.integration.invoice_service.machine.clerk import Clerk
from tests.integration.invoice_service.machine.machine import Machine
from tests.integration.invoice_service.machine.model import production, trade

STATUSES = st.sampled_from(
    ("production_complete", "production_complete", "in_production", "shipped", "pending_launch", "cancelled")
)
ORDERED = st.sampled_from(("1000", "3", "7", "0", "0.5", "1200", "2000"))
EXISTING = st.runner().flatmap(lambda machine: st.sampled_from(sorted(machine.world.jobs)))
CHARGE = st.fixed_dictionaries(
    {"code": st.just("livraison"), "quantity": st.sampled_from(("1", "2.5", "0"))},
    optional={"unit_price": choices.UNIT_PRICES},
)
CHARGES = st.dictionaries(st.sampled_from(("x1", "x2")), CHARGE).map(
    lambda charges: [{"id": name, **charge} for name, charge in sorted(charges.items())]
)
JOB = st.tuples(
    st.fixed_dictionaries(
        {
            "customer": st.sampled_from(sorted(beginning.CUSTOMERS)),
            "title": st.just("Encarts"),
            "ordered_quantity": ORDERED,
            "status": STATUSES,
        },
        optional={
            "produced_quantity": ORDERED,
            "po_number": choices.PO_NUMBERS,
            "product": choices.PRODUCT,
            "gl_account": choices.REVENUE,
            "ship_to": st.just("shipping-NS"),
            "currency": st.sampled_from(("CAD", "USD")),
            "extra_charges": CHARGES,
        },
    ),
    choices.price(),
).map(lambda parts: {**parts[0], **parts[1]})
NUMBERS = st.sampled_from(("D-1", "D-2", "D-3", "D-4"))
HOURS = st.integers(0, 5)


def fitting(body: Json) -> Json:
    """A job shipped to an address that its customer has."""
    if body["customer"] == "C-1":
        return body
    return {name: value for name, value in body.items() if name != "ship_to"}


class Trade(Machine):
    """Customers, jobs, completions."""

    @rule(
        code=st.sampled_from(sorted(beginning.CUSTOMERS)),
        more=choices.typed(
            prospect=st.booleans(),
            active=st.booleans(),
            po_required=st.booleans(),
            tax_code=st.none() | choices.TAX_CODE,
            currency=st.sampled_from(("CAD", "USD")),
            language=st.sampled_from(("fr", "en")),
            payment_term=st.none() | st.sampled_from(("NET30", "FDM")),
            business_entity=st.none() | st.sampled_from(trade.ENTITIES),
            receivable_account=st.none() | st.just("1100"),
            bill_to=st.none() | st.just("C-2"),
        ),
    )
    def put_customer(self, code: str, more: Json) -> None:
        """As it was in the beginning, but for these."""
        if code == "C-2":
            more = {name: value for name, value in more.items() if name != "bill_to"}
        body = {**beginning.CUSTOMERS[code], **more}
        self.act(lambda world: production.put_customer(world, code, body), "PUT", f"/customers/{code}", body)

    @rule(job=NUMBERS, body=JOB)
    def put_job(self, job: str, body: Json) -> None:
        body = fitting(body)
        self.act(
            lambda world: production.put_job(world, job, body),
            "PUT",
            f"/jobs/{job}",
            body,
            status=200 if job in self.world.jobs else 201,
        )

    @rule(
        message=st.sampled_from(("m1", "m2", "m3", "m4")),
        job=NUMBERS,
        body=JOB,
        hours=HOURS,
        unknown=st.sampled_from((False, False, False, True)),
    )
    def complete(self, message: str, job: str, body: Json, hours: int, unknown: bool) -> None:
        """The first with its id, or another body for a known id; older than another one perhaps."""
        body = fitting({**body, **({"customer": "C-9"} if unknown else {})})
        self._told(message, job, beginning.NOW + dt.timedelta(hours=hours), body)

    @precondition(lambda machine: machine.completions)
    @rule(data=st.data(), later=st.booleans())
    def complete_again(self, data: st.DataObject, later: bool) -> None:
        """The same body: delivered once more, or told anew under another id."""
        message, job, time, body = data.draw(st.sampled_from(self.completions))
        if later:
            message, time = f"{message}-{len(self.completions)}", time + dt.timedelta(hours=1)
        self._told(message, job, time, body)

    def _told(self, message: str, job: str, time: dt.datetime, body: Json) -> None:
        sent = {
            "specversion": "1.0",
            "id": message,
            "source": "urn:mis:plant-1",
            "type": "production.job.completed.v1",
            "subject": job,
            "time": time.isoformat(),
            "data": {"job": {"number": job, **body}},
        }
        said = {"number": job, **body}
        answer, reply = self.act(
            lambda world: production.complete(world, message, job, time, body, said=said),
            "POST",
            "/job-completions",
            sent,
            status=202,
        )
        if answer is not None:
            given = {name: reply.json[name] for name in ("id", "outcome", "invoice")}
            assert given == {name: answer[name] for name in given}, reply.text
            assert (
                (reply.json["reason"] in answer["reason"]) if answer["reason"] else not reply.json["reason"]
            )
            self.completions.append((message, job, time, body))

    @rule(job=EXISTING, charge=st.sampled_from(("x1", "x2")), body=CHARGE)
    def put_charge(self, job: str, charge: str, body: Json) -> None:
        new = not any(one.id == charge for one in self.world.jobs[job].charges)
        self.act(
            lambda world: production.put_charge(world, job, charge, body),
            "PUT",
            f"/jobs/{job}/extra-charges/{charge}",
            body,
            status=201 if new else 200,
        )

    @rule(job=EXISTING, charge=st.sampled_from(("x1", "x2")))
    def delete_charge(self, job: str, charge: str) -> None:
        self.act(
            lambda world: production.delete_charge(world, job, charge),
            "DELETE",
            f"/jobs/{job}/extra-charges/{charge}",
            status=204,
        )

    @rule(code=choices.PRODUCT, price=st.none() | choices.UNIT_PRICES, account=st.none() | choices.REVENUE)
    def put_product(self, code: str, price: str | None, account: str | None) -> None:
        body = {**trade.PRODUCTS[code], "unit_price": price, "gl_account": account, "active": True}
        self.act(lambda world: production.put_product(world, code, body), "PUT", f"/products/{code}", body)


class Office(Clerk):
    """Settings, series, time."""

    @rule(
        body=choices.typed(
            overrun_tolerance_percent=st.sampled_from(("0", "5", "12.5")),
            line_account_required=st.booleans(),
            connector=st.sampled_from(("none", "ledger")),
            connector_paused=st.booleans(),
            credit_series=st.sampled_from(("shared", "own")),
            auto_draft_on_completion=st.sampled_from(("off", "ordered", "produced")),
            outbound=st.sampled_from(("on", "off")),
            locked_until=st.none() | st.sampled_from(("2025-03-31", "2024-12-31")),
            default_revenue_account=st.none() | st.just("4000"),
            default_receivable_account=st.none() | st.just("1100"),
        ).filter(bool)
    )
    def set_settings(self, body: Json) -> None:
        self.settings(body)

    @rule(
        entity=st.sampled_from(trade.ENTITIES),
        kind=st.sampled_from(("final", "proforma", "credit_note")),
        step=st.sampled_from((1, 3, 100, 0, -1)),
        reason=st.none() | choices.REASONS,
    )
    def move_series(self, entity: str, kind: str, step: int, reason: str | None) -> None:
        value = max(1, self.world.series[entity, kind].next_value + step)
        body = {"next_value": value, **({"reason": reason} if reason else {})}
        self.act(
            lambda world: production.move_series(world, entity, kind, value, reason),
            "PATCH",
            f"/number-series/{entity}/{kind}",
            body,
        )

    @rule(hours=st.sampled_from((1, 6, 24, 24 * 31)))
    def time_passes(self, hours: int) -> None:
        """Past midnight in Québec, or only in UTC."""
        self.world.now += dt.timedelta(hours=hours)
        self.driver.set_clock(self.world.now)
        self.nothing_happened()
