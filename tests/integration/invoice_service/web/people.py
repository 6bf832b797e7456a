"""The users of a shop, by role, each in a browser of their own."""

import itertools
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Self

from tests.integration.invoice_service.invoices.shop import Shop, expect
from tests.support.visitor import Visitor, visiting

PASSWORD = "une longue phrase à retenir"


@dataclass(frozen=True)
class Person:
    """A user, logged in or not."""

    id: str
    email: str
    browser: Visitor


class People(AsyncExitStack):
    """Makes users, and keeps one of each role."""

    def __init__(self, shop: Shop) -> None:
        super().__init__()
        self._shop = shop
        self._count = itertools.count(1)
        self._known: dict[str, Visitor] = {}

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        return self

    async def stranger(self) -> Visitor:
        """Somebody who is not logged in."""
        return await self.enter_async_context(visiting(self._shop.api.base))

    async def hire(self, role: str, **fields: str) -> Person:
        """A new user with a password, not logged in yet."""
        number = next(self._count)
        body = {"email": f"p{number}@shop.example", "name": f"Personne {number}", "role": role, **fields}
        user = expect(await self._shop.api.post("/users", {**body, "password": PASSWORD}), 201)
        return Person(user["id"], user["email"], await self.stranger())

    async def one(self, role: str, **fields: str) -> Visitor:
        """Somebody new of this role, logged in."""
        person = await self.hire(role, **fields)
        seen = await person.browser.log_in(person.email, PASSWORD)
        # A machine's account may log in; there is nothing for it to see.
        assert seen.status == (403 if role == "integration" else 200), seen.text
        return person.browser

    async def the(self, role: str) -> Visitor:
        """The one of this role, logged in; nobody logs this one out."""
        if role not in self._known:
            self._known[role] = await self.one(role)
        return self._known[role]
