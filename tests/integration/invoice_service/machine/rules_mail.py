"""PDFs and e-mails: asked for, made or not, accepted or refused."""

# ruff: noqa: FBT001 - Hypothesis names all arguments of a rule

import hashlib

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.integration.invoice_service.invoices.shop import Json
from tests.integration.invoice_service.machine.machine import Machine, any_of, anything, has
from tests.integration.invoice_service.machine.model import mail
from tests.integration.invoice_service.machine.model.world import Invoice

STATES = st.sampled_from(("sent", "sent", "refused", "uncertain"))


def asked(one: Invoice) -> bool:
    """A PDF of it is being made."""
    return bool(one.asked)


class Mail(Machine):
    """E-mails and their documents."""

    @precondition(has(anything))
    @rule(ref=any_of(anything), people=st.integers(1, 2))
    def email(self, ref: str, people: int) -> None:
        to = [f"to{place}@client.example" for place in range(people)]
        body = {"to": [{"email": email} for email in to], "subject": "Facture", "body": "Bonjour"}
        key, reply = self.act(
            lambda world: mail.send(world, ref, to),
            "POST",
            f"{self.path(ref)}/emails",
            body,
            status=202,
            role="biller",
        )
        email = next(one for one in self.world.emails if one.key == key)
        email.id = reply.json["id"]
        assert [one["email"] for one in reply.json["recipients"]] == to

    @precondition(has(asked))
    @rule(ref=any_of(asked), made=st.booleans())
    def render(self, ref: str, made: bool) -> None:
        """The renderer answers the oldest thing that it was asked for."""
        one = self.world.invoices[ref]
        version = min(one.asked)
        data: Json = {"invoice_id": one.id, "version": version}
        if made:
            content = f"%PDF {one.id} {version}".encode()
            key = f"documents/{hashlib.sha256(content).hexdigest()}"
            document = self.driver.run(self.driver.documents.put(key, content))
            data["document"] = document.model_dump()
            self.result("document.rendered", data, lambda world: mail.rendered(world, ref, version))
        else:
            data["reason"] = {"code": "too_large", "message": "x"}
            self.result(
                "document.render_failed",
                data,
                lambda world: mail.render_failed(world, ref, version, "too_large"),
            )

    @precondition(has(anything))
    @rule(ref=any_of(anything))
    def retry_render(self, ref: str) -> None:
        self.act(
            lambda world: mail.retry_render(world, ref),
            "POST",
            f"{self.path(ref)}/render/retry",
            status=202,
            role="biller",
        )

    @precondition(lambda machine: machine.requested())
    @rule(data=st.data(), states=st.tuples(STATES, STATES))
    def mailed(self, data: st.DataObject, states: tuple[str, str]) -> None:
        """The mail server has answered for each recipient of an e-mail that went out."""
        key = data.draw(st.sampled_from(self.requested()))
        email = next(one for one in self.world.emails if one.key == key)
        answered = list(states[: len(email.to)])
        kind = "sent" if "sent" in answered else "uncertain" if "uncertain" in answered else "failed"
        reasons = {"uncertain": "no_answer", "failed": "refused"}
        body: Json = {
            "email_id": email.id,
            "invoice_id": self.world.invoices[email.ref].id,
            "recipients": [
                {"email": to, "role": "to", "state": state, "reply": "x"}
                for to, state in zip(email.to, answered, strict=True)
            ],
            "at": "2025-04-02T14:10:00Z",
        }
        if kind in reasons:
            body["reason"] = {"code": reasons[kind], "message": "x"}
        self.result(f"email.{kind}", body, lambda world: mail.answered(world, key, answered))

    def requested(self) -> list[int]:
        """The keys of the e-mails that went out and were not answered yet."""
        return [
            one.key
            for one in self.world.emails
            if one.requested and one.state == "prepared" and one.ref in self.world.invoices
        ]
