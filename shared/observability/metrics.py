"""Prometheus instruments that several services have; they are fed in middleware, never in handlers.

What one service alone measures is in its own `measured` module. docs/observability.md lists them all.
"""

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
MESSAGE_LAG_SECONDS = Histogram(
    "factures_message_lag_seconds",
    "Time from the publishing of a message to its first handling",
    ("queue", "type"),
    buckets=(0.01, 0.05, 0.25, 1, 2.5, 5, 15, 60, 300, 1800),
)
PUBLISHED = Counter(
    "factures_published_total",
    "Messages published, by type and outcome (confirmed, unroutable, refused, unknown)",
    ("type", "outcome"),
)
HTTP_SECONDS = Histogram(
    "factures_http_request_seconds",
    "Time a request took, by method, route pattern and status",
    ("method", "route", "status"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30),
)
RATE_LIMITED = Counter(
    "factures_rate_limited_total", "Requests refused with 429, by limit (caller, address)", ("limit",)
)
OUTBOX_DEPTH = Gauge(
    "factures_outbox_messages", "Messages waiting in the outbox, held back by a switch or not", ("held",)
)
SWEPT = Counter(
    "factures_swept_steps_total",
    "Pending steps that nobody answered, by step and what the sweep did (asked, given_up, answered)",
    ("step", "outcome"),
)
BATCH_WAITING = Gauge("factures_batch_waiting_invoices", "Invoices of batches that wait for their turn")
BATCHED = Counter(
    "factures_batch_invoices_total",
    "Invoices of batches that are done, by action and outcome (succeeded, skipped, failed)",
    ("action", "outcome"),
)
OUTBOX_AGE = Gauge("factures_outbox_oldest_seconds", "Age of the oldest message that could be published")
LIVE_LISTENERS = Gauge("factures_live_listeners", "Browsers and clients that are told what happens")
PARKED = Gauge("factures_parked_messages", "Parked messages that wait for a person, by kind", ("kind",))
DATABASE_CONNECTIONS = Gauge(
    "factures_database_connections", "Connections of a pool, by state (idle, used)", ("pool", "state")
)
DATABASE_CONNECTIONS_LIMIT = Gauge(
    "factures_database_connections_limit", "How many connections a pool may have", ("pool",)
)
DATABASE_WAIT_SECONDS = Histogram(
    "factures_database_wait_seconds",
    "Time until a connection of the pool was free",
    ("pool",),
    buckets=(0.001, 0.005, 0.02, 0.1, 0.5, 2.5, 10),
)
DATABASE_BUSY = Counter(
    "factures_database_busy_total", "How often no connection of the pool came free in time", ("pool",)
)
READY = Gauge("factures_ready", "Whether what the process needs holds, asked at each scrape", ("check",))
