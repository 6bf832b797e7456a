"""How a path is compared with its limit: by turns, several rounds, medians (docs/adr/0023)."""

import statistics
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from bench.system import System


class Measured(Protocol):
    """A path and its limit, ready: each call does the work of one round and says how many a second that was."""

    async def ours(self) -> float:
        """Through the system."""

    async def limit(self) -> float:
        """By the bare program."""


@dataclass(frozen=True, slots=True)
class Path:
    """What is measured. `floor`: the least that ours shall be of the limit. `count`: things a round."""

    name: str
    limit: str
    floor: float
    count: int
    quick_count: int
    ready: "Ready"


class Ready(Protocol):
    """Makes a path ready: so many things a round; what it needs runs while inside."""

    def __call__(self, system: System, count: int) -> AbstractAsyncContextManager[Measured]:
        """See the class."""


@dataclass(frozen=True, slots=True)
class Result:
    """Rates of each round (a second): ours, and the limit's of the same round."""

    path: Path
    rounds: tuple[tuple[float, float], ...]

    @property
    def ratio(self) -> float:
        """The median of the rounds' ratios."""
        return statistics.median(ours / limit for ours, limit in self.rounds)

    @property
    def spread(self) -> tuple[float, float]:
        """The lowest and the highest ratio of a round."""
        ratios = [ours / limit for ours, limit in self.rounds]
        return min(ratios), max(ratios)

    @property
    def ours(self) -> float:
        """The median rate."""
        return statistics.median(ours for ours, _ in self.rounds)

    @property
    def bare(self) -> float:
        """The median rate of the limit."""
        return statistics.median(limit for _, limit in self.rounds)

    @property
    def held(self) -> bool:
        """Whether it is as much of the limit as it shall be."""
        return self.ratio >= self.path.floor


async def measure(path: Path, system: System, *, rounds: int, quick: bool) -> Result:
    """Measure a path by turns, each round in the other order; a round that is not counted comes first."""
    async with path.ready(system, path.quick_count if quick else path.count) as measured:
        await measured.limit()
        await measured.ours()
        taken = []
        for number in range(rounds):
            if number % 2:
                ours = await measured.ours()
                taken.append((ours, await measured.limit()))
            else:
                limit = await measured.limit()
                taken.append((await measured.ours(), limit))
    return Result(path, tuple(taken))
