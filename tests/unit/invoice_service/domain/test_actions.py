import dataclasses

import pytest

from services.invoice_service.domain.actions import NAMES, available_actions
from services.invoice_service.domain.actors import Actor, Role
from services.invoice_service.domain.axes import Axes, Axis, AxisState
from services.invoice_service.domain.invoice import Invoice, LinkedInvoice, Status, Surroundings
from services.invoice_service.domain.sentences import known_codes, sentence
from tests.unit.invoice_service.domain.making import ACCOUNTANT, TODAY, final, invoice, line, new_id

DRAFT = invoice(line("1.00"))
READY, SENT = final(DRAFT), final(DRAFT, sent=True)
CREDIT = dataclasses.replace(SENT, kind="credit_note", credited_invoice=new_id())


def reasons(
    one: Invoice, around: Surroundings | None = None, actor: Actor = ACCOUNTANT
) -> dict[str, str | None]:
    actions = available_actions(one, around or Surroundings(), actor)
    assert tuple(actions) == NAMES
    assert all(action.enabled is (action.code is None) for action in actions.values())
    return {name: action.code for name, action in actions.items()}


def linked(status: Status) -> LinkedInvoice:
    return LinkedInvoice(new_id(), "PF-7", TODAY, status)


def with_transfer(state: AxisState, *, connected: bool = True, paused: bool = False) -> Surroundings:
    return Surroundings(axes=Axes(transfer=Axis(state)), connected=connected, connector_paused=paused)


@pytest.mark.parametrize(
    ("one", "around", "closed"),
    [
        (DRAFT, None, {"credit": "not_transferred"}),
        (dataclasses.replace(DRAFT, status=Status.PROFORMA_SENT), None, {"credit": "not_transferred"}),
        (dataclasses.replace(DRAFT, hold="x"), None, {"credit": "not_transferred", "finalize": "on_hold"}),
        (DRAFT, Surroundings(email_under_way=True), {"credit": "not_transferred", "delete": "email_under_way"}),
        (DRAFT, Surroundings(rebilled_credit=linked(Status.PROFORMA_SENT)),
         {"credit": "not_transferred", "finalize": "credit_not_final"}),
        (DRAFT, Surroundings(rebilled_credit=linked(Status.FINAL_READY)), {"credit": "not_transferred"}),
        (READY, None, {"credit": "not_transferred", "finalize": "already_final", "delete": "already_final"}),
        (SENT, None, {"finalize": "already_final", "delete": "already_final"}),
        (SENT, Surroundings(fully_credited=True),
         {"credit": "fully_credited", "finalize": "already_final", "delete": "already_final"}),
        (CREDIT, None, {"credit": "is_credit_note", "finalize": "already_final", "delete": "already_final"}),
    ],
)  # fmt: skip
def test_what_is_closed_and_why(one: Invoice, around: Surroundings | None, closed: dict[str, str]) -> None:
    nothing = {
        "retry_render": "nothing_to_retry",
        "retry_transfer": "nothing_to_retry",
        "mark_transferred": "nothing_to_mark",
    }
    assert reasons(one, around) == {**dict.fromkeys(NAMES), **nothing, **closed}


@pytest.mark.parametrize(
    ("state", "open_"),
    [("none", False), ("pending", False), ("succeeded", False), ("failed", True), ("uncertain", True)],
)
def test_a_rendering_is_tried_again_when_it_failed(state: AxisState, *, open_: bool) -> None:
    around = Surroundings(axes=Axes(rendering=Axis(state)))

    assert (reasons(DRAFT, around)["retry_render"] is None) is open_


@pytest.mark.parametrize(
    ("one", "around", "retry", "mark"),
    [
        (READY, with_transfer("failed"), True, True),
        (READY, with_transfer("uncertain"), True, True),
        (READY, with_transfer("failed", connected=False), False, True),
        (READY, with_transfer("failed", paused=True), True, True),
        (READY, with_transfer("pending"), False, False),
        (READY, with_transfer("pending", paused=True), False, True),
        (READY, with_transfer("none"), False, False),
        (SENT, with_transfer("succeeded", paused=True), False, False),
        (SENT, with_transfer("failed"), False, False),
        (DRAFT, with_transfer("failed"), False, False),
    ],
)
def test_ways_out_of_a_transfer(one: Invoice, around: Surroundings, *, retry: bool, mark: bool) -> None:
    found = reasons(one, around)

    assert (found["retry_transfer"] is None, found["mark_transferred"] is None) == (retry, mark)


@pytest.mark.parametrize(
    ("role", "closed"),
    [
        (Role.VIEWER, {"email", "delete", "duplicate", "finalize"}),
        (Role.INTEGRATION, {"email", "delete", "duplicate", "finalize"}),
        (Role.BILLER, {"finalize"}),
        (Role.ACCOUNTANT, set()),
        (Role.ADMIN, set()),
    ],
)
def test_what_a_role_may_not_do(role: Role, closed: set[str]) -> None:
    found = reasons(DRAFT, actor=Actor("key", "x", "x", role))

    assert {name for name, code in found.items() if code in ("biller_needed", "accountant_needed")} == closed
    assert found["preview"] is found["print"] is None


def test_the_reason_of_the_state_comes_before_that_of_the_role() -> None:
    held = dataclasses.replace(DRAFT, hold="prix")
    viewer = Actor("key", "x", "x", Role.VIEWER)

    action = available_actions(held, Surroundings(), viewer)["finalize"]

    assert action.code == "on_hold"
    assert sentence("on_hold", action.data).fr == "La facture est en attente : prix"
    assert {code for code in reasons(held, actor=viewer).values() if code} <= known_codes()
