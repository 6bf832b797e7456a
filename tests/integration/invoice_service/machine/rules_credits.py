"""Credits: whole, by quantity, by amount; reduced, finalized in any order, taken back, billed again."""

# ruff: noqa: FBT001 - Hypothesis names all arguments of a rule

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.integration.invoice_service.invoices.shop import Json
from tests.integration.invoice_service.machine import choices
from tests.integration.invoice_service.machine.clerk import Clerk
from tests.integration.invoice_service.machine.machine import any_of, draft_credit, has
from tests.integration.invoice_service.machine.model import credits as crediting
from tests.integration.invoice_service.machine.model import lines
from tests.integration.invoice_service.machine.model.world import DONE, Invoice, World
from tests.integration.invoice_service.machine.rules_lines import PLACES

AMOUNTS = st.sampled_from(("0.01", "0.33", "1", "10.00", "33.33", "33.34", "100.00", "5000.00"))
PARTS = st.one_of(
    st.sampled_from(("1", "0.3333", "0.5", "2", "3", "500", "1000")).map(lambda share: {"quantity": share}),
    AMOUNTS.map(lambda share: {"amount": share}),
)


def creditable(one: Invoice) -> bool:
    """An invoice in accounting."""
    return one.kind == "invoice" and one.status == DONE and bool(one.lines)


def not_creditable(one: Invoice) -> bool:
    """Whatever else there is."""
    return not creditable(one)


def credit_with_lines(one: Invoice) -> bool:
    """A draft credit with something on it."""
    return draft_credit(one) and bool(one.lines)


class Credits(Clerk):
    """Credit notes."""

    @precondition(has(not_creditable))
    @rule(ref=any_of(not_creditable), reason=choices.REASONS, rebill=st.booleans())
    def credit_what_can_not_be(self, ref: str, reason: str, rebill: bool) -> None:
        self._credit(ref, reason, None, rebill=rebill)

    @precondition(has(creditable))
    @rule(ref=any_of(creditable), rebill=st.booleans())
    def credit_what_is_left(self, ref: str, rebill: bool) -> None:
        self._credit(ref, "tout", None, rebill=rebill)

    @precondition(has(creditable))
    @rule(
        ref=any_of(creditable),
        parts=st.lists(st.tuples(PLACES, PARTS, st.booleans()), min_size=1, max_size=3),
        rebill=st.booleans(),
    )
    def credit_parts(self, ref: str, parts: list[tuple[int, Json, bool]], rebill: bool) -> None:
        """Some lines, by quantity or amount; what is released or not; the same line perhaps twice."""
        requests = [
            (self.key_at(ref, place), {**part, "release_quantity": release}) for place, part, release in parts
        ]
        self._credit(ref, "en partie", requests, rebill=rebill)

    def _credit(
        self, ref: str, reason: str, requests: list[tuple[int, Json]] | None, *, rebill: bool
    ) -> None:
        body: Json = {"reason": reason, "rebill": rebill}
        if requests is not None:
            one = self.world.invoices[ref]
            body["lines"] = [{"line": one.line(key).id, **asked} for key, asked in requests]
        made, reply = self.act(
            lambda world: crediting.create(world, ref, reason, requests, rebill=rebill),
            "POST",
            f"{self.path(ref)}/credit",
            body,
            status=201,
            role="accountant",
        )
        if made is not None:
            assert (reply.json["proforma_number"], reply.json["rebill"]) == made

    @precondition(has(credit_with_lines))
    @rule(
        ref=any_of(credit_with_lines),
        place=PLACES,
        typed=st.one_of(
            choices.typed(
                quantity=choices.QUANTITIES, description=choices.TEXTS, release_quantity=st.booleans()
            ),
            AMOUNTS.map(lambda share: {"amount": share}),
            st.just({"unit_price": "1.00", "tax_code": "00"}),
        ).filter(bool),
    )
    def edit_credit_line(self, ref: str, place: int, typed: Json) -> None:
        key = self.key_at(ref, place)
        self.act(
            lambda world: crediting.edit_line(world, ref, key, typed),
            "PATCH",
            self.line_path(ref, key),
            typed,
            headers=self.version_of(ref),
        )

    @precondition(has(credit_with_lines))
    @rule(ref=any_of(credit_with_lines), place=PLACES)
    def remove_credit_line(self, ref: str, place: int) -> None:
        key = self.key_at(ref, place)
        self.act(
            lambda world: crediting.remove_line(world, ref, key),
            "DELETE",
            self.line_path(ref, key),
            status=204,
            headers=self.version_of(ref),
        )

    @precondition(has(draft_credit))
    @rule(ref=any_of(draft_credit))
    def add_a_foreign_line(self, ref: str) -> None:
        """No line foreign to the credited invoice."""
        typed = {"description": "x", "quantity": "1", "unit_price": "1.00"}
        self.act(
            lambda world: lines.add(world, ref, {"kind": "text"}, typed),
            "POST",
            f"{self.path(ref)}/lines",
            {"kind": "text", **typed},
            headers=self.version_of(ref),
        )

    @precondition(has(credit_with_lines))
    @rule(ref=any_of(credit_with_lines), data=st.data())
    def move_credit_lines(self, ref: str, data: st.DataObject) -> None:
        held = self.world.invoices[ref].lines
        order = data.draw(st.permutations([line.key for line in held]))
        ids = {line.key: line.id for line in held}

        def change(world: World) -> None:
            lines.order(world, ref, order)
            crediting.settle(world, world.invoices[ref])

        self.act(
            change,
            "PUT",
            f"{self.path(ref)}/lines/order",
            {"lines": [ids[key] for key in order]},
            headers=self.version_of(ref),
        )

    @precondition(has(draft_credit))
    @rule(ref=any_of(draft_credit))
    def finalize_credit(self, ref: str) -> None:
        self.finalize(ref)
