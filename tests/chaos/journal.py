"""What the clients were told was done: all of it must be there in the end."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.support.shop_client import Refused, ShopClient


@dataclass
class Journal:
    """What was accepted, by what identifies it. Nothing else: what was refused or unanswered may have happened."""

    jobs: set[str] = field(default_factory=set)
    descriptions: dict[str, str] = field(default_factory=dict)
    """By job: what its line says since the last edit that was accepted."""
    finals: dict[str, str] = field(default_factory=dict)
    """By the id of an invoice: the number that it was answered with."""
    credits: dict[str, str] = field(default_factory=dict)
    """By the id of a credit note: the number of the invoice that it credits."""
    emails: dict[str, str] = field(default_factory=dict)
    """By the id of an e-mail: the number that its invoice had then."""
    complaints: list[str] = field(default_factory=list)
    """What no client should ever see."""
    requests: Counter[str] = field(default_factory=Counter)
    """How many, by how they ended: accepted, unavailable (503, 409 in progress, 412), unanswered."""


@dataclass(frozen=True, slots=True)
class CountingClient(ShopClient):
    """A client that keeps count of its requests."""

    journal: Journal = field(default_factory=Journal)

    async def call(self, *arguments: Any, **keywords: Any) -> Any:  # noqa: ANN401 - as the method that it counts
        ended = "unanswered"
        try:
            answer = await ShopClient.call(self, *arguments, **keywords)
            ended = "accepted"
        except Refused as refused:
            # 404: asked for what is not there yet.
            ended = "accepted" if refused.status == 404 else "unavailable"
            raise
        else:
            return answer
        finally:
            self.journal.requests[ended] += 1
