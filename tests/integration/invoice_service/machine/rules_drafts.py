"""What clerks do with pro formas: make, edit, duplicate, delete; with an old version, or twice."""

# ruff: noqa: FBT001 - Hypothesis names all arguments of a rule

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.integration.invoice_service.invoices.shop import Json
from tests.integration.invoice_service.machine import choices
from tests.integration.invoice_service.machine.beginning import CUSTOMERS
from tests.integration.invoice_service.machine.clerk import Clerk
from tests.integration.invoice_service.machine.machine import (
    Machine,
    any_of,
    anything,
    draft,
    has,
    open_one,
    room,
)
from tests.integration.invoice_service.machine.model import drafts
from tests.integration.invoice_service.machine.model.world import Invoice


def edited(one: Invoice) -> bool:
    """A pro forma with a version to be left behind."""
    return open_one(one) and one.version > 1


class Making(Machine):
    """Pro formas made and thrown away."""

    @precondition(room)
    @rule(
        job=st.runner().flatmap(lambda machine: st.sampled_from([*sorted(machine.world.jobs), "D-9"])),
        force=st.booleans(),
    )
    def create_from_job(self, job: str, force: bool) -> None:
        body: Json = {"job": job, **({"force": True} if force else {})}
        self.act(
            lambda world: drafts.create_from_job(world, job, force=force),
            "POST",
            "/invoices",
            body,
            status=201,
        )

    @precondition(room)
    @rule(customer=st.sampled_from(sorted(CUSTOMERS)))
    def create_for_customer(self, customer: str) -> None:
        self.act(
            lambda world: drafts.create_for_customer(world, customer),
            "POST",
            "/invoices",
            {"customer": customer},
            status=201,
            role="biller",
        )

    @precondition(room)
    @rule(
        customer=st.sampled_from(sorted(CUSTOMERS)),
        key=st.sampled_from(("a", "b")),
        role=st.sampled_from(("biller", "admin")),
    )
    def create_with_a_key(self, customer: str, key: str, role: str) -> None:
        """The first time it is done; again it is answered again; for something else it is refused."""
        body = {"customer": customer}
        headers = {"Idempotency-Key": key}
        known = self.kept.get((role, key))
        if known is None:
            _, reply = self.act(
                lambda world: drafts.create_for_customer(world, customer),
                "POST",
                "/invoices",
                body,
                status=201,
                role=role,
                headers=headers,
            )
            if reply.status == 201:
                self.kept[role, key] = body, reply
            return
        reply = self.driver.call("POST", "/invoices", body, role=role, headers=headers)
        if known[0] == body:
            assert (reply.status, reply.text) == (201, known[1].text)
            assert reply.headers["Idempotent-Replayed"] == "true"
            assert reply.headers["Location"] == known[1].headers["Location"]
        else:
            assert (reply.status, reply.code) == (422, "idempotency_key_reused")
        self.nothing_happened()


class Again(Machine):
    """What there is once more, or no more."""

    @precondition(room)
    @precondition(has(anything))
    @rule(ref=any_of(anything))
    def duplicate(self, ref: str) -> None:
        self.act(
            lambda world: drafts.duplicate(world, ref), "POST", f"{self.path(ref)}/duplicate", status=201
        )

    @precondition(has(anything))
    @rule(ref=any_of(anything))
    def delete(self, ref: str) -> None:
        self.act(
            lambda world: drafts.delete(world, ref),
            "DELETE",
            self.path(ref),
            status=204,
            headers=self.version_of(ref),
        )


class Editing(Clerk):
    """Fields of pro formas, and what is kept beside them."""

    @precondition(has(open_one))
    @rule(ref=any_of(open_one), body=choices.INVOICE_EDIT, role=choices.CLERKS)
    def edit(self, ref: str, body: Json, role: str) -> None:
        self.patch(ref, body, role=role)

    @precondition(has(open_one))
    @rule(ref=any_of(open_one), customer=st.sampled_from(sorted(CUSTOMERS)))
    def sell_to_another(self, ref: str, customer: str) -> None:
        self.patch(ref, {"customer": customer})

    @precondition(has(anything))
    @rule(
        ref=any_of(anything),
        body=choices.typed(
            note=st.none() | choices.TEXTS,
            favourite=st.booleans(),
        ).filter(bool),
        role=choices.CLERKS,
    )
    def note_or_star(self, ref: str, body: Json, role: str) -> None:
        """Off paper: on a final too, and without a version."""
        self.act(
            lambda world: drafts.edit(world, ref, body, role=role), "PATCH", self.path(ref), body, role=role
        )

    @precondition(has(draft))
    @rule(ref=any_of(draft))
    def edit_whatever_the_version(self, ref: str) -> None:
        """`*` is whatever is current."""
        body = {"message": f"v{self.world.invoices[ref].version}"}
        self.act(
            lambda world: drafts.edit(world, ref, body, role="admin"),
            "PATCH",
            self.path(ref),
            body,
            headers={"If-Match": "*"},
        )

    @precondition(has(edited))
    @rule(
        ref=any_of(edited),
        how=st.sampled_from(("edit", "delete", "line", "finalize", "duplicate")),
    )
    def with_an_old_version(self, ref: str, how: str) -> None:
        """412 with the state as it is now, and nothing has happened; 428 without any version when one is needed."""
        if how == "delete" and not self.invoices[ref]["available_actions"]["delete"]["enabled"]:
            return
        line = {"kind": "text", "description": "x", "unit_price": "1.00"}
        method, more, body = {
            "edit": ("PATCH", "", {"message": "x"}),
            "delete": ("DELETE", "", None),
            "line": ("POST", "/lines", line),
            "finalize": ("POST", "/finalize", None),
            "duplicate": ("POST", "/duplicate", None),
        }[how]
        path = self.path(ref) + more
        stale = {"If-Match": f'"v{self.world.invoices[ref].version - 1}"'}
        reply = self.driver.call(method, path, body, headers=stale)
        assert (reply.status, reply.code) == (412, "stale_version")
        assert reply.json["current"] == self.driver.read(self.path(ref))
        if how in ("edit", "delete", "line"):
            missing = self.driver.call(method, path, body)
            assert (missing.status, missing.code) == (428, "version_required")
        self.nothing_happened()
