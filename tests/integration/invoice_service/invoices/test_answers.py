"""What is answered has the contract's names, and is what the OpenAPI document says, nothing more and nothing less."""

import json
import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import pytest_asyncio
from jsonschema import Draft202012Validator

from shared.bus import topology
from shared.bus.port import ParkedDelivery
from tests.integration.invoice_service.invoices.shop import Json, Shop, expect, mailed, text_line
from tests.support.invoicing import Reply

pytestmark = pytest.mark.asyncio(loop_scope="module")

# As the contract has them; more may be answered, none of these may be missing.
NAMES = {
    "invoice": """id number proforma_number final_number kind status date due_date customer sold_to bill_to ship_to
        billing_contact tax_code payment_term payment_method sales_rep currency exchange_rate language business_entity
        message note hold favourite lines subtotal taxes total jobs credited_invoice credit_notes rendering delivery
        transfer available_actions warnings version created_at updated_at finalized_at""",
    "line": """id kind position job other_invoices po_number description ordered_quantity quantity unit_price
        total_price product gl_account tax_code total manual release_quantity""",
    "other_invoice": "number date quantity status",
    "tax": "code name rate base amount",
    "party": "code name attention address",
    "address": "name line1 line2 city province postal_code country",
    "axis": "state reason at",
    "rendering": "state reason at document",
    "transfer": "state reason at connector external_id manual",
    "email": "id state from recipients subject body attachments message_id possible_duplicate created_at sent_at",
    "recipient": "role name email state reply",
    "parked": "id kind reason message body attempts received_at",
    "message": "source id type subject time",
    "audit": "at actor action changes",
    "actor": "kind id name",
    "change": "field before after",
    "list": "data next count count_exact",
}
ACTIONS = (
    """finalize preview email print credit delete duplicate retry_render retry_transfer mark_transferred"""
)


class Document:
    """The OpenAPI document, to hold answers against."""

    def __init__(self, document: Json) -> None:
        self._document = document

    def faults(self, method: str, path: str, reply: Reply) -> list[str]:
        """What an answer says that the document does not, or lacks."""
        responses = self._document["paths"][path][method]["responses"]
        content = responses[str(reply.status)]["content"]["application/json"]["schema"]
        schema = {**content, "components": self._document["components"]}
        errors = [
            f"{error.json_path}: {error.message}"
            for error in Draft202012Validator(schema).iter_errors(reply.json)
        ]
        return [*errors, *self._undeclared(content, reply.json, "$")]

    def _undeclared(self, schema: Json, value: Any, place: str) -> Iterator[str]:  # noqa: ANN401 - any JSON
        """The fields that no schema declares."""
        for one in self._choices(schema):
            properties = one.get("properties")
            if isinstance(value, dict) and properties is not None:
                yield from (f"{place}.{name}: undeclared" for name in value.keys() - properties.keys())
                for name in value.keys() & properties.keys():
                    yield from self._undeclared(properties[name], value[name], f"{place}.{name}")
            if isinstance(value, list) and "items" in one:
                for index, item in enumerate(value):
                    yield from self._undeclared(one["items"], item, f"{place}[{index}]")

    def _choices(self, schema: Json) -> Iterator[Json]:
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            yield from self._choices(self._document["components"]["schemas"][name])
        elif "anyOf" in schema:
            for one in schema["anyOf"]:
                yield from self._choices(one)
        else:
            yield schema


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def document(shop: Shop) -> Document:
    """The document as it is served."""
    return Document(expect(await shop.api.get("//openapi.json"), 200))


def has(value: Json, kind: str) -> None:
    assert set(NAMES[kind].split()) <= set(value), kind


