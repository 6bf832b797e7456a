"""Exchanges, queues and bindings, as data. Both adapters route by it; `factures topology` declares it."""

from dataclasses import dataclass


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
