"""`/openapi.json`, and `/docs`: the same as a page, complete in itself (no scripts, nothing from elsewhere)."""

import asyncio
import base64
import functools
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from html import escape
from importlib import resources

from aiohttp import web

from services.invoice_service.api.declared import CONVENTIONS, INTRODUCTION
from services.invoice_service.api.docs_types import Document, Json, type_html
from services.invoice_service.api.openapi import openapi_document
from services.invoice_service.api.routing import Handler, Route

_CODE = re.compile(r"`([^`]+)`")


def documentation(routes: Sequence[Route]) -> tuple[tuple[str, Handler], ...]:
    """Path and handler of both. They are written when somebody first asks: no start waits for them."""

    @functools.cache
    def document() -> Json:
        return openapi_document(routes)

    @functools.cache
    def text() -> str:
        return json.dumps(document(), ensure_ascii=False)

    @functools.cache
    def page() -> tuple[str, str]:
        """The page, and the policy that lets its style pass."""
        style = _style()
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        policy = (
            f"default-src 'none'; style-src 'sha256-{digest}'; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        return _page(Document(document()), style), policy

    async def openapi(_request: web.Request) -> web.Response:
        return web.Response(text=await asyncio.to_thread(text), content_type="application/json")

    async def docs(_request: web.Request) -> web.Response:
        html, policy = await asyncio.to_thread(page)
        return web.Response(text=html, content_type="text/html", headers={"Content-Security-Policy": policy})

    return (("/openapi.json", openapi), ("/docs", docs))


def _style() -> str:
    return resources.files(__package__).joinpath("docs.css").read_text(encoding="utf-8")


def _page(document: Document, style: str) -> str:
    subjects, bodies = document.by_tag(), document.schemas
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Factures: API</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{style}</style></head><body>'
        f"<nav>{_contents(subjects, bodies)}</nav><main><h1>Factures: API</h1><p>{escape(INTRODUCTION)} "
        'The same for machines: <a href="/openapi.json">openapi.json</a> (OpenAPI 3.1).</p>'
        f'<h2 id="conventions">Conventions</h2>{_conventions()}'
        + "".join(_subject(document, tag, calls) for tag, calls in subjects.items())
        + '<h2 id="bodies">Bodies</h2>'
        + "".join(_body(document, name, schema) for name, schema in bodies.items())
        + "</main></body></html>"
    )


def _contents(subjects: Mapping[str, object], bodies: Mapping[str, object]) -> str:
    def links(names: Mapping[str, object], prefix: str) -> str:
        return "".join(f'<li><a href="#{prefix}{escape(name)}">{escape(name)}</a></li>' for name in names)

    return (
        f'<a href="#conventions"><strong>Conventions</strong></a><strong>Calls</strong>'
        f"<ul>{links(subjects, 'calls-')}</ul>"
        f'<a href="#bodies"><strong>Bodies</strong></a><ul>{links(bodies, "")}</ul>'
    )


def _conventions() -> str:
    return "".join(f"<h3>{escape(title)}</h3><p>{_prose(text)}</p>" for title, text in CONVENTIONS.items())


def _prose(text: str) -> str:
    """Text with `code` in it."""
    return _CODE.sub(r"<code>\1</code>", escape(text, quote=False))


def _subject(document: Document, tag: str, calls: Sequence[tuple[str, str, Json]]) -> str:
    return f'<h2 id="calls-{escape(tag)}">{escape(tag)}</h2><p>{_prose(document.tags[tag])}</p>' + "".join(
        _call(document, *call) for call in calls
    )


def _call(document: Document, method: str, path: str, operation: Json) -> str:
    who = operation.get("description", "For: everybody.")
    return (
        f'<details><summary><span class="method {method}">{method.upper()}</span> <code>{escape(path)}</code> '
        f'<span class="what">{escape(operation["summary"])}</span></summary>'
        f'<div id="{escape(operation["operationId"])}"><p class="who">{escape(who)} '
        f"<code>{escape(operation['operationId'])}</code></p>"
        f"{_parameters(document, operation)}{_request(document, operation)}{_responses(document, operation)}"
        "</div></details>"
    )


def _parameters(document: Document, operation: Json) -> str:
    rows = [
        (
            _name(one["name"], required=one.get("required", False)),
            escape(one["in"]),
            type_html(one["schema"]),
            _prose(one.get("description", "")),
        )
        for one in map(document.followed, operation.get("parameters", []))
    ]
    return _table("Parameters", ("name", "in", "type", ""), rows)


def _request(document: Document, operation: Json) -> str:
    if "requestBody" not in operation:
        return ""
    content = operation["requestBody"]["content"]
    types = ", ".join(f"<code>{escape(type_)}</code>" for type_ in content)
    schema = next(iter(content.values()))["schema"]
    examples = document.followed(schema).get("examples", [])
    return f"<h4>Body</h4><p>{type_html(schema)}, as {types}</p>{''.join(map(_json, examples))}"


def _responses(document: Document, operation: Json) -> str:
    rows = []
    for status, reference in operation["responses"].items():
        response = document.followed(reference)
        bodies = [
            type_html(content["schema"]) if "schema" in content else f"<code>{escape(type_)}</code>"
            for type_, content in response.get("content", {}).items()
            if type_ != "application/problem+json"
        ]
        names = (
            name for name in response.get("headers", {}) if name not in ("X-Request-Id", "Content-Language")
        )
        rows.append(
            (
                f"<code>{status}</code>",
                _prose(response["description"]),
                ", ".join(bodies),
                ", ".join(f"<code>{escape(name)}</code>" for name in names),
            )
        )
    return _table("Answers", ("status", "", "body", "headers"), rows)


def _body(document: Document, name: str, schema: Json) -> str:
    return (
        f"<details><summary><code>{escape(name)}</code> "
        f'<span class="what">{escape(schema.get("description", "").partition(". ")[0].rstrip("."))}</span></summary>'
        f'<div id="{escape(name)}"><p>{_prose(schema.get("description", ""))}</p>{_fields(document, schema)}'
        f"{''.join(map(_json, schema.get('examples', [])))}</div></details>"
    )


def _fields(document: Document, schema: Json) -> str:
    if "properties" not in schema:
        return f"<p>{type_html(schema)}</p>"
    rows = [
        (
            _name(name, required=name in schema.get("required", [])),
            type_html(field),
            _prose(document.said_of(field)),
        )
        for name, field in schema["properties"].items()
    ]
    return _table("", ("field", "type", ""), rows)


def _name(name: str, *, required: bool) -> str:
    return f"<code{' class=must' if required else ''}>{escape(name)}</code>"


def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    above = f"<h4>{escape(title)}</h4>" if title else ""
    return f'{above}<div class="wide"><table><tr>{head}</tr>{body}</table></div>'


def _json(example: object) -> str:
    return f"<pre>{escape(json.dumps(example, indent=2, ensure_ascii=False), quote=False)}</pre>"
