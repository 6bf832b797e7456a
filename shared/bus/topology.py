"""Exchanges, queues and bindings, as data. Both adapters route by it; `factures topology` declares it."""

import datetime as dt
from dataclasses import dataclass

from shared.bus.retry import label


@dataclass(frozen=True, slots=True)
class Exchange:
    """A named exchange; `kind` is topic, direct or fanout."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Queue:
    """A work queue and what is bound to it: (exchange, routing key)."""

    name: str
    bindings: tuple[tuple[str, str], ...]


EXCHANGES = (
    Exchange("production", "topic"),
    Exchange("commands", "direct"),
    Exchange("results", "topic"),
    Exchange("events", "topic"),
)
DEAD_LETTER_EXCHANGE = Exchange("dead_letters", "fanout")
DEAD_LETTER_QUEUE = "dead_letters"

DELIVERY_LIMIT = 50
"""How often a message may come back because its consumer died, before it is parked as `delivery_limit`.

For crash loops only, and high: healthy messages age too when the process beside them dies."""

PRODUCTION = "invoice.production"
RESULTS = "invoice.results"
RENDER = "render.interactive"
RENDER_BULK = "render.bulk"
EMAIL = "mailer.email"
TRANSFER = "accounting.transfer"

QUEUES = (
    Queue(
        PRODUCTION,
        (("production", "job.completed"), ("production", "job.updated"), ("production", "customer.updated")),
    ),
    Queue(RESULTS, (("results", "document.*"), ("results", "email.*"), ("results", "accounting.*"))),
    Queue(RENDER, (("commands", "document.render"),)),
    Queue(RENDER_BULK, (("commands", "document.render.bulk"),)),
    Queue(EMAIL, (("commands", "email.send"),)),
    Queue(TRANSFER, (("commands", "accounting.transfer"),)),
)


def retry_queue(queue: str, delay: dt.timedelta) -> str:
    """The name of the queue in which a message of `queue` waits for `delay`."""
    return f"{queue}.retry.{label(delay)}"


def matches(pattern: str, routing_key: str) -> bool:
    """Whether a topic pattern (`*` one word, `#` any number) takes a routing key."""

    def match(pattern_words: list[str], words: list[str]) -> bool:
        if not pattern_words:
            return not words
        if pattern_words[0] == "#":
            return any(match(pattern_words[1:], words[skip:]) for skip in range(len(words) + 1))
        return bool(words) and pattern_words[0] in ("*", words[0]) and match(pattern_words[1:], words[1:])

    return match(pattern.split("."), routing_key.split("."))


def queues_for(exchange: str, routing_key: str) -> tuple[str, ...]:
    """The names of the work queues that a message published so reaches."""
    return tuple(
        queue.name
        for queue in QUEUES
        if any(bound == exchange and matches(key, routing_key) for bound, key in queue.bindings)
    )
