"""One trace from an HTTP request through outbox and RabbitMQ to the render and the mail that it causes."""

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pydantic import SecretStr

from services.invoice_service import composition as invoicing
from services.invoice_service import upkeep
from services.invoice_service.settings import InvoiceSettings
from services.mailer import composition as mailing
from services.mailer.settings import MailerSettings
from services.render_service import composition as rendering
from services.render_service.settings import RenderSettings
from services.standalone.mailbox import mailbox
from shared.bus.rabbitmq import RabbitMQBus
from shared.observability.opentelemetry import OpenTelemetryTracer
from shared.observability.tracing import traced_by
from tests.support.bus_tap import completion
from tests.support.postgres import PrivatePostgres
from tests.support.shop_client import ShopClient, delivered, shop_client

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
CALLER = "00f067aa0ba902b7"


@pytest.fixture
def exported() -> InMemorySpanExporter:
    return InMemorySpanExporter()


async def database(postgres: PrivatePostgres, role: str) -> tuple[SecretStr, SecretStr]:
    """A database: its address as this role, and as the administrator."""
    name = f"{role}_{secrets.token_hex(6)}"
    await postgres.create_database(name)
    admin = urlsplit(postgres.admin_dsn(name))
    place = f"{role}:{secrets.token_hex(8)}@{admin.hostname}:{admin.port}"
    return SecretStr(urlunsplit(admin._replace(netloc=place))), SecretStr(urlunsplit(admin))


@pytest.fixture
async def shop(
    postgres: PrivatePostgres, rabbitmq_url: str, tmp_path: Path, exported: InMemorySpanExporter
) -> AsyncIterator[ShopClient]:
    """All of the invoice service, the render service and the mailer, in this process, traced."""
    key, documents = f"fk_{secrets.token_urlsafe(24)}", f"file://{tmp_path / 'documents'}"
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exported))
    async with AsyncExitStack() as stack:
        stack.enter_context(traced_by(OpenTelemetryTracer(provider)))
        box = await stack.enter_async_context(mailbox(tmp_path / "mail"))
        dsn, admin = await database(postgres, invoicing.SERVICE)
        invoice = InvoiceSettings(
            database_url=dsn,
            admin_database_url=admin,
            port=0,
            documents_url=documents,
            admin_key=SecretStr(key),
        )
        dsn, admin = await database(postgres, mailing.SERVICE)
        mailer = MailerSettings(
            database_url=dsn,
            admin_database_url=admin,
            documents_url=documents,
            smtp_host=box.host,
            smtp_port=box.port,
            smtp_tls="none",
        )
        await upkeep.migrate_database(invoice)
        await mailing.migrate(mailer)
        bus = await RabbitMQBus.connect(rabbitmq_url, invoice.retry_policy(), name="traced")
        stack.push_async_callback(bus.close)
        render = RenderSettings(documents_url=documents, interactive_concurrency=1)
        await stack.enter_async_context(rendering.serving(render, bus))
        await stack.enter_async_context(mailing.serving(mailer, bus))
        port = await stack.enter_async_context(invoicing.serving(invoice, bus))
        client = await stack.enter_async_context(shop_client(f"http://127.0.0.1:{port}", key))
        await client.open_shop()
        yield client


def story(exported: InMemorySpanExporter) -> list[ReadableSpan]:
    """The spans of the trace that the caller began."""
    return [span for span in exported.get_finished_spans() if f"{span.context.trace_id:032x}" == TRACE]


def way_to(span: ReadableSpan, spans: list[ReadableSpan]) -> list[str]:
    """The names from the first span of ours to this one."""
    by_id = {one.context.span_id: one for one in spans}
    names = [span.name]
    while span.parent is not None and span.parent.span_id in by_id:
        span = by_id[span.parent.span_id]
        names.insert(0, span.name)
    assert span.parent is not None
    assert f"{span.parent.span_id:016x}" == CALLER, f"{names[0]} hangs in the air"
    return names


async def test_one_trace_from_the_request_to_the_mail(
    shop: ShopClient, exported: InMemorySpanExporter
) -> None:
    job = {"number": "D-1", "title": "Affiche", "ordered_quantity": "1", "unit_price": "100.00"}
    number = (await shop.call("POST", "/job-completions", completion(job, message_id="mis-1")))["invoice"]
    draft = await shop.get(f"/invoices/{number}/emails/draft")
    email = {key: draft[key] for key in ("from", "to", "cc", "bcc", "subject", "body")}
    exported.clear()

    await shop.call(
        "POST",
        f"/invoices/{number}/emails",
        email,
        headers={"traceparent": f"00-{TRACE}-{CALLER}-01"},
    )
    await shop.until(number, delivered)

    spans = story(exported)
    ways = [way_to(span, spans) for span in spans]
    (mail,) = (way for way in ways if way[-1] == "smtp data")
    assert mail[0] == "POST /api/v1/invoices/{ref}/emails"
    assert mail[-3:] == ["publish commands.email.send.v1", "handle commands.email.send.v1", "smtp data"]
    # Its attachment was made on the way.
    (render,) = (way for way in ways if way[-1] == "render")
    assert render == [
        mail[0],
        "publish commands.document.render.v1",
        "handle commands.document.render.v1",
        "render",
    ]
    assert any(way[-1] == "handle results.email.sent.v1" for way in ways)
    told = str([(span.name, dict(span.attributes or {})) for span in spans])
    assert all(one["email"] not in told for one in email["to"])
    assert email["subject"] not in told
