"""What the invoice service is made of: the only module that knows concrete classes.

Three parts, each a process of its own or all in one: the API, the relay, the consumer.
"""

import datetime as dt
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.resources import files
from typing import Any

from aiohttp import web

from services.invoice_service.api.app import create_app
from services.invoice_service.api.auth import Authenticator
from services.invoice_service.api.server import listening
from services.invoice_service.api.services import ApiServices
from services.invoice_service.api.tokens import GatewayTokens, TokenRules, key_set_at
from services.invoice_service.application.answers import Answers, Hints
from services.invoice_service.application.book_checks import booked_lines, with_findings
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.transactions import (
    Transactions,
)
from services.invoice_service.application.sweep import Patience
from services.invoice_service.application.verify import Report, verify
from services.invoice_service.domain.audit_chain import Head
from services.invoice_service.messaging.alerting import AlertMailer
from services.invoice_service.messaging.batches import BatchRunner
from services.invoice_service.messaging.book_checker import BookChecker
from services.invoice_service.messaging.chores import Chores
from services.invoice_service.messaging.inbound import Inbound
from services.invoice_service.messaging.live import LiveFeed
from services.invoice_service.messaging.relay import Relay
from services.invoice_service.messaging.sealer import Sealer
from services.invoice_service.messaging.sweeper import Sweeper
from services.invoice_service.messaging.watching import LOOK_SECONDS, AnswerNotes, QueueWatch
from services.invoice_service.settings import InvoiceSettings
from services.invoice_service.storage.happenings import RecentHappenings
from services.invoice_service.storage.outbox import Outbox
from services.invoice_service.storage.repositories import PostgresUnitOfWork
from services.invoice_service.storage.seals import PostgresChain
from services.invoice_service.storage.transactions import PostgresTransactions
from services.invoice_service.storage.verification import PostgresBooks
from services.invoice_service.web.routes import add_web
from services.invoice_service.web.sessions import Sessions
from shared.bus import topology
from shared.bus.port import Bus, Together, WatchedBus
from shared.documents.store import DocumentStore
from shared.observability.health import Check, Presence
from shared.observability.start import Start
from shared.postgres.pool import Pool, open_pool
from shared.postgres.reaching import explained, reached
from shared.runtime import apart, background

Ledger = Callable[[], Iterable[Mapping[str, Any]]]
"""The lines of accounting's export."""
_TOGETHER = 25
"""Messages of production in one transaction: by then what is shared costs less than what each costs by itself."""
MIGRATIONS = files("services.invoice_service.storage") / "migrations"
OWNER = "invoice_owner"
SERVICE = "invoice_service"


def now() -> dt.datetime:
    """The clock."""
    return dt.datetime.now(dt.UTC)


def transactions_on(pool: Pool) -> Transactions[UnitOfWork]:
    """Transactions whose unit of work is on PostgreSQL."""
    return PostgresTransactions[UnitOfWork](pool, PostgresUnitOfWork)


@asynccontextmanager
async def database(settings: InvoiceSettings, part: str) -> AsyncIterator[Pool]:
    """The pool of one part.

    Raises:
        CannotStart: it can't be used with these settings, or nobody has migrated it.
    """
    pool = await open_pool(
        settings.database_url.get_secret_value(),
        application_name=f"invoice-{part}",
        max_size=settings.pool_size,
        acquire_seconds=settings.pool_acquire_seconds,
        statement_seconds=settings.statement_seconds,
        lock_seconds=settings.lock_seconds,
        sessions_kept=True,
    )
    try:
        with explained():
            yield pool
    finally:
        await pool.close()


@asynccontextmanager
async def reached_database(settings: InvoiceSettings, part: str, start: Start) -> AsyncIterator[Pool]:
    """The pool of one part, once the database is there.

    Raises:
        CannotStart: it can't be used with these settings, or is not of this release.
    """
    async with database(settings, part) as pool:
        await reached(pool, MIGRATIONS, start)
        yield pool


@asynccontextmanager
async def api(
    settings: InvoiceSettings,
    pool: Pool,
    checks: Mapping[str, Check],
    hints: Hints,
    start: Start,
    presence: Presence | None = None,
    ledger: Ledger | None = None,
) -> AsyncIterator[int]:
    """The API on its port, which is what is yielded. Until the database is there it answers, and says that it is not.

    `presence`: told of its coming, and before it goes; None where nobody else could take its requests.
    `ledger`: the export of accounting, where that can be had; None: checks of the books leave it out.

    Raises:
        CannotStart: the database can't be used with these settings, or is not of this release.
    """
    present = presence or Presence()
    live = live_on(pool, settings)
    checker = BookChecker(transactions_on(pool), lambda: apart(lambda: check_all(settings, ledger)))
    services = ApiServices(
        transactions=transactions_on(pool),
        clock=now,
        settings=settings,
        documents=DocumentStore(settings.documents_url),
        live=live,
        after_commit=hints.after_commit,
        answers=hints.answers,
        check_wanted=checker.wake,
        checks=checks,
        start=start,
        presence=present,
    )
    app = application(services)
    async with background("live", live.run), listening(app, settings.host, settings.port) as port:
        await reached(pool, MIGRATIONS, start)
        start.begun()
        present.arrive()
        try:
            async with background("book checks", checker.run):
                yield port
        finally:
            await present.leave(settings.leave_seconds if presence else 0)


