"""What clerks know how to do: the actions that rules are made of."""

from typing import Any

from tests.integration.invoice_service.invoices.shop import Json
from tests.integration.invoice_service.machine.machine import Machine
from tests.integration.invoice_service.machine.model import drafts, finals, lines, production
from tests.integration.invoice_service.machine.model.figures import Number, amount
from tests.integration.invoice_service.machine.model.world import READY, Invoice, Line, Refused, World

AT = "2025-04-02T14:05:00Z"


class Clerk(Machine):
    """Somebody who edits, finalizes and closes invoices, and puts right what is missing."""

    def patch(self, ref: str, body: Json, *, role: str = "admin") -> None:
        """PATCH of an invoice."""
        self.act(
            lambda world: drafts.edit(world, ref, body, role=role),
            "PATCH",
            self.path(ref),
            body,
            role=role,
            headers=self.version_of(ref),
        )

    def add(self, ref: str, source: Json, typed: Json, *, role: str = "admin", **how: Any) -> None:  # noqa: ANN401 - a place, and flags
        """POST of a line; `after` is a place."""
        one = self.world.invoices[ref]
        after = self.key_at(ref, how["after"]) if how.get("after") is not None and one.lines else None
        force, by_name = how.get("force", False), how.get("by_name", False)
        body = {**source, **typed}
        body |= {"force": True} if force else {}
        body |= {"allow_over_invoicing": True} if by_name else {}
        body |= {"after": one.line(after).id} if after is not None else {}
        self.act(
            lambda world: lines.add(
                world, ref, source, typed, role=role, after=after, force=force, by_name=by_name
            ),
            "POST",
            f"{self.path(ref)}/lines",
            body,
            status=201,
            role=role,
            headers=self.version_of(ref),
        )

    def type_over(
        self,
        ref: str,
        key: int,
        typed: Json,
        *,
        role: str = "admin",
        behind: int | None = None,
        by_name: bool = False,
    ) -> None:
        """PATCH of a line, which may move it `behind` another one."""
        body = {**typed, **({"allow_over_invoicing": True} if by_name else {})}
        body |= {"after": self.world.invoices[ref].line(behind).id} if behind is not None else {}
        self.act(
            lambda world: lines.edit(world, ref, key, typed, role=role, behind=behind, by_name=by_name),
            "PATCH",
            self.line_path(ref, key),
            body,
            role=role,
            headers=self.version_of(ref),
        )

    def finalize(self, ref: str, *, role: str = "accountant") -> None:
        """POST of finalize."""
        self.act(lambda world: finals.finalize(world, ref), "POST", f"{self.path(ref)}/finalize", role=role)

    def transfer(self, ref: str, total: Number, attempt: int) -> None:
        """Accounting says that it has an invoice."""
        one = self.world.invoices[ref]
        external_id = f"L-{one.number}"
        data = {
            "invoice_id": one.id,
            "attempt": attempt,
            "connector": "ledger",
            "external_id": external_id,
            "total": amount(total),
            "at": AT,
        }
        self.result(
            "accounting.transferred",
            data,
            lambda world: finals.transferred(world, ref, external_id=external_id, total=total),
        )
        if total == one.total:
            entry = {"number": one.number, "total": amount(total), "currency": one.currency}
            self.ledger[ref] = {"invoice_id": one.id, **entry}

    def mark(self, ref: str, reason: str = "saisie à la main") -> None:
        """POST of transfer/mark."""
        self.act(
            lambda world: finals.mark_transferred(world, ref, reason),
            "POST",
            f"{self.path(ref)}/transfer/mark",
            {"reason": reason},
            role="accountant",
        )

    def settings(self, body: Json) -> None:
        """PATCH of the settings."""
        self.act(lambda world: production.set_settings(world, body), "PATCH", "/settings", body)

    # -- the way of an invoice

    def bring_on(self, ref: str, steps: int) -> None:
        """So many steps towards accounting, with all that is missing put right as a clerk would."""
        for _ in range(steps):
            one = self.world.invoices[ref]
            if one.status == READY and one.transfer.state == "pending":
                self.transfer(ref, one.total, one.attempt)
            elif one.status == READY:
                self.mark(ref)
            elif not one.final:
                self.put_right(ref)
                self.finalize(ref)

    def put_right(self, ref: str) -> None:
        """Put right what finalize says is missing, as far as it can be."""
        one = self.world.invoices[ref]
        codes = {code for _, code in self.missing(ref)}
        if "credit_not_final" in codes and one.rebills:
            self.finalize(one.rebills)
        if one.kind == "invoice" and "no_priced_line" in codes:
            self.add(ref, {"kind": "text"}, {"description": "Mise en page", "unit_price": "33.335"})
        if "negative_total" in codes:
            self.add(ref, {"kind": "text"}, {"description": "Papier", "unit_price": "5000.00"})
        for line in list(self.world.invoices[ref].lines):
            typed = _put_right_on_line(line, codes)
            if typed and one.kind == "invoice":
                self.type_over(ref, line.key, typed)
        if "receivable_account_missing" in codes:
            self.settings({"default_receivable_account": "1100"})
        body = _put_right_on_invoice(self.world, one, codes)
        if body:
            self.patch(ref, body)

    def missing(self, ref: str) -> frozenset[tuple[str, str]]:
        """What finalize would say is missing."""
        world = self.copied_world()
        try:
            finals.finalize(world, ref)
        except Refused as refusal:
            return refusal.errors or frozenset()
        return frozenset()


def _put_right_on_line(line: Line, codes: set[str]) -> Json:
    typed: Json = {}
    if line.tax_code and codes & {"tax_rate_missing", "tax_account_missing"}:
        typed["tax_code"] = None
    if "gl_account_missing" in codes and not line.gl_account:
        typed["gl_account"] = "4000"
    if "po_number_missing" in codes and not line.po_number:
        typed["po_number"] = "PO-1"
    return typed


def _put_right_on_invoice(world: World, one: Invoice, codes: set[str]) -> Json:
    body: Json = {}
    if codes & {"tax_code_missing", "tax_rate_missing", "tax_account_missing"} and one.kind == "invoice":
        body["tax_code"] = "QC"
    if codes & {"tax_rate_missing", "period_locked"}:
        body["date"] = "2025-04-02"
    if "on_hold" in codes:
        body["hold"] = None
    if "exchange_rate_missing" in codes and one.kind == "invoice":
        body["exchange_rate"] = "1.3712"
    if "billing_contact_missing" in codes:
        body["billing_contact"] = world.customers[one.payer]["contacts"][0]["id"]
    return body
