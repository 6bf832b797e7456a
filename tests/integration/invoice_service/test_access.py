"""Who may make which call: generated from the table of routes, asked over HTTP."""

import dataclasses
import re
from collections.abc import AsyncIterator
from typing import cast

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from services.invoice_service.api.app import create_app
from services.invoice_service.api.routes import ROUTES
from services.invoice_service.api.routing import Route
from services.invoice_service.api.services import ApiServices
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.ports.live import Happenings
from services.invoice_service.application.ports.transactions import Transactions
from services.invoice_service.domain.actors import Actor, Role
from services.invoice_service.messaging.live import LiveFeed
from services.invoice_service.settings import InvoiceSettings
from shared.documents.store import DocumentStore
from tests.support.invoicing import Clock

CUMULATE = (Role.VIEWER, Role.BILLER, Role.ACCOUNTANT, Role.ADMIN)
MACHINES = re.compile(
    r"(GET|PUT|POST|DELETE|PATCH) /(customers|jobs|products|invoices|events|job-completions|me)\b.*"
)


async def _reached(_request: web.Request) -> web.Response:
    return web.Response(status=204)


async def _by_header(request: web.Request) -> Actor | None:
    role = request.headers.get("X-Test-Role")
    return Actor("key", role, role, Role(role)) if role else None


@pytest.fixture
async def door(tmp_path: object) -> AsyncIterator[tuple[ClientSession, str]]:
    """Every route with a handler that does nothing, behind the real rules."""
    services = ApiServices(
        transactions=cast("Transactions[UnitOfWork]", None),
        clock=Clock(),
        settings=InvoiceSettings(),
        documents=DocumentStore(f"file://{tmp_path}"),
        live=LiveFeed(cast("Happenings", None), poll_seconds=1),
    )
    services.after_commit()  # without a relay there is nobody to wake
    routes = [dataclasses.replace(route, handler=_reached) for route in ROUTES]
    server = TestServer(create_app(services, authenticators=[_by_header], routes=routes))
    await server.start_server()
    async with ClientSession() as session:
        yield session, str(server.make_url("")).rstrip("/")
    await server.close()


def may(route: Route, role: Role) -> bool:
    if role is Role.INTEGRATION:
        return route.access.integration
    return CUMULATE.index(role) >= CUMULATE.index(route.access.role)


async def test_every_route_lets_in_whom_its_rule_names_and_nobody_else(
    door: tuple[ClientSession, str],
) -> None:
    session, base = door
    for route in ROUTES:
        url = base + re.sub(r"\{\w+\}", "X1", route.pattern)
        async with session.request(route.method, url) as reply:
            assert reply.status == 401, route
        for role in Role:
            async with session.request(route.method, url, headers={"X-Test-Role": role}) as reply:
                assert reply.status == (204 if may(route, role) else 403), (route.method, route.path, role)
                if reply.status == 403:
                    assert (await reply.json())["code"] == "forbidden"


def test_machines_have_their_own_calls_only() -> None:
    for route in ROUTES:
        if route.access.integration:
            assert MACHINES.fullmatch(f"{route.method} {route.path}"), route.path


def test_reading_needs_the_least_and_keys_the_most() -> None:
    for route in ROUTES:
        if route.path.startswith("/keys") or (route.path.startswith("/settings") and route.method == "PATCH"):
            assert route.access.role is Role.ADMIN
        # What was sold to a customer is a report: no machine reads those.
        if route.path.startswith(("/customers", "/jobs")) and "/sales" not in route.path:
            assert route.access.integration
            assert route.access.role in (Role.VIEWER, Role.BILLER)


async def test_an_unknown_parameter_is_refused_everywhere(door: tuple[ClientSession, str]) -> None:
    session, base = door
    for route in ROUTES:
        url = base + re.sub(r"\{\w+\}", "X1", route.pattern) + "?colour=red&colour=blue"
        async with session.request(route.method, url, headers={"X-Test-Role": "admin"}) as reply:
            body = await reply.json()
        assert (reply.status, body["code"]) == (400, "unknown_parameter"), route.path
        assert [error["field"] for error in body["errors"]] == ["colour"]
