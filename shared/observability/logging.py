"""Logs: one JSON object a line, with the ids that tie the lines of four services together.

Never bodies, addresses, or keys.
"""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Literal

import structlog


def configure_logging(service: str, *, level: str = "INFO", form: Literal["json", "text"] = "json") -> None:
    """Send the logs of this process, ours and the libraries', to standard error."""
    shared_processors: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[*shared_processors, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared_processors,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # A library's warning is a line like all others, too.
    logging.captureWarnings(capture=True)
    structlog.contextvars.bind_contextvars(service=service)
    sys.excepthook = _log_the_end


def _log_the_end(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    """What ends the process stands in the log like all else, in one line."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, traceback)
    else:
        logging.getLogger(__name__).critical("ended by an error", exc_info=(kind, error, traceback))


@contextmanager
def log_context(**ids: str | None) -> Iterator[None]:
    """Bind ids to every line logged inside; absent ones are left out."""
    with structlog.contextvars.bound_contextvars(**{key: value for key, value in ids.items() if value}):
        yield
