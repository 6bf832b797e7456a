"""Every way that a render command can go."""

import asyncio
import hashlib
from pathlib import Path

import pytest

from services.render_service.errors import ChildUnavailable, RenderCrashed, RenderTimedOut, Unprintable
from services.render_service.handler import RenderHandler
from services.render_service.key import key_of
from services.render_service.own_forms import OwnForms
from shared.bus.outcome import Ack, DeadLetter, Retry
from shared.bus.port import ConfirmUnknown
from shared.contracts.registry import parse
from shared.contracts.results import DocumentRendered, DocumentRenderFailed
from shared.contracts.values import DocumentRef, Reason, Wire
from shared.documents.store import DocumentStore, StoreUnavailable
from tests.support.own_forms import own_form
from tests.support.waiting import until
from tests.unit.render_service.doubles import RecordingBus, ScriptedRenderer, command
from tests.unit.render_service.snapshots import plain, with_logo

PDF = b"%PDF-1.7 the form"
REFERENCE = DocumentRef(key=key_of(plain()), sha256=hashlib.sha256(PDF).hexdigest(), size=len(PDF))
RENDERED = DocumentRendered(invoice_id=plain().invoice_id, version=1, document=REFERENCE)


@pytest.fixture
def bus() -> RecordingBus:
    return RecordingBus()


@pytest.fixture
def store() -> DocumentStore:
    return DocumentStore("memory:///")


def _handler(
    bus: RecordingBus, store: DocumentStore, *answers: bytes | Exception, attempts: int = 3
) -> tuple[RenderHandler, ScriptedRenderer]:
    renderer = ScriptedRenderer(*answers)
    return RenderHandler(renderer, store, bus, OwnForms(None), attempts=attempts), renderer


def _results(bus: RecordingBus) -> list[Wire]:
    return [parse(envelope.type, envelope.data) for envelope in bus.published]


def _failed(code: str, message: str) -> DocumentRenderFailed:
    reason = Reason(code=code, message=message)
    return DocumentRenderFailed(invoice_id=plain().invoice_id, version=1, reason=reason)


async def test_a_document_is_rendered_kept_and_announced(bus: RecordingBus, store: DocumentStore) -> None:
    handler, renderer = _handler(bus, store, PDF)

    assert await handler(command(plain())) == Ack()

    assert renderer.jobs == [plain()]
    assert renderer.logos == [None]
    assert await store.get(REFERENCE) == PDF
    assert _results(bus) == [RENDERED]


async def test_the_result_continues_the_story_of_its_command(bus: RecordingBus, store: DocumentStore) -> None:
    handler, _ = _handler(bus, store, PDF)
    delivery = command(plain())

    await handler(delivery)

    result = bus.published[0]
    assert result.type == "results.document.rendered.v1"
    assert result.source == "urn:factures:render_service"
    assert (result.subject, result.causationid, result.correlationid) == ("00004", "m-1", "c-1")
    assert result.traceparent == delivery.envelope.traceparent


async def test_what_is_kept_already_is_announced_without_rendering(
    bus: RecordingBus, store: DocumentStore
) -> None:
    await store.put(key_of(plain()), PDF)
    handler, renderer = _handler(bus, store)

    assert await handler(command(plain())) == Ack()

    assert renderer.jobs == []
    assert _results(bus) == [RENDERED]


async def test_a_form_that_is_no_more_still_finds_its_documents(
    bus: RecordingBus, store: DocumentStore
) -> None:
    old = plain(template="standard-0")
    await store.put(key_of(old), PDF)
    handler, _ = _handler(bus, store)

    assert await handler(command(old)) == Ack()

    assert isinstance(_results(bus)[0], DocumentRendered)


async def test_a_redelivery_is_the_same_message(bus: RecordingBus, store: DocumentStore) -> None:
    handler, _ = _handler(bus, store, PDF)

    await handler(command(plain()))
    await handler(command(plain(), attempt=2))

    first, second = bus.published
    assert (first.id, first.fingerprint()) == (second.id, second.fingerprint())


async def test_another_command_or_another_answer_is_another_message(
    bus: RecordingBus, store: DocumentStore
) -> None:
    unprintable = (Unprintable("bad_logo", "no"), Unprintable("bad_columns", "no"))
    handler, _ = _handler(bus, store, *unprintable, PDF)

    for message_id in ("m-1", "m-1", "m-1", "m-2"):
        await handler(command(plain(), message_id=message_id))

    assert len({envelope.id for envelope in bus.published}) == 4


