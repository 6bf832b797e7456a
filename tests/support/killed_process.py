"""Run a service that is killed (SIGKILL) at an exact point: right before or right after one of its functions.

`python -m tests.support.killed_process after services.mailer.smtp:Session.hand_over -- services.mailer`
patches the method, then runs the service's own `main` with what follows its name. Product code knows nothing
of it. Says on standard error where it dies, so that a test can tell this death from any other.
"""

import functools
import importlib
import inspect
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

LAST_WORDS = "killed by the test"


def _die(moment: str, point: str) -> None:
    sys.stderr.write(f'{{"event": "{LAST_WORDS}", "moment": "{moment} {point}"}}\n')
    sys.stderr.flush()
    os.kill(os.getpid(), signal.SIGKILL)


def _deadly(function: Callable[..., Any], moment: str, point: str) -> Callable[..., Any]:
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def awaited(*arguments: object, **keywords: object) -> object:
            if moment == "before":
                _die(moment, point)
            result = await function(*arguments, **keywords)
            _die(moment, point)
            return result

        return awaited

    @functools.wraps(function)
    def called(*arguments: object, **keywords: object) -> object:
        if moment == "before":
            _die(moment, point)
        result = function(*arguments, **keywords)
        _die(moment, point)
        return result

    return called


def _arm(moment: str, point: str) -> None:
    if moment not in ("before", "after"):
        raise ValueError(moment)
    module, _, path = point.partition(":")
    *owners, name = path.split(".")
    owner: Any = importlib.import_module(module)
    for part in owners:
        owner = getattr(owner, part)
    setattr(owner, name, _deadly(getattr(owner, name), moment, point))


def main(arguments: list[str]) -> None:
    """Arm it, and run the service."""
    moment, point, _, service, *rest = arguments
    _arm(moment, point)
    sys.exit(importlib.import_module(f"{service}.__main__").main(rest))


if __name__ == "__main__":
    main(sys.argv[1:])
