"""Shapes of the machine: all that a shop does, or one part of it that is then gone into more deeply."""

from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import initialize

from tests.integration.invoice_service.invoices.shop import Json
from tests.integration.invoice_service.machine import choices
from tests.integration.invoice_service.machine.clerk import Clerk
from tests.integration.invoice_service.machine.model import drafts
from tests.integration.invoice_service.machine.rules_credits import Credits
from tests.integration.invoice_service.machine.rules_drafts import Again, Editing, Making
from tests.integration.invoice_service.machine.rules_finals import Finals, Ways
from tests.integration.invoice_service.machine.rules_lines import JobLines, Lines
from tests.integration.invoice_service.machine.rules_mail import Mail
from tests.integration.invoice_service.machine.rules_shop import Office, Trade


class Begun(Clerk):
    """Some invoices are on their way already."""

    @initialize(
        begun=st.lists(st.tuples(st.sampled_from(("D-1", "D-2", "D-3")), st.integers(0, 3)), max_size=2)
    )
    def some_are_on_their_way(self, begun: list[tuple[str, int]]) -> None:
        for job, steps in begun:
            ref, _ = self.act(
                partial(drafts.create_from_job, job=job, force=True),
                "POST",
                "/invoices",
                {"job": job, "force": True},
                status=201,
            )
            assert ref is not None
            self.bring_on(ref, steps)


class Everything(Begun, Making, Again, Editing, Lines, Finals, Mail, Credits, Trade, Office):
    """All that a shop does."""


class Books(Begun, Making, Again, Finals, Credits, Office):
    """Finals, their numbers, their transfer and their credits, whatever the settings."""


class Words(Making, Again, Editing, Lines, Ways):
    """Fields, lines and totals of pro formas."""


class Quantities(Making, Again, JobLines, Ways, Credits, Trade):
    """How much of a job is billed, by whomever, and what credits release."""


class Crediting(Again, Ways, Credits):
    """Credits of an invoice that is in accounting, in any number, measure and order."""

    @initialize(
        lines=st.lists(choices.PRICED, min_size=1, max_size=3),
        job=st.none() | st.sampled_from(("D-1", "D-2", "D-3")),
    )
    def an_invoice_is_in_accounting(self, lines: list[Json], job: str | None) -> None:
        """Odd figures, a rebate perhaps; of a job perhaps."""
        body = {"job": job} if job else {"customer": "C-1"}
        made = (
            partial(drafts.create_from_job, job=job)
            if job
            else partial(drafts.create_for_customer, customer="C-1")
        )
        ref, _ = self.act(made, "POST", "/invoices", body, status=201)
        assert ref is not None
        for typed in lines:
            self.add(ref, {"kind": "text"}, {"description": "Travail", **typed})
        self.bring_on(ref, 3)