async def test_an_invoice_and_all_that_is_in_it(shop: Shop, document: Document) -> None:
    customer = await shop.customer()
    job = await shop.job(customer)
    first = await shop.invoice(job=job)
    expect(await shop.patch_line(first, {"quantity": "400"}), 200)
    made = await shop.api.post("/invoices", {"job": job})
    invoice = expect(made, 201)
    expect(await shop.api.patch(f"/invoices/{invoice['number']}", {"hold": {"reason": "x"}}), 200)
    held = await shop.api.get(f"/invoices/{invoice['number']}")
    listed = await shop.api.get("/invoices", query={"status": "all"})
    line = await shop.patch_line(invoice, {"quantity": "1"})

    assert document.faults("post", "/api/v1/invoices", made) == []
    assert document.faults("get", "/api/v1/invoices/{ref}", held) == []
    assert document.faults("get", "/api/v1/invoices", listed) == []
    assert document.faults("patch", "/api/v1/invoices/{ref}/lines/{id}", line) == []
    has(invoice, "invoice")
    has(invoice["lines"][0], "line")
    has(invoice["lines"][0]["other_invoices"][0], "other_invoice")
    has(invoice["taxes"][0], "tax")
    has(invoice["sold_to"], "party")
    has(invoice["sold_to"]["address"], "address")
    has(invoice["delivery"], "axis")
    has(invoice["rendering"], "rendering")
    has(invoice["transfer"], "transfer")
    has(listed.json, "list")
    assert set(invoice["available_actions"]) == set(ACTIONS.split())
    assert held.json["hold"] == {"reason": "x"}
    assert {
        type(value)
        for value in (invoice["subtotal"], invoice["lines"][0]["quantity"], invoice["taxes"][0]["rate"])
    } == {str}
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z", invoice["created_at"])
    assert uuid.UUID(invoice["id"]).version == 7


async def test_a_final_and_its_credit(shop: Shop, document: Document) -> None:
    invoice = await shop.invoice()
    finalized = await shop.api.post(f"/invoices/{invoice['number']}/finalize")
    await shop.rendered(finalized.json)
    final = await shop.transferred(finalized.json)
    credit = await shop.credit(final, rebill=True)
    seen = await shop.api.get(f"/invoices/{final['number']}")

    assert document.faults("post", "/api/v1/invoices/{ref}/finalize", finalized) == []
    assert document.faults("post", "/api/v1/invoices/{ref}/credit", credit) == []
    assert document.faults("get", "/api/v1/invoices/{ref}", seen) == []
    assert set(seen.json["rendering"]["document"]) == {"sha256", "size"}
    assert seen.json["credit_notes"] == [credit.json["number"]]


async def test_emails_and_what_is_proposed(shop: Shop, document: Document) -> None:
    invoice = await shop.billing({"price": "1.00"})
    draft = await shop.api.get(f"/invoices/{invoice['number']}/emails/draft")
    made = await shop.email(invoice, pdf=False)
    await shop.result("email.sent", {**mailed(made.json, "sent"), "invoice_id": invoice["id"]})
    history = await shop.api.get(f"/invoices/{invoice['number']}/emails")
    again = await shop.api.post(f"/invoices/{invoice['number']}/emails/{made.json['id']}/resend")

    assert document.faults("get", "/api/v1/invoices/{ref}/emails/draft", draft) == []
    assert document.faults("post", "/api/v1/invoices/{ref}/emails", made) == []
    assert document.faults("get", "/api/v1/invoices/{ref}/emails", history) == []
    assert document.faults("post", "/api/v1/invoices/{ref}/emails/{id}/resend", again) == []
    (email,) = history.json["data"]
    has(email, "email")
    has(email["recipients"][0], "recipient")


async def test_the_trail_notices_and_parked_messages(shop: Shop, document: Document) -> None:
    invoice = await shop.billing({"price": "1.00"})
    await shop.email(invoice)
    reason = {"code": "x", "message": "x"}
    await shop.result("document.render_failed", {"invoice_id": invoice["id"], "version": 2, "reason": reason})
    await shop.inbound.parked(ParkedDelivery(b"?", None, topology.RESULTS, "unreadable", 1))
    body = {"specversion": "1.0", "id": str(uuid.uuid4()), "source": "urn:mis", "time": "2025-07-18T14:00:00Z",
            "type": "production.job.completed.v1", "subject": "D-1",
            "data": {"job": {"number": "D-1", "customer": "C-none", "title": "x", "ordered_quantity": "1",
                             "status": "completed"}}}  # fmt: skip
    received = await shop.api.post("/job-completions", body)
    replayed = await shop.api.post(f"/parked-messages/{received.json['parked']}/replay")
    audit = await shop.api.get(f"/invoices/{invoice['number']}/audit")
    notices = await shop.api.get("/notifications")
    parked = await shop.api.get("/parked-messages")

    assert document.faults("get", "/api/v1/invoices/{ref}/audit", audit) == []
    assert document.faults("get", "/api/v1/notifications", notices) == []
    assert document.faults("get", "/api/v1/parked-messages", parked) == []
    assert document.faults("post", "/api/v1/job-completions", received) == []
    assert document.faults("post", "/api/v1/parked-messages/{id}/replay", replayed) == []
    assert set(received.json) == {"id", "outcome", "invoice", "parked", "reason"}
    has(audit.json["data"][0], "audit")
    has(audit.json["data"][0]["actor"], "actor")
    has(audit.json["data"][0]["changes"][0], "change")
    for one in parked.json["data"]:
        has(one, "parked")
        has(one["message"], "message")


