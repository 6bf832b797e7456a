"""Documents that do harm, and limits to hold them."""

from services.render_service.engine.limits import Limits
from services.render_service.samples import line
from shared.contracts.values import DocumentSnapshot
from tests.unit.render_service.snapshots import plain

MEGABYTE = 1_048_576
ROOMY = Limits(memory_bytes=1024 * MEGABYTE, cpu_seconds=30, wall_seconds=30, jobs=100)


def endless() -> DocumentSnapshot:
    """One word that takes minutes to break into lines."""
    return plain(lines=(line("m" * 500_000, "1", "1.00"),))


def heavy() -> DocumentSnapshot:
    """A description of 30 MB, which is several times that when laid out."""
    return plain(lines=(line("m " * 15_000_000, "1", "1.00"),))


def small(number: int = 1) -> DocumentSnapshot:
    """Quick to render."""
    return plain(number=f"{number:05}")