def live_on(pool: Pool, settings: InvoiceSettings) -> LiveFeed:
    """What tells pages and clients of an API process what happens; to be run beside it."""
    return LiveFeed(RecentHappenings(pool), poll_seconds=settings.live_poll_seconds)


def application(services: ApiServices) -> web.Application:
    """The API and the pages."""
    sessions = Sessions(services)
    app = create_app(services, authenticators=(*authenticators_of(services.settings), sessions))
    add_web(app, sessions)
    return app


def authenticators_of(settings: InvoiceSettings) -> tuple[Authenticator, ...]:
    """What is asked after the API keys."""
    if settings.jwt_issuer is None or settings.jwt_audience is None or settings.jwks_url is None:
        return ()
    rules = TokenRules(settings.jwt_issuer, settings.jwt_audience)
    return (GatewayTokens(rules, key_set_at(settings.jwks_url)),)


@asynccontextmanager
async def relay(settings: InvoiceSettings, pool: Pool, bus: WatchedBus) -> AsyncIterator[Relay]:
    """A running relay."""
    running = Relay(
        Outbox(pool),
        bus,
        poll_seconds=settings.relay_poll_seconds,
        lease_seconds=settings.relay_lease_seconds,
        longest_pause_seconds=settings.relay_longest_pause_seconds,
    )
    patience = Patience(dt.timedelta(seconds=settings.sweep_after_seconds), settings.sweep_tries)
    transactions = transactions_on(pool)
    chores = Chores(
        {
            "sweep": Sweeper(transactions, now, now(), patience, running.wake),
            "alerts": AlertMailer(
                transactions, now, dt.timedelta(minutes=settings.alert_minutes), running.wake
            ),
            "seal": Sealer(transactions),
        },
        seconds=settings.chores_seconds,
    )
    watch = Chores({"queues": QueueWatch(bus, transactions)}, seconds=LOOK_SECONDS)
    batches = BatchRunner(
        transactions,
        now,
        running.wake,
        ahead=settings.batch_ahead,
        poll_seconds=settings.batch_poll_seconds,
        most_bytes=settings.email_size_limit_mb * 2**20,
    )
    async with (
        background("relay", running.run),
        background("chores", chores.run),
        background("batches", batches.run),
        background("watch", watch.run),
    ):
        yield running


@asynccontextmanager
async def consumer(
    settings: InvoiceSettings,
    pool: Pool,
    bus: Bus,
    after_commit: Callable[[], None],
    answered: Callable[[str], None],
) -> AsyncIterator[None]:
    """The consumers of production's messages, of the workers' results, and of dead letters."""
    inbound = Inbound(transactions_on(pool), now, after_commit, answered)
    results = AnswerNotes(inbound.result, transactions_on(pool))
    running = [
        await bus.serve(
            topology.PRODUCTION,
            inbound.production,
            concurrency=settings.consumer_concurrency,
            together=Together(inbound.production_together, most=_TOGETHER),
        ),
        await bus.serve(topology.RESULTS, results, concurrency=settings.consumer_concurrency),
        await bus.serve_parked(inbound.parked),
    ]
    try:
        yield
    finally:
        for subscription in running:
            await subscription.stop()


@asynccontextmanager
async def serving(
    settings: InvoiceSettings, bus: WatchedBus, ledger: Ledger | None = None, start: Start | None = None
) -> AsyncIterator[int]:
    """All three parts in one process, on one pool; the port of the API is what is yielded. `ledger`: see `api`."""
    start = start or Start()
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(reached_database(settings, "standalone", start))
        relaying = await stack.enter_async_context(relay(settings, pool, bus))
        answers = Answers()
        await stack.enter_async_context(consumer(settings, pool, bus, relaying.wake, answers.come))
        checks = {"database": pool.ready, "bus": bus.ready}
        yield await stack.enter_async_context(
            api(settings, pool, checks, Hints(relaying.wake, answers), start, ledger=ledger)
        )


async def free_leases(settings: InvoiceSettings) -> None:
    """Free what a relay before us held; only where no other one can be running."""
    async with database(settings, "start") as pool:
        await Outbox(pool).clear_leases()


async def check_books(
    settings: InvoiceSettings, ledger: Iterable[Mapping[str, Any]] | None, head: Head | None = None
) -> Report:
    """Do the books close? `ledger` is what accounting has booked, or None to leave it out."""
    async with database(settings, "verify") as pool:
        documents = DocumentStore(settings.documents_url)
        return await verify(PostgresBooks(pool), documents, ledger, PostgresChain(pool), head)


async def check_all(settings: InvoiceSettings, ledger: Ledger | None) -> Report:
    """A check that somebody asked for: with the ledger, where its export can be had.

    Raises:
        Exception: it could not be done, whatever the cause.
    """
    if ledger is None:
        return await check_books(settings, None)
    booked, unreadable = booked_lines(ledger())
    return with_findings(await check_books(settings, booked), unreadable)
