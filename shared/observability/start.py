"""How far a process has come that waits, as it starts, for what it stands on."""

from shared.observability.health import NotReady


class CannotStart(Exception):
    """What the process was told or has found can't work, however long it waits. The sentence says why."""


class Start:
    """A check of `/readyz` that says what a starting process waits for, and holds once it has begun."""

    def __init__(self) -> None:
        self.waiting: str | None = "it is starting"

    def waits(self, why: str) -> None:
        """Something that it needs is not there yet. Of a process that has begun, others tell."""
        if self.waiting is not None:
            self.waiting = why

    def begun(self) -> None:
        """All is there: the work has begun."""
        self.waiting = None

    async def over(self) -> bool:
        """The check.

        Raises:
            NotReady: it waits, and for what.
        """
        if self.waiting is not None:
            raise NotReady(self.waiting)
        return True


def at_work() -> Start:
    """A start that is over: of what nobody waits for."""
    start = Start()
    start.begun()
    return start
