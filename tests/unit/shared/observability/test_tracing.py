"""Spans: off they pass on what they were given; on they say little, and never what must not leave."""

import importlib
from types import ModuleType

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from shared.bus.middleware import handle, publishing
from shared.bus.outcome import DeadLetter
from shared.bus.retry import RetryPolicy
from shared.observability.opentelemetry import OpenTelemetryTracer, sending_to
from shared.observability.tracing import TracingNotInstalled, configure_tracing, span, trace_id, traced_by
from tests.support.messages import Recorder, envelope

SAMPLED = 1
GIVEN = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.fixture
def exported() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def tracer(exported: InMemorySpanExporter) -> OpenTelemetryTracer:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exported))
    return OpenTelemetryTracer(provider)


def only(exported: InMemorySpanExporter) -> ReadableSpan:
    (made,) = exported.get_finished_spans()
    return made


@pytest.mark.parametrize("parent", [GIVEN, None])
def test_off_a_span_passes_on_what_it_was_given(parent: str | None) -> None:
    with span("work", "server", parent=parent) as current:
        current.tell(pages=1)
        current.fail("nothing")

    assert current.traceparent == parent


def test_off_a_message_is_published_as_it_is() -> None:
    message = envelope()
    with publishing(message) as published:
        assert published is message


def test_it_goes_on_with_the_trace_of_the_caller(
    tracer: OpenTelemetryTracer, exported: InMemorySpanExporter
) -> None:
    with traced_by(tracer), span("work", "server", parent=GIVEN, http__route="/x") as current, span("part"):
        pass

    inner, outer = exported.get_finished_spans()
    assert trace_id(current.traceparent) == trace_id(GIVEN)
    assert inner.parent is not None
    assert inner.parent.span_id == outer.context.span_id
    assert dict(outer.attributes or {}) == {"http.route": "/x"}


def test_what_comes_in_begins_anew_wherever_its_task_was_born(
    tracer: OpenTelemetryTracer, exported: InMemorySpanExporter
) -> None:
    with traced_by(tracer), span("work"), span("comes in", "consumer"):
        pass

    assert exported.get_finished_spans()[0].parent is None


def test_an_error_is_told_by_its_class_alone(
    tracer: OpenTelemetryTracer, exported: InMemorySpanExporter
) -> None:
    with pytest.raises(ValueError, match="secret"), traced_by(tracer), span("work"):
        raise ValueError("secret-4111")

    made = only(exported)
    assert (made.status.status_code, made.status.description) == (StatusCode.ERROR, "ValueError")
    assert "4111" not in made.to_json()


async def test_a_handler_goes_on_with_its_delivery(
    tracer: OpenTelemetryTracer, exported: InMemorySpanExporter
) -> None:
    handler = Recorder(DeadLetter("no"))
    message = envelope().model_copy(update={"traceparent": GIVEN})

    with traced_by(tracer):
        await handle(handler, RetryPolicy(), queue="q", body=message.encode(), attempt=2)

    made, (delivery,) = only(exported), handler.deliveries
    assert delivery.envelope.traceparent == f"00-{trace_id(GIVEN)}-{made.context.span_id:016x}-01"
    assert delivery.envelope.fingerprint() == message.fingerprint()
    assert made.status.status_code is StatusCode.ERROR
    assert (made.attributes or {})["factures.attempt"] == 2


@pytest.mark.parametrize("text", [None, "", "nonsense"])
def test_what_is_no_traceparent_has_no_id(text: str | None) -> None:
    assert trace_id(text) is None


def test_without_the_extra_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> ModuleType:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(importlib, "import_module", absent)

    configure_tracing("api", None, 1)
    with pytest.raises(TracingNotInstalled, match="extra `tracing`"):
        configure_tracing("api", "http://127.0.0.1:1", 1)


def test_of_the_traces_that_begin_here_a_part_is_kept() -> None:
    tracer = sending_to("http://127.0.0.1:1/", service="api", ratio=0)
    with traced_by(tracer), span("work", "server") as dropped, span("part"):
        pass

    assert dropped.traceparent is not None
    assert int(dropped.traceparent[-2:], 16) & SAMPLED == 0
