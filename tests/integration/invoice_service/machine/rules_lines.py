"""What clerks do with lines: of all five kinds, with odd figures, typed over and back, beyond what was ordered."""

# ruff: noqa: FBT001 - Hypothesis names all arguments of a rule

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.integration.invoice_service.invoices.shop import Json
from tests.integration.invoice_service.machine import choices
from tests.integration.invoice_service.machine.clerk import Clerk
from tests.integration.invoice_service.machine.machine import any_of, draft, has
from tests.integration.invoice_service.machine.model import lines
from tests.integration.invoice_service.machine.model.world import Invoice

JOB_NUMBERS = st.runner().flatmap(lambda m: st.sampled_from(sorted(m.world.jobs)))


def with_lines(one: Invoice) -> bool:
    """A pro forma of an invoice that has lines."""
    return draft(one) and bool(one.lines)


def several(one: Invoice) -> bool:
    """A pro forma with lines to put in order."""
    return draft(one) and len(one.lines) > 1


def with_removed(one: Invoice) -> bool:
    """A pro forma of an invoice, of which lines were removed."""
    return draft(one) and bool(one.removed)


PLACES = st.integers(0, 5)


class JobLines(Clerk):
    """Lines of jobs and of their charges, and what is done with lines of any kind."""

    @precondition(has(draft))
    @rule(
        ref=any_of(draft),
        job=JOB_NUMBERS,
        typed=st.just({}) | choices.LINE,
        role=choices.CLERKS,
        force=st.booleans(),
        by_name=st.booleans(),
    )
    def add_job(self, ref: str, job: str, typed: Json, role: str, **how: bool) -> None:
        self.add(ref, {"kind": "job", "job": job}, typed, role=role, **how)

    @precondition(has(draft))
    @rule(ref=any_of(draft), data=st.data(), typed=st.just({}) | choices.LINE)
    def add_charge(self, ref: str, data: st.DataObject, typed: Json) -> None:
        known = [(job.number, charge.id) for job in self.world.jobs.values() for charge in job.charges]
        if not known:
            return
        job, charge = data.draw(st.sampled_from(sorted(known)))
        self.add(ref, {"kind": "extra_charge", "job": job, "extra_charge": charge}, typed)

    @precondition(has(with_lines))
    @rule(
        ref=any_of(with_lines),
        place=PLACES,
        typed=choices.LINE_EDIT,
        role=choices.CLERKS,
        by_name=st.booleans(),
        behind=st.none() | st.none() | PLACES,
    )
    def edit_line(
        self, ref: str, place: int, typed: Json, role: str, by_name: bool, behind: int | None
    ) -> None:
        key, other = self.key_at(ref, place), None if behind is None else self.key_at(ref, behind)
        self.type_over(ref, key, typed, role=role, by_name=by_name, behind=other if other != key else None)

    @precondition(has(several))
    @rule(ref=any_of(several), data=st.data())
    def move_lines(self, ref: str, data: st.DataObject) -> None:
        held = self.world.invoices[ref].lines
        order = data.draw(st.permutations([line.key for line in held]))
        ids = {line.key: line.id for line in held}
        self.act(
            lambda world: lines.order(world, ref, order),
            "PUT",
            f"{self.path(ref)}/lines/order",
            {"lines": [ids[key] for key in order]},
            headers=self.version_of(ref),
        )

    @precondition(has(with_lines))
    @rule(ref=any_of(with_lines), place=PLACES)
    def remove_line(self, ref: str, place: int) -> None:
        key = self.key_at(ref, place)
        self.act(
            lambda world: lines.remove(world, ref, key),
            "DELETE",
            self.line_path(ref, key),
            status=204,
            headers=self.version_of(ref),
        )

    @precondition(has(with_removed))
    @rule(ref=any_of(with_removed), which=PLACES)
    def restore_line(self, ref: str, which: int) -> None:
        removed = list(self.world.invoices[ref].removed)
        line_id = removed[-1 - which % len(removed)]
        self.act(
            lambda world: lines.restore(world, ref, line_id),
            "POST",
            f"{self.path(ref)}/lines/{line_id}/restore",
            headers=self.version_of(ref),
        )


class Lines(JobLines):
    """Lines of all five kinds."""

    @precondition(has(draft))
    @rule(ref=any_of(draft), typed=choices.LINE, after=st.none() | PLACES)
    def add_text(self, ref: str, typed: Json, after: int | None) -> None:
        self.add(ref, {"kind": "text"}, {"description": "Travail", **typed}, after=after)

    @precondition(has(draft))
    @rule(ref=any_of(draft), product=choices.PRODUCT, typed=choices.LINE, after=st.none() | PLACES)
    def add_product(self, ref: str, product: str, typed: Json, after: int | None) -> None:
        self.add(ref, {"kind": "product", "product": product}, typed, after=after)

    @precondition(has(draft))
    @rule(ref=any_of(draft), account=choices.REVENUE, typed=choices.LINE)
    def add_account(self, ref: str, account: str, typed: Json) -> None:
        typed = {name: value for name, value in typed.items() if name != "gl_account"}
        self.add(ref, {"kind": "gl", "gl_account": account}, typed)
