"""How a rendering ends is counted, and its cost."""

import pytest
from prometheus_client import REGISTRY

from services.render_service.errors import (
    ChildUnavailable,
    RenderCrashed,
    RenderError,
    RenderTimedOut,
    Unprintable,
)
from services.render_service.measured import rendering


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0


def test_a_printed_document_counts_with_its_pages() -> None:
    before = [value("factures_renders_total", outcome="printed"), value("factures_render_pages_total")]

    with rendering() as measure:
        measure.pages = 3

    after = [value("factures_renders_total", outcome="printed"), value("factures_render_pages_total")]
    assert [b - a for a, b in zip(before, after, strict=True)] == [1, 3]


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (Unprintable("bad_logo", "why"), "unprintable"),
        (RenderTimedOut(1), "timed_out"),
        (RenderCrashed("how"), "crashed"),
        (ChildUnavailable("why"), "no_child"),
    ],
)
def test_what_is_not_printed_is_counted_by_why(error: RenderError, outcome: str) -> None:
    before = [value("factures_renders_total", outcome=outcome), value("factures_render_seconds_count")]

    with pytest.raises(type(error)), rendering():
        raise error

    assert value("factures_renders_total", outcome=outcome) == before[0] + 1
    assert value("factures_render_seconds_count") == before[1]
