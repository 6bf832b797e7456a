"""`/openapi.json`, and `/docs`: the same as a page, complete in itself (no scripts, nothing from elsewhere)."""

import json
from collections.abc import Sequence
from html import escape
from typing import Any

from aiohttp import web

from services.invoice_service.api.openapi import openapi_document
from services.invoice_service.api.routing import Handler, Route

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1d2328; }
h2 { border-bottom: 1px solid #c9ced3; margin-top: 2.5rem; }
details { margin: .4rem 0; }
summary { cursor: pointer; }
code, pre { font: 14px/1.5 ui-monospace, monospace; }
pre { background: #f3f5f7; overflow: auto; padding: .8rem; }
.method { display: inline-block; font-weight: 600; min-width: 4.5rem; }
@media (prefers-color-scheme: dark) {
  body { background: #15191d; color: #e4e8eb; } pre { background: #1f252b; } a { color: #8ab8ff; }
}
"""


def documentation(routes: Sequence[Route]) -> tuple[tuple[str, Handler], ...]:
    """Path and handler of both."""
    document = openapi_document(routes)
    text, page = json.dumps(document, ensure_ascii=False), _page(document)

    async def openapi(_request: web.Request) -> web.Response:
        return web.Response(text=text, content_type="application/json")

    async def docs(_request: web.Request) -> web.Response:
        return web.Response(text=page, content_type="text/html", headers={"Content-Security-Policy": _POLICY})

    return (("/openapi.json", openapi), ("/docs", docs))


def _page(document: dict[str, Any]) -> str:
    by_tag: dict[str, list[str]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            by_tag.setdefault(operation["tags"][0], []).append(_operation(path, method, operation))
    sections = "".join(f"<h2>{escape(tag)}</h2>{''.join(calls)}" for tag, calls in by_tag.items())
    schemas = "".join(
        f'<details id="{escape(name)}"><summary><code>{escape(name)}</code></summary>{_json(schema)}</details>'
        for name, schema in sorted(document["components"]["schemas"].items())
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Factures: API</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>'
        f"<body><h1>Factures: API</h1><p>{escape(document['info']['description'])} "
        f'The same for machines: <a href="/openapi.json">openapi.json</a>.</p>'
        f"{sections}<h2>Bodies</h2>{schemas}</body></html>"
    )


def _operation(path: str, method: str, operation: dict[str, Any]) -> str:
    parameters = [one["name"] for one in operation.get("parameters", []) if one["in"] != "path"]
    lines = [operation.get("description", "")]
    if parameters:
        lines.append(f"Parameters: {', '.join(parameters)}.")
    names = [*_references(operation.get("requestBody", {})), *_references(operation["responses"])]
    links = ", ".join(f'<a href="#{escape(name)}">{escape(name)}</a>' for name in dict.fromkeys(names))
    return (
        f'<details><summary><span class="method">{method.upper()}</span> <code>{escape(path)}</code> '
        f"— {escape(operation['summary'])}</summary><p>{escape(' '.join(lines))}</p>"
        f"<p>{links}</p></details>"
    )


def _references(part: object) -> list[str]:
    if isinstance(part, dict):
        own = [str(part["$ref"]).rpartition("/")[2]] if "$ref" in part else []
        return own + [name for value in part.values() for name in _references(value)]
    if isinstance(part, list):
        return [name for value in part for name in _references(value)]
    return []


def _json(schema: object) -> str:
    return f"<pre>{escape(json.dumps(schema, indent=2, ensure_ascii=False))}</pre>"
