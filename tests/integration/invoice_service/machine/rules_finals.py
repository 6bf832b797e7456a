"""Finalize and what follows: complete or not, again, edits of finals, transfers whatever accounting answers."""

# ruff: noqa: FBT001 - Hypothesis names all arguments of a rule

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.integration.invoice_service.invoices.shop import Json
from tests.integration.invoice_service.machine import choices
from tests.integration.invoice_service.machine.clerk import AT, Clerk
from tests.integration.invoice_service.machine.machine import any_of, anything, final, has
from tests.integration.invoice_service.machine.model import finals
from tests.integration.invoice_service.machine.model.world import DONE, Invoice


def not_done(one: Invoice) -> bool:
    """Not in accounting yet."""
    return one.status != DONE


class Ways(Clerk):
    """The way of an invoice, step by step."""

    @precondition(has(not_done))
    @rule(ref=any_of(not_done), steps=st.integers(1, 3))
    def go_on(self, ref: str, steps: int) -> None:
        """Most runs should get far."""
        self.bring_on(ref, steps)

    @precondition(has(anything))
    @rule(ref=any_of(anything), role=st.sampled_from(("accountant", "admin")))
    def finalize_any(self, ref: str, role: str) -> None:
        """Complete or not, of either kind; a final answers itself again."""
        self.finalize(ref, role=role)


class Finals(Ways):
    """Finals and their transfer, whatever accounting answers."""

    @precondition(has(final))
    @rule(ref=any_of(final), how=st.sampled_from(("message", "hold", "line", "delete", "order")))
    def edit_a_final(self, ref: str, how: str) -> None:
        """409, and nothing has changed."""
        path, version = self.path(ref), self.version_of(ref)
        line = {"kind": "text", "description": "x", "quantity": "1", "unit_price": "1.00"}
        edits: dict[str, tuple[str, str, Json | None, str]] = {
            "message": ("PATCH", "", {"message": "x"}, "frozen"),
            "hold": ("PATCH", "", {"hold": {"reason": "x"}}, "frozen"),
            "line": ("POST", "/lines", line, "frozen"),
            "delete": ("DELETE", "", None, "not_deletable"),
            "order": ("PUT", "/lines/order", {"lines": []}, "frozen"),
        }
        method, more, body, code = edits[how]
        reply = self.driver.call(method, path + more, body, headers=version)
        assert (reply.status, reply.code) == (409, code)
        self.nothing_happened()

    @precondition(has(final))
    @rule(ref=any_of(final), wrong=st.booleans(), earlier=st.booleans())
    def accounting_has_it(self, ref: str, wrong: bool, earlier: bool) -> None:
        """Perhaps for another total, perhaps an answer to an earlier attempt, perhaps late."""
        one = self.world.invoices[ref]
        attempt = 1 if earlier else one.attempt
        self.transfer(ref, one.total + (1 if wrong else 0), attempt)

    @precondition(has(final))
    @rule(
        ref=any_of(final),
        state=st.sampled_from(("failed", "uncertain")),
        earlier=st.booleans(),
    )
    def accounting_has_it_not(self, ref: str, state: str, earlier: bool) -> None:
        one = self.world.invoices[ref]
        attempt, code = 1 if earlier else one.attempt, "rejected" if state == "failed" else "no_answer"
        data = {
            "invoice_id": one.id,
            "attempt": attempt,
            "connector": "ledger",
            "reason": {"code": code, "message": "compte fermé"},
            "at": AT,
        }
        self.result(
            f"accounting.{'transfer_failed' if state == 'failed' else 'uncertain'}",
            data,
            lambda world: finals.not_transferred(world, ref, state, code, attempt=attempt),
        )

    @precondition(has(final))
    @rule(ref=any_of(final))
    def retry_transfer(self, ref: str) -> None:
        self.act(
            lambda world: finals.retry_transfer(world, ref),
            "POST",
            f"{self.path(ref)}/transfer/retry",
            status=202,
            role="accountant",
        )

    @precondition(has(anything))
    @rule(ref=any_of(anything), reason=choices.REASONS)
    def mark_transferred(self, ref: str, reason: str) -> None:
        self.mark(ref, reason)

    @precondition(has(anything))
    @rule(
        ref=any_of(anything),
        action=st.sampled_from(("finalize", "credit", "transfer/retry", "transfer/mark")),
    )
    def as_a_biller(self, ref: str, action: str) -> None:
        """What needs an accountant."""
        body = {"reason": "x"} if action in ("credit", "transfer/mark") else None
        reply = self.driver.call("POST", f"{self.path(ref)}/{action}", body, role="biller")
        assert (reply.status, reply.code) == (403, "forbidden")
        self.nothing_happened()
