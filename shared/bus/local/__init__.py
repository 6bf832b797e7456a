"""The bus on PostgreSQL, for a shop that runs everything in one process."""

from shared.bus.local.bus import LocalBus
from shared.bus.local.install import install

__all__ = ["LocalBus", "install"]
