"""What a list is asked, and what it answers: one page in a declared order, and how many there are in all."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

COUNT_LIMIT = 10_000
"""Up to here a count is exact; beyond, counting costs more than knowing is worth."""


@dataclass(frozen=True, slots=True)
class SortKey:
    """One field of the order."""

    field: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class ListQuery:
    """One page of a list.

    `after` holds the values (as text) of the sort fields and of the unique key of the last row seen: a page
    begins behind them, so rows that come or go in between move nothing. `filters` holds the values of each
    filter that was given; a row passes one when it matches any of them. All rows that pass are counted, to one more
    than `count_to`.
    """

    limit: int = 50
    sort: tuple[SortKey, ...] = ()
    after: tuple[str, ...] | None = None
    filters: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    count_to: int = COUNT_LIMIT


@dataclass(frozen=True, slots=True)
class Page(Generic[T_co]):
    """A page. `next_after` is what the following page begins behind, None on the last one."""

    items: tuple[T_co, ...]
    next_after: tuple[str, ...] | None
    count: int
    count_exact: bool


async def every(find: Callable[[ListQuery], Awaitable[Page[T]]], asked: ListQuery) -> AsyncIterator[Page[T]]:
    """The whole list, from its first page to its last."""
    page = await find(replace(asked, after=None))
    yield page
    while page.next_after is not None:
        page = await find(replace(asked, after=page.next_after))
        yield page
