"""Spans by OpenTelemetry, sent to a collector. Imported only when traces are wanted (the extra `tracing`)."""

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from shared.observability.tracing import Attributes, Kind

_PROPAGATOR = TraceContextTextMapPropagator()
_ENTRIES = ("server", "consumer")


class OpenTelemetrySpan:
    """See `tracing.Span`. Made while its span is the current one."""

    def __init__(self, made: Span) -> None:
        carrier: dict[str, str] = {}
        _PROPAGATOR.inject(carrier)
        self.traceparent = carrier.get("traceparent")
        self._made = made

    def tell(self, **attributes: str | int) -> None:
        """See `tracing.Span.tell`."""
        self._made.set_attributes({name.replace("__", "."): value for name, value in attributes.items()})

    def fail(self, why: str) -> None:
        """See `tracing.Span.fail`."""
        self._made.set_status(Status(StatusCode.ERROR, why))


class OpenTelemetryTracer:
    """See `tracing.Tracer`."""

    def __init__(self, provider: TracerProvider) -> None:
        self._tracer = provider.get_tracer("factures")

    @contextmanager
    def span(
        self, name: str, kind: Kind, parent: str | None, attributes: Attributes
    ) -> Iterator[OpenTelemetrySpan]:
        """See `tracing.Tracer.span`."""
        context: Context | None = None
        if parent is not None:
            context = _PROPAGATOR.extract({"traceparent": parent}, Context())
        elif kind in _ENTRIES:
            # What comes in may run in a task that began in the middle of something else.
            context = Context()
        with self._tracer.start_as_current_span(
            name,
            context=context,
            kind=SpanKind[kind.upper()],
            attributes=dict(attributes),
            record_exception=False,  # an exception may quote what must not leave
            set_status_on_exception=False,
        ) as made:
            ours = OpenTelemetrySpan(made)
            try:
                yield ours
            except BaseException as error:
                ours.fail(type(error).__name__)
                raise


def sending_to(endpoint: str, *, service: str, ratio: float) -> OpenTelemetryTracer:
    """A tracer whose spans go to a collector, in batches; what can't be sent is dropped, and holds up nothing."""
    provider = TracerProvider(
        sampler=ParentBased(TraceIdRatioBased(ratio)), resource=Resource.create({SERVICE_NAME: service})
    )
    exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=5)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return OpenTelemetryTracer(provider)
