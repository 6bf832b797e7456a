"""Traces: one from an HTTP request through outbox and broker to whatever it causes.

Off until `configure_tracing` is told where to send them; then `shared.observability.opentelemetry` makes them. While
off a span costs nothing and passes on the `traceparent` that it was given.
"""

import importlib
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Literal, Protocol

Kind = Literal["server", "client", "producer", "consumer", "internal"]
Attributes = Mapping[str, str | int]


class Span(Protocol):
    """Something that takes time, as part of a trace."""

    @property
    def traceparent(self) -> str | None:
        """What names it to whoever goes on with the trace (W3C); None: there is no trace."""

    def tell(self, **attributes: str | int) -> None:
        """Add what is known by now. Never bodies, addresses or keys."""

    def fail(self, why: str) -> None:
        """Mark it as failed; `why` is a word of ours."""


class Tracer(Protocol):
    """Makes spans."""

    def span(
        self, name: str, kind: Kind, parent: str | None, attributes: Attributes
    ) -> AbstractContextManager[Span]:
        """A span for as long as the block lasts.

        `parent`: the traceparent to go on with; None: what is going on in this task, or, where work comes in
        (`server`, `consumer`), a new trace.
        """


class TracingNotInstalled(Exception):
    """Traces are wanted, and what makes them is not there."""

    def __init__(self) -> None:
        super().__init__(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, and the extra `tracing` is not installed:"
            " pip install 'factures[tracing]'"
        )


class _Untraced:
    """The span that is none."""

    def __init__(self, traceparent: str | None) -> None:
        self.traceparent = traceparent

    def tell(self, **attributes: str | int) -> None:
        pass

    def fail(self, why: str) -> None:
        pass


class _Off:
    """The tracer that makes none."""

    @contextmanager
    def span(self, _name: str, _kind: Kind, parent: str | None, _attributes: Attributes) -> Iterator[Span]:
        yield _Untraced(parent)


class _Chosen:
    def __init__(self) -> None:
        self.tracer: Tracer = _Off()


_chosen = _Chosen()


def span(
    name: str, kind: Kind = "internal", *, parent: str | None = None, **attributes: str | int
) -> AbstractContextManager[Span]:
    """A span for as long as the block lasts; see `Tracer.span`. An attribute's `__` stands for a dot."""
    named = {key.replace("__", "."): value for key, value in attributes.items()}
    return _chosen.tracer.span(name, kind, parent, named)


def trace_id(traceparent: str | None) -> str | None:
    """The id of the trace, for logs."""
    return traceparent.split("-")[1] if traceparent and traceparent.count("-") >= 3 else None


def configure_tracing(service: str, endpoint: str | None, ratio: float) -> None:
    """Send the traces of this process to a collector (OTLP over HTTP); None: make none.

    `ratio`: how many of the traces that begin here are kept, 0 to 1.

    Raises:
        TracingNotInstalled: the extra `tracing` is not there.
    """
    if endpoint is None:
        return
    try:
        # By name: whoever makes no traces need not have the library.
        maker = importlib.import_module("shared.observability.opentelemetry")
    except ImportError as error:
        raise TracingNotInstalled from error
    _chosen.tracer = maker.sending_to(endpoint, service=service, ratio=ratio)


@contextmanager
def traced_by(tracer: Tracer) -> Iterator[None]:
    """Let spans be made by this tracer while inside (tests)."""
    before, _chosen.tracer = _chosen.tracer, tracer
    try:
        yield
    finally:
        _chosen.tracer = before