async def test_the_document_is_held_against_answers_in_earnest(shop: Shop, document: Document) -> None:
    invoice = await shop.billing({"price": "1.00"})
    spoiled = {
        **invoice,
        "colour": "red",
        "total": 1.15,
        "lines": [{**invoice["lines"][0], "shape": "round"}],
    }
    del spoiled["note"]
    reply = Reply(200, {}, json.dumps(spoiled))

    found = document.faults("get", "/api/v1/invoices/{ref}", reply)

    assert len(found) == 4, found


async def test_a_number_with_a_slash_can_be_followed(shop: Shop) -> None:
    entity = shop.code("E")
    expect(await shop.api.put(f"/business-entities/{entity}", {"name": "Autre"}), 201)
    expect(await shop.api.patch(f"/number-series/{entity}/proforma", {"prefix": "P/25/"}), 200)
    customer = await shop.customer(business_entity=entity)

    made = await shop.api.post("/invoices", {"customer": customer})
    line = await shop.add_line({**made.json, "number": made.json["id"]}, text_line("1.00"))

    assert expect(made, 201)["number"] == "P/25/0001"
    assert made.headers["Location"] == "/api/v1/invoices/P%2F25%2F0001"
    found = await shop.api.get(f"/{made.headers['Location']}")
    assert expect(found, 200)["lines"] == [expect(line, 201)]
    assert line.headers["Location"].startswith(f"{made.headers['Location']}/lines/")


async def test_a_reason_is_told_in_the_language_of_its_reader(shop: Shop) -> None:
    invoice = await shop.finalize(await shop.billing({"price": "10.00"}))
    path = f"/invoices/{invoice['number']}"
    async with shop.settings(outbound="off"):
        expect(await shop.email(invoice, pdf=False), 202)
        french = expect(await shop.api.get(path), 200)
        english = expect(await shop.api.get(path, headers={"Accept-Language": "en"}), 200)
        emails = await shop.api.get(f"{path}/emails", headers={"Accept-Language": "en"})

    assert french["transfer"]["reason"]["message"] == "Aucun logiciel comptable n'est branché."
    assert english["transfer"]["reason"] == {
        "code": "no_connector",
        "message": "No accounting software is connected.",
    }
    assert english["delivery"]["reason"]["message"] == "Outbound is off."
    assert expect(emails, 200)["data"][0]["reason"] == english["delivery"]["reason"]


async def test_an_email_says_which_uploads_it_carries(shop: Shop) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nBonjour\r\n--x--\r\n'
    form = {"Content-Type": "multipart/form-data; boundary=x"}
    upload = expect(await shop.api.call("POST", "/attachments", raw=body, headers=form), 201)
    invoice = await shop.billing({"price": "10.00"})

    sent = expect(await shop.email(invoice, attachments=[upload["id"]]), 202)

    assert sent["attachments"] == [{name: upload[name] for name in ("id", "name", "content_type")}]
    assert (await shop.emails(invoice))[0] == sent


async def test_who_reads_may_read_a_draft_of_an_email(shop: Shop) -> None:
    invoice = await shop.billing({"price": "10.00"})

    draft = await shop.api.get(f"/invoices/{invoice['number']}/emails/draft", key=await shop.key("viewer"))

    assert expect(draft, 200)["to"] == [{"name": "Julie Tremblay", "email": "julie@client.example"}]