async def test_when_two_render_at_once_both_announce_what_was_kept(
    bus: RecordingBus, store: DocumentStore
) -> None:
    class Rival(ScriptedRenderer):
        async def render(self, snapshot: object, logo: object, form: object) -> bytes:
            await store.put(key_of(plain()), PDF)
            return b"%PDF-1.7 by another release of a library"

    handler = RenderHandler(Rival(), store, bus, OwnForms(None), attempts=3)

    assert await handler(command(plain())) == Ack()

    assert _results(bus) == [RENDERED]


async def test_an_edited_form_is_another_document_and_the_first_one_stays(
    bus: RecordingBus, store: DocumentStore, tmp_path: Path
) -> None:
    snapshot = plain(template="ours")
    folder = own_form(tmp_path, "ours")
    renderer = ScriptedRenderer(PDF, b"%PDF-1.7 of another form")
    handler = RenderHandler(renderer, store, bus, OwnForms(tmp_path), attempts=3)

    for message_id in ("m-1", "m-2"):
        assert await handler(command(snapshot, message_id=message_id)) == Ack()
    (folder / "invoice.css").write_text("p { color: red }")
    assert await handler(command(snapshot, message_id="m-3")) == Ack()

    first, again, edited = (
        result.document for result in _results(bus) if isinstance(result, DocumentRendered)
    )
    assert first == again
    assert edited.key != first.key
    assert await store.get(first) == PDF
    assert [form.files["invoice.css"] for form in renderer.forms if form] == [b"", b"p { color: red }"]


async def test_a_form_that_is_not_there_is_the_documents_end_only(
    bus: RecordingBus, store: DocumentStore, tmp_path: Path
) -> None:
    handler = RenderHandler(ScriptedRenderer(), store, bus, OwnForms(tmp_path), attempts=3)

    assert await handler(command(plain(template="ours"))) == Ack()

    assert _results(bus) == [_failed("unknown_template", "there is no form named 'ours'")]


async def test_the_logo_is_fetched_and_handed_over(bus: RecordingBus, store: DocumentStore) -> None:
    snapshot = with_logo(await store.put("logos/a.svg", b"<svg/>"))
    handler, renderer = _handler(bus, store, PDF)

    assert await handler(command(snapshot)) == Ack()

    assert renderer.logos == [b"<svg/>"]
    assert isinstance(_results(bus)[0], DocumentRendered)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"key": "logos/b.svg"}, "no document 'logos/b.svg' in the store"),
        ({"key": "../passwd"}, "'../passwd' is no document key"),
        ({"sha256": "0" * 64}, "document 'logos/a.svg' is not what its reference says"),
        ({"size": 7}, "document 'logos/a.svg' is not what its reference says"),
        ({"size": 300_001}, "it has 300001 bytes, and 300000 are allowed"),
    ],
)
async def test_without_its_logo_no_document(
    bus: RecordingBus, store: DocumentStore, change: dict[str, str | int], why: str
) -> None:
    logo = await store.put("logos/a.svg", b"<svg/>")
    snapshot = with_logo(logo.model_copy(update=change))
    handler, renderer = _handler(bus, store)

    assert await handler(command(snapshot)) == Ack()

    (result,) = _results(bus)
    assert isinstance(result, DocumentRenderFailed)
    assert result.reason.code == "bad_logo"
    assert result.reason.message.startswith(f"the logo can't be printed: {why}")
    assert renderer.jobs == []
    assert await store.find(key_of(snapshot)) is None


async def test_a_document_that_is_kept_needs_no_logo_any_more(
    bus: RecordingBus, store: DocumentStore
) -> None:
    snapshot = with_logo(DocumentRef(key="logos/gone.svg", sha256="0" * 64, size=6))
    await store.put(key_of(snapshot), PDF)
    handler, _ = _handler(bus, store)

    assert await handler(command(snapshot)) == Ack()

    assert isinstance(_results(bus)[0], DocumentRendered)


@pytest.mark.parametrize("code", ["unknown_template", "bad_logo", "bad_columns", "render_failed"])
async def test_what_cannot_be_printed_fails_at_once(
    bus: RecordingBus, store: DocumentStore, code: str
) -> None:
    handler, _ = _handler(bus, store, Unprintable(code, "why not"))

    assert await handler(command(plain())) == Ack()

    assert _results(bus) == [_failed(code, "why not")]
    assert await store.find(key_of(plain())) is None


@pytest.mark.parametrize(
    ("death", "code", "message"),
    [
        (RenderTimedOut(25), "render_timeout", "rendering took more than 25 s and was stopped"),
        (RenderCrashed("SIGKILL"), "render_crashed", "rendering died: SIGKILL"),
    ],
)
async def test_a_document_that_kills_its_process_is_tried_again_then_fails(
    bus: RecordingBus, store: DocumentStore, death: Exception, code: str, message: str
) -> None:
    handler, _ = _handler(bus, store, death, death, death, attempts=3)

    outcomes = [await handler(command(plain(), attempt=attempt)) for attempt in (1, 2, 3)]

    assert outcomes == [Retry(message), Retry(message), Ack()]
    assert _results(bus) == [_failed(code, message)]


