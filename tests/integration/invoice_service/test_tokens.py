# ruff: noqa: ANN401 - claims are any JSON
import asyncio
import base64
import datetime as dt
import hmac
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jwt
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from services.invoice_service.api.tokens import GatewayTokens, TokenRules, key_set_at
from services.invoice_service.application.ports.transactions import StorageUnavailable
from tests.support.invoicing import Database, Invoicing, running

ISSUER, AUDIENCE = "https://gateway.example", "factures"


@dataclass
class Gateway:
    """A gateway: it signs tokens, and publishes the keys that it signs with."""

    url: str = ""
    keys: dict[str, ec.EllipticCurvePrivateKey] = field(default_factory=dict)
    reads: int = 0
    down: bool = False

    def add_key(self, kid: str) -> None:
        self.keys[kid] = ec.generate_private_key(ec.SECP256R1())

    def key_set(self) -> str:
        algorithm = jwt.get_algorithm_by_name("ES256")
        return json.dumps(
            {
                "keys": [
                    {
                        **json.loads(algorithm.to_jwk(key.public_key())),
                        "kid": kid,
                        "alg": "ES256",
                        "use": "sig",
                    }
                    for kid, key in self.keys.items()
                ]
            }
        )

    def token(self, kid: str = "one", *, key: Any = None, algorithm: str = "ES256", **claims: Any) -> str:
        body = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": "u-17",
            "name": "Marie Roy",
            "role": "biller",
            "exp": int(time.time()) + 300,
        } | claims
        body = {name: value for name, value in body.items() if value is not None}
        return jwt.encode(body, key or self.keys[kid], algorithm=algorithm, headers={"kid": kid})

    async def publish(self, request: web.Request) -> web.StreamResponse:
        self.reads += 1
        if self.down:
            raise web.HTTPServiceUnavailable
        # In pieces, as a set that is longer than a packet comes.
        response = web.StreamResponse()
        await response.prepare(request)
        published = self.key_set().encode()
        for begin in range(0, len(published), len(published) // 2):
            await response.write(published[begin : begin + len(published) // 2])
            await asyncio.sleep(0)
        return response


@asynccontextmanager
async def gateway_running() -> AsyncIterator[Gateway]:
    gateway = Gateway()
    gateway.add_key("one")
    app = web.Application()
    app.router.add_get("/jwks", gateway.publish)
    async with TestServer(app) as server:
        gateway.url = str(server.make_url("/jwks"))
        yield gateway


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    async with gateway_running() as running_one:
        yield running_one


@pytest.fixture
async def invoicing(
    gateway: Gateway, invoicing_database: Database, tmp_path: Path
) -> AsyncIterator[Invoicing]:
    async with running(
        invoicing_database, tmp_path, jwt_issuer=ISSUER, jwt_audience=AUDIENCE, jwks_url=gateway.url
    ) as api:
        yield api


async def test_a_token_says_who_it_is(invoicing: Invoicing, gateway: Gateway) -> None:
    me = await invoicing.get("/me", key=gateway.token())
    assert me.status == 200
    assert (me.json["name"], me.json["role"]) == ("Marie Roy", "biller")


async def test_its_role_decides(invoicing: Invoicing, gateway: Gateway) -> None:
    assert (await invoicing.get("/settings", key=gateway.token(role="viewer"))).status == 200
    refused = await invoicing.patch("/settings", {"language": "en"}, key=gateway.token(role="accountant"))
    assert (refused.status, refused.code) == (403, "forbidden")


async def test_the_trail_names_the_person(invoicing: Invoicing, gateway: Gateway) -> None:
    await invoicing.patch("/settings", {"language": "en"}, key=gateway.token(role="admin"))
    rows = await invoicing.database.fetch(
        "select actor ->> 'name' as name, actor ->> 'kind' as kind from audit"
    )
    assert [(row["name"], row["kind"]) for row in rows] == [("Marie Roy", "user")]


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": 1},
        {"exp": None},
        {"iss": "https://other.example"},
        {"iss": None},
        {"aud": "other"},
        {"aud": None},
        {"sub": None},
        {"role": "root"},
        {"role": None},
        {"nbf": int(dt.datetime(2100, 1, 1, tzinfo=dt.UTC).timestamp())},
    ],
)
async def test_claims_that_do_not_hold(
    invoicing: Invoicing, gateway: Gateway, claims: dict[str, Any]
) -> None:
    refused = await invoicing.get("/me", key=gateway.token(**claims))
    assert (refused.status, refused.code) == (401, "unauthorized")


def _signed_with_the_public_key(gateway: Gateway) -> str:
    """The confusion of RFC 8725, 2.1: the public key taken for a shared secret."""
    public = gateway.keys["one"].public_key()
    secret = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    _, claims, _ = gateway.token().split(".")
    header = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"one"}').decode().rstrip("=")
    signature = hmac.digest(secret, f"{header}.{claims}".encode(), "sha256")
    return f"{header}.{claims}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


async def test_signatures_that_do_not_hold(invoicing: Invoicing, gateway: Gateway) -> None:
    stranger = ec.generate_private_key(ec.SECP256R1())
    tokens = (
        gateway.token(key=stranger),
        gateway.token() + "x",
        _signed_with_the_public_key(gateway),
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1Iiwicm9sZSI6ImFkbWluIn0.",
        "a.b.c",
    )
    for token in tokens:
        assert (await invoicing.get("/me", key=token)).status == 401


async def test_a_new_key_is_found_and_a_flood_of_unknown_ones_is_not_passed_on() -> None:
    now = 0.0
    async with gateway_running() as gateway:

        async def key_set() -> str:
            gateway.reads += 1
            return gateway.key_set()

        tokens = GatewayTokens(TokenRules(ISSUER, AUDIENCE), key_set, monotonic=lambda: now)
        await asyncio.gather(*(tokens._key(kid) for kid in ("one", "two", "three", "one")))
        assert gateway.reads == 1
        gateway.add_key("two")
        now += 31
        assert await tokens._key("two") is not None
        assert gateway.reads == 2


async def test_while_the_set_cannot_be_read_known_keys_stay_good() -> None:
    now = 0.0
    answers = [OSError("down")]
    async with gateway_running() as gateway:

        async def key_set() -> str:
            if answers:
                raise answers.pop()
            return gateway.key_set()

        tokens = GatewayTokens(TokenRules(ISSUER, AUDIENCE), key_set, monotonic=lambda: now)
        with pytest.raises(StorageUnavailable):
            await tokens._key("one")
        now += 31
        assert await tokens._key("one") is not None
        answers.append(OSError("down"))
        now += 601
        assert await tokens._key("one") is not None


async def test_a_set_that_has_no_end_is_not_read(gateway: Gateway) -> None:
    assert "one" in await key_set_at(gateway.url)()
    for number in range(1500):
        gateway.keys[f"{number}"] = gateway.keys["one"]
    with pytest.raises(ValueError, match="bytes or more"):
        await key_set_at(gateway.url)()


async def test_keys_unreadable_is_no_refusal(invoicing: Invoicing, gateway: Gateway) -> None:
    gateway.down = True
    reply = await invoicing.get("/me", key=gateway.token())
    assert (reply.status, reply.code) == (503, "unavailable")


async def test_without_a_gateway_a_token_opens_nothing(
    invoicing_database: Database, tmp_path: Path, gateway: Gateway
) -> None:
    async with running(invoicing_database, tmp_path) as api:
        assert (await api.get("/me", key=gateway.token())).status == 401
