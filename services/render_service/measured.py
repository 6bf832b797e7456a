"""What rendering costs and how it ends, for Prometheus."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from prometheus_client import Counter, Histogram

from services.render_service.errors import RenderCrashed, RenderError, RenderTimedOut, Unprintable
from shared.observability.tracing import span

RENDERS = Counter(
    "factures_renders_total",
    "Documents rendered, by outcome (printed, unprintable, timed_out, crashed, no_child)",
    ("outcome",),
)
RENDER_SECONDS = Histogram(
    "factures_render_seconds",
    "Time that a rendering process took for a document",
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25),
)
RENDER_PAGES = Counter("factures_render_pages_total", "Pages printed")


@dataclass
class Rendering:
    """One rendering under way; its `pages` are said once there is a PDF."""

    pages: int = 0


@contextmanager
def rendering() -> Iterator[Rendering]:
    """Measure what is inside, from a free process to the PDF."""
    measure = Rendering()
    started = time.perf_counter()
    try:
        with span("render") as current:
            yield measure
            current.tell(factures__pages=measure.pages)
    except RenderError as error:
        RENDERS.labels(_outcome(error)).inc()
        raise
    RENDERS.labels("printed").inc()
    RENDER_SECONDS.observe(time.perf_counter() - started)
    RENDER_PAGES.inc(measure.pages)


def _outcome(error: RenderError) -> str:
    if isinstance(error, Unprintable):
        return "unprintable"
    if isinstance(error, RenderTimedOut):
        return "timed_out"
    return "crashed" if isinstance(error, RenderCrashed) else "no_child"