async def test_the_machines_trouble_is_never_the_documents(bus: RecordingBus, store: DocumentStore) -> None:
    handler, _ = _handler(bus, store, ChildUnavailable("no memory"))

    assert await handler(command(plain(), attempt=9)) == Retry(
        "no rendering process could be started: no memory"
    )
    assert bus.published == []


@pytest.mark.parametrize("method", ["find", "get", "put"])
async def test_a_store_that_is_down(
    bus: RecordingBus, store: DocumentStore, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    snapshot = with_logo(await store.put("logos/a.svg", b"<svg/>"))

    async def down(document: object, *_: object) -> None:
        raise StoreUnavailable(str(document), "timed out")

    monkeypatch.setattr(store, method, down)
    handler, _ = _handler(bus, store, PDF)

    outcome = await handler(command(snapshot, attempt=9))

    assert isinstance(outcome, Retry)
    assert "timed out" in outcome.reason
    assert bus.published == []


async def test_a_result_that_the_bus_does_not_take(bus: RecordingBus, store: DocumentStore) -> None:
    bus.failures.append(ConfirmUnknown("m", "no confirm came"))
    handler, renderer = _handler(bus, store, PDF)

    assert isinstance(await handler(command(plain())), Retry)
    assert await handler(command(plain(), attempt=2)) == Ack()

    assert len(renderer.jobs) == 1
    assert _results(bus) == [RENDERED]


async def test_a_type_that_nobody_knows(bus: RecordingBus, store: DocumentStore) -> None:
    handler, _ = _handler(bus, store)
    delivery = command(plain())
    stranger = delivery.envelope.model_copy(update={"type": "commands.document.render.v9"})

    outcome = await handler(type(delivery)(stranger, delivery.queue, 1))

    assert isinstance(outcome, DeadLetter)
    assert "commands.document.render.v9" in outcome.reason


async def test_a_message_for_another_service(bus: RecordingBus, store: DocumentStore) -> None:
    handler, _ = _handler(bus, store)
    delivery = command(plain())
    update = {"type": "results.document.rendered.v1", "data": RENDERED.model_dump(mode="json")}

    outcome = await handler(type(delivery)(delivery.envelope.model_copy(update=update), delivery.queue, 1))

    assert outcome == DeadLetter("results.document.rendered.v1 is not for this service")


async def test_a_command_that_is_none(bus: RecordingBus, store: DocumentStore) -> None:
    handler, _ = _handler(bus, store)
    delivery = command(plain())
    data = delivery.envelope.data | {"version": "secret of a customer"}

    outcome = await handler(
        type(delivery)(delivery.envelope.model_copy(update={"data": data}), delivery.queue, 1)
    )

    assert isinstance(outcome, DeadLetter)
    assert "version" in outcome.reason
    assert "secret" not in outcome.reason


async def test_a_preview_that_a_later_one_has_overtaken_is_neither_made_nor_answered(
    bus: RecordingBus, store: DocumentStore
) -> None:
    handler, renderer = _handler(bus, store, PDF, PDF)
    later, earlier = plain(version=7, number="PF-7"), plain(version=6, number="PF-6")

    for number, delivery in enumerate(
        (
            command(later, preview=True),
            command(earlier, preview=True, message_id="m-2"),
            command(earlier, message_id="m-3"),
        )
    ):
        assert await handler(delivery) == Ack(), number

    assert renderer.jobs == [later, earlier]
    assert [envelope.causationid for envelope in bus.published] == ["m-1", "m-3"]


async def test_the_next_is_rendered_while_the_last_is_kept(
    bus: RecordingBus, store: DocumentStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler, renderer = _handler(bus, store, PDF, PDF)
    keep, slow = store.put, asyncio.Event()

    async def kept_slowly(key: str, content: bytes) -> DocumentRef:
        await slow.wait()
        return await keep(key, content)

    monkeypatch.setattr(store, "put", kept_slowly)
    both = asyncio.gather(handler(command(plain())), handler(command(plain(number="PF-2"), message_id="m-2")))
    await until(lambda: len(renderer.jobs) == 2)
    assert bus.published == []
    slow.set()

    assert list(await both) == [Ack(), Ack()]
    assert {envelope.causationid for envelope in bus.published} == {"m-1", "m-2"}
