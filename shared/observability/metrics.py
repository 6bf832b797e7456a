"""Prometheus instruments that every service has; they are fed in middleware, never in handlers."""

from prometheus_client import Counter, Gauge, Histogram

MESSAGES = Counter(
    "factures_messages_total",
    "Deliveries handled, by queue, message type and outcome (ack, retry, dead_letter)",
    ("queue", "type", "outcome"),
)
MESSAGE_SECONDS = Histogram(
    "factures_message_seconds",
    "Time a handler took",
    ("queue", "type"),
    buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60),
)
PUBLISHED = Counter(
    "factures_published_total", "Messages published, by type and outcome", ("type", "outcome")
)
HTTP_SECONDS = Histogram(
    "factures_http_request_seconds",
    "Time a request took",
    ("method", "route", "status"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30),
)
RATE_LIMITED = Counter(
    "factures_rate_limited_total", "Requests refused with 429, by limit (caller, address)", ("limit",)
)
OUTBOX_DEPTH = Gauge("factures_outbox_messages", "Messages waiting in the outbox", ("held",))
OUTBOX_AGE = Gauge("factures_outbox_oldest_seconds", "Age of the oldest message that could be published")
LIVE_LISTENERS = Gauge("factures_live_listeners", "Browsers and clients that are told what happens")
