"""Several messages in one transaction: what they may ask for is read at once, what they do is written at once."""

from collections.abc import Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from services.invoice_service.application.ports import UnitOfWork


class Unforeseen(Exception):
    """A use case needs what was not read ahead, or wants to do what can't wait: it must be run alone."""

    def __init__(self, what: str) -> None:
        super().__init__(f"not foreseen: {what}")
        self.what = what


@dataclass(frozen=True, slots=True)
class Expected:
    """What some messages name: identities are source and id; the others are codes."""

    identities: Collection[tuple[str, str]]
    jobs: Collection[str]
    customers: Collection[str]
    products: Collection[str]
    accounts: Collection[str]
    extra_charges: Collection[str]


class Foreseen(Protocol):
    """What was read ahead, and what use cases did with it so far. The jobs that it holds are locked."""

    def attempt(self) -> "AbstractContextManager[UnitOfWork]":
        """What a use case works on: what it does inside counts only when that ends well.

        A number that it takes is a token until all is written; what it did to a job can't be read by the next one.

        Raises:
            Unforeseen: it asks for more than was foreseen.
        """

    async def write(self) -> None:
        """Write what the attempts did. Whatever it raises, the transaction must end with nothing done."""


class TogetherPort(Protocol):
    """The way to it."""

    async def foresee(self, expected: Expected) -> Foreseen:
        """Lock the jobs, in order of number, and read what is expected."""
