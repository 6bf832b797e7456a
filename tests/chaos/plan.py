"""What is done to a deployment, and when: a list of faults that a seed decides, the same each time."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

SERVICES = ("api", "relay", "consumer", "consumer-2", "render", "mailer", "accounting")
POSTGRESQL = "postgresql"
RABBITMQ = "rabbitmq"
SMTP = "smtp"
HTTP = "http"
"""The way from the clients to the API; the others lead from the services to a server."""
LINKS = (POSTGRESQL, RABBITMQ, SMTP, HTTP)


class Kind(Enum):
    """What a fault is; a value is how the plan and the verdict call it."""

    KILL = "kill -9"
    """Ended at once, and started again after the fault's seconds."""
    PAUSE = "pause"
    """SIGSTOP, and SIGCONT after the fault's seconds: alive, connected, silent."""
    DROP = "drop"
    """Every connection is cut, new ones too, while it lasts."""
    DELAY = "delay"
    """Everything takes longer, both ways, while it lasts."""
    BLACKHOLE = "blackhole"
    """Nothing passes and nobody is told. A connection that it swallowed stays dead."""
    CUT_REPLIES = "cut replies"
    """A commit, a confirm, a mail that was taken, a request: done, and the connection is cut instead of saying so."""


# For how long each lasts, in seconds: from, to.
_SECONDS = {
    Kind.KILL: (0.2, 2.5),
    Kind.PAUSE: (1.0, 5.0),
    Kind.DROP: (0.5, 3.0),
    Kind.DELAY: (2.0, 6.0),
    Kind.BLACKHOLE: (2.0, 6.0),
    Kind.CUT_REPLIES: (1.0, 3.0),
}
_OF_LINKS = (Kind.DROP, Kind.DELAY, Kind.BLACKHOLE, Kind.CUT_REPLIES)
EVERY_FAULT = (
    (Kind.KILL, POSTGRESQL),
    (Kind.KILL, RABBITMQ),
    (Kind.PAUSE, POSTGRESQL),
    (Kind.PAUSE, RABBITMQ),
    *((kind, service) for service in SERVICES for kind in (Kind.KILL, Kind.PAUSE)),
    *((kind, link) for link in LINKS for kind in _OF_LINKS),
)
TARGETS = frozenset(target for _, target in EVERY_FAULT)
_FIRST_AT = 2.0
_NARROWEST, _WIDEST = 0.4, 1.6  # of the mean, between the beginnings of two faults


@dataclass(frozen=True, slots=True)
class Fault:
    """`kind` of `target`, from second `at` of the load, for `seconds`."""

    at: float
    kind: Kind
    target: str
    seconds: float

    @property
    def ends(self) -> float:
        """The second of the load at which it is over."""
        return self.at + self.seconds

    def __str__(self) -> str:
        return f"{self.at:7.1f} s  {self.kind.value:<11} {self.target:<11} for {self.seconds:.1f} s"


def planned(seed: int, seconds: float, *, gap: float = 2.5) -> tuple[Fault, ...]:
    """The faults of so many seconds of load; one begins about every `gap` seconds.

    Every fault there is comes once before any comes again. A target has one fault at a time; different targets
    may have theirs together.
    """
    dice = random.Random(seed)  # noqa: S311 - a plan to be repeated, not a secret
    coming = _shuffled_without_end(dice)
    held_back: list[tuple[Kind, str]] = []
    free_at: dict[str, float] = {}
    faults: list[Fault] = []
    at = _FIRST_AT
    while True:
        free = {name for name in TARGETS if free_at.get(name, 0.0) <= at}
        kind, target = _next(coming, held_back, free)
        fault = Fault(round(at, 1), kind, target, round(dice.uniform(*_SECONDS[kind]), 1))
        if fault.ends > seconds:
            return tuple(faults)
        faults.append(fault)
        # It needs some time to come back, or it would never be there to be hit.
        free_at[target] = fault.ends + 2 * gap
        at += gap * dice.uniform(_NARROWEST, _WIDEST)


def missing_kinds(faults: Iterable[Fault]) -> set[str]:
    """The kinds of faults, and the servers to be killed, that a plan leaves out."""
    wanted = {kind.value for kind in Kind} | {f"kill -9 {server}" for server in (POSTGRESQL, RABBITMQ)}
    faults = tuple(faults)
    return wanted - {one.kind.value for one in faults} - {f"{one.kind.value} {one.target}" for one in faults}


def _shuffled_without_end(dice: random.Random) -> Iterator[tuple[Kind, str]]:
    while True:
        bag = list(EVERY_FAULT)
        dice.shuffle(bag)
        yield from bag


def _next(
    coming: Iterator[tuple[Kind, str]], held_back: list[tuple[Kind, str]], free: set[str]
) -> tuple[Kind, str]:
    for index, one in enumerate(held_back):
        if one[1] in free:
            return held_back.pop(index)
    while (one := next(coming))[1] not in free:
        held_back.append(one)
    return one
