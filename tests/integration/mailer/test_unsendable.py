"""Commands of which no mail can be made."""

import pytest

from shared.bus.outcome import Ack, Retry
from shared.contracts.commands import Mailbox
from shared.contracts.values import DocumentRef
from shared.documents.store import DocumentStore, StoreUnavailable
from tests.integration.mailer.mailroom import Mailroom
from tests.unit.mailer.commands import recipient, send_email

A, B = "a@client.example", "b@client.example"


async def test_a_document_that_is_not_there(room: Mailroom) -> None:
    pdf = await room.attach("a.pdf", b"%PDF-1.7")
    gone = pdf.model_copy(update={"document": DocumentRef(key="no/such.pdf", sha256="0" * 64, size=1)})
    bad_key = pdf.model_copy(update={"document": DocumentRef(key="../x", sha256="0" * 64, size=1)})
    changed = pdf.model_copy(update={"document": pdf.document.model_copy(update={"sha256": "0" * 64})})
    for attachment, code in (
        (gone, "document_missing"),
        (bad_key, "document_missing"),
        (changed, "document_changed"),
    ):
        command = send_email(recipient(A), attachments=[pdf, attachment])
        assert await room.deliver(command) == Ack()
        assert room.bus.published[-1].type == "results.email.failed.v1"
        assert room.bus.published[-1].data["reason"]["code"] == code
        assert await room.states(command) == ["refused"]
    assert room.server.conversations == 0


class BrokenStore(DocumentStore):
    """A store that is down."""

    async def get(self, document: DocumentRef) -> bytes:
        raise StoreUnavailable(document.key, "told to fail")


async def test_a_store_that_is_down_is_waited_for(room: Mailroom) -> None:
    pdf = await room.attach("a.pdf", b"%PDF-1.7")
    command = send_email(recipient(A), attachments=[pdf])
    room.documents = BrokenStore("memory:///")
    outcome = await room.deliver(command)
    assert isinstance(outcome, Retry)
    assert outcome.reason.startswith("StoreUnavailable")
    assert await room.states(command) == ["prepared"]


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "Facture\r\nBcc: evil@x.example"},
        {"sender": Mailbox(name="Shop\x00", email="f@shop.example")},
        {"recipients": (recipient("a@client.example\r\nRCPT TO:<evil@x.example>"),)},
        {"recipients": (recipient("a\x00@client.example"), recipient(B))},
        {"message_id": "<x@y>\r\nBcc: evil@x.example"},
    ],
    ids=["subject", "sender", "recipient", "NUL", "message id"],
)
async def test_what_could_break_out_of_a_header_is_not_sent(
    room: Mailroom, changes: dict[str, object]
) -> None:
    command = send_email().model_copy(update=changes)
    assert await room.deliver(command) == Ack()
    closing = room.bus.published[-1]
    assert closing.type == "results.email.failed.v1"
    assert closing.data["reason"]["code"] == "unsafe_header"
    assert [one["email"] for one in closing.data["recipients"]] == [one.email for one in command.recipients]
    assert room.server.conversations == 0
    assert await room.deliver(command, attempt=2) == Ack()


async def test_an_encoded_line_break_arrives_as_text(room: Mailroom) -> None:
    smuggled = "long " * 20 + "=?utf-8?q?a=0ABcc=3A_evil=40x.example?="
    await room.deliver(send_email(recipient(A, name=smuggled), subject=smuggled))
    [mail] = room.server.taken
    assert mail.recipients == (A,)
    assert mail.message["Subject"] == smuggled
    assert "Bcc" not in mail.message
