"""Somebody with a browser that runs no script: follows links, sends forms as they stand, keeps cookies."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http.cookies import Morsel
from typing import Any
from urllib.parse import urljoin

from aiohttp import ClientSession, CookieJar, FormData
from lxml import html

Fields = dict[str, str | list[str]]


@dataclass(frozen=True)
class Seen:
    """A page, read to its end."""

    status: int
    path: str
    headers: Mapping[str, str]
    text: str
    body: bytes = b""

    @property
    def tree(self) -> Any:  # noqa: ANN401 - lxml has no types
        """The page, parsed."""
        return html.document_fromstring(self.text)

    def all(self, selector: str) -> list[Any]:
        """The elements that an XPath finds."""
        return list(self.tree.xpath(selector))

    def one(self, selector: str) -> Any:  # noqa: ANN401 - lxml has no types
        """The one element that an XPath finds."""
        found = self.all(selector)
        assert len(found) == 1, (selector, len(found), self.text)
        return found[0]

    def says(self, text: str) -> bool:
        """Whether a person reads this text on it, however it is broken into lines."""
        return " ".join(text.split()) in " ".join(self.tree.text_content().replace("\xa0", " ").split())

    def form(self, action: str) -> Fields:
        """The fields of the form that posts to this action, as a browser sends them untouched, without its buttons."""
        fields: Fields = {}
        for name, value in self.one(f"//form[@method='post'][@action={action!r}]").form_values():
            if name in fields:
                kept = fields[name]
                fields[name] = [*(kept if isinstance(kept, list) else [kept]), value]
            else:
                fields[name] = value
        return fields


class Visitor:
    """One browser."""

    def __init__(self, session: ClientSession, base: str) -> None:
        self._session = session
        self._base = base

    async def get(self, path: str, **headers: str) -> Seen:
        """A page, wherever it leads to."""
        return await self._seen("GET", path, None, headers)

    async def kind_of(self, path: str) -> tuple[int, str]:
        """Status and type of something that is no page."""
        async with self._session.get(urljoin(self._base, path)) as answer:
            await answer.read()
            return answer.status, answer.content_type

    async def send(self, seen: Seen, action: str, /, **fields: str | list[str]) -> Seen:
        """A form of a page, with these fields filled in."""
        return await self.post(action, {**seen.form(action), **fields})

    async def post(self, path: str, fields: Mapping[str, str | list[str]], **headers: str) -> Seen:
        """Whatever fields, as a form."""
        pairs = [
            (name, value)
            for name, values in fields.items()
            for value in (values if isinstance(values, list) else [values])
        ]
        return await self._seen("POST", path, pairs, headers)

    async def upload(
        self, path: str, fields: Fields, files: Sequence[tuple[str, bytes, str]], *, name: str = "file"
    ) -> Seen:
        """A form with files (name, content, type), as multipart."""
        sent = FormData(default_to_multipart=True, quote_fields=False)
        for field, values in fields.items():
            for value in values if isinstance(values, list) else [values]:
                sent.add_field(field, value)
        for file_name, content, type_ in files:
            sent.add_field(name, content, filename=file_name, content_type=type_)
        async with self._session.post(urljoin(self._base, path), data=sent) as answer:
            return Seen(answer.status, answer.url.path_qs, answer.headers, await answer.text())

    async def log_in(self, email: str, password: str) -> Seen:
        """Through the login page."""
        return await self.send(await self.get("/login"), "/login", email=email, password=password)

    def cookies(self) -> dict[str, Morsel[str]]:
        """What it keeps, by name."""
        return {cookie.key: cookie for cookie in self._session.cookie_jar}

    async def _seen(
        self, method: str, path: str, fields: list[tuple[str, str]] | None, headers: Mapping[str, str]
    ) -> Seen:
        address = urljoin(self._base, path)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self._session.request(method, address, data=fields, headers=sent) as answer:
            body = await answer.read()
            text = body.decode(errors="replace")
            return Seen(answer.status, answer.url.path_qs, answer.headers, text, body)


@asynccontextmanager
async def visiting(base: str) -> AsyncIterator[Visitor]:
    """A browser of one's own."""
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
        yield Visitor(session, base)
