"""Pages of lists, by keyset: a page begins behind the last row seen, at the cost of an index look-up."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import asyncpg

from services.invoice_service.application.listing import ListQuery, Page, SortKey
from services.invoice_service.domain.errors import FieldError, Invalid
from shared.postgres.pool import Connection

T = TypeVar("T")

BATCH = 1000
"""Rows that are read at a time where all of them are wanted."""

# Which index is the right one depends on the values: how rare a word is, whether the wanted states are the open ones.
# A statement that is used again and again would be planned for any values after a while.
_PLANNED_ANEW = "set local plan_cache_mode = force_custom_plan"


@dataclass(frozen=True, slots=True)
class Expression:
    """What is compared: SQL that is never null, and the type that its text is read back as."""

    sql: str
    type: str = "text"


@dataclass(frozen=True, slots=True)
class Listing:
    """How a list is read. All of it is SQL written by us; what callers send only ever is a parameter.

    `columns` and `joins` belong to the page alone; `source` and `conditions` decide which rows there are.
    A condition holds one `{}` for its parameter (an array with the values of the filter). A flag is a condition
    without one: it stands in the statement as it is, so that an index of the rows that fulfil it is found. `search`
    is the text that the filter `q` looks in, word by word, without case and accents; `search_key`, where that is kept
    without them already. `search_also`: a further condition under which a word is found, with one `{}` for it.
    """

    columns: str
    source: str
    key: Expression
    sorts: Mapping[str, Expression]
    default_sort: tuple[SortKey, ...]
    joins: str = ""
    conditions: Mapping[str, str] = field(default_factory=dict)
    flags: Mapping[str, str] = field(default_factory=dict)
    search: str | None = None
    search_key: str | None = None
    search_also: str | None = None
    base: str = "true"

    @property
    def searched(self) -> str | None:
        """What `q` is looked for in: without case and accents."""
        return self.search_key or (f"sort_key({self.search})" if self.search is not None else None)


async def fetch_page(
    connection: Connection,
    listing: Listing,
    query: ListQuery,
    build: Callable[[asyncpg.Record], T],
    arguments: Sequence[Any] = (),
) -> Page[T]:
    """One page, and the count of all rows that pass the filters: in one statement, whatever the size.

    `arguments` are the first parameters ($1…), for listings whose SQL names them (`base` must).

    Raises:
        Invalid: `after` does not hold values of the sort fields.
    """
    where, values = filtered(listing, query, arguments)
    await connection.execute(_PLANNED_ANEW)
    order = _order(listing, query)
    behind, after = _behind(order, query, first=len(values) + 1)
    keys = ", ".join(f"({expression.sql})::text as _key{i}" for i, (expression, _) in enumerate(order))
    try:
        rows = await connection.fetch(
            f"select {listing.columns}, {keys}, ({_counted(listing, where, query.count_to)}) as _count"
            f" from {listing.source} {listing.joins}"
            f" where {where} and {behind} order by {_ordering(order)} limit {query.limit + 1}",
            *values,
            *after,
        )
    except asyncpg.DataError:
        raise bad_cursor() from None
    if rows:
        count = int(rows[0]["_count"])
    else:  # none at all, or none behind what was seen last
        count = (
            0
            if query.after is None
            else await count_up_to(connection, listing, query, query.count_to, arguments)
        )
    shown = rows[: query.limit]
    more = len(rows) > query.limit
    return Page(
        items=tuple(build(row) for row in shown),
        next_after=tuple(str(shown[-1][f"_key{i}"]) for i in range(len(order))) if more else None,
        count=min(count, query.count_to),
        count_exact=count <= query.count_to,
    )


async def count_up_to(
    connection: Connection, listing: Listing, query: ListQuery, most: int, arguments: Sequence[Any] = ()
) -> int:
    """How many rows pass the filters; counted to one more than `most`."""
    where, values = filtered(listing, query, arguments)
    return int(await connection.fetchval(_counted(listing, where, most), *values))


async def count_each(
    connection: Connection, listing: Listing, queries: Mapping[str, ListQuery], arguments: Sequence[Any] = ()
) -> dict[str, int]:
    """How many rows each of these queries finds, counted like the count of a page; one statement for all of them."""
    counts, values = [], list(arguments)
    for query in queries.values():
        where, values = filtered(listing, query, values)
        counts.append(_counted(listing, where, query.count_to))
    row = await connection.fetchrow(f"select {', '.join(f'({count})' for count in counts)}", *values)
    return dict(zip(queries, row or (), strict=True))


def _counted(listing: Listing, where: str, most: int) -> str:
    return f"select count(*) from (select from {listing.source} where {where} limit {most + 1}) counted"


async def fetch_all(
    connection: Connection,
    listing: Listing,
    query: ListQuery,
    build: Callable[[asyncpg.Record], T],
    arguments: Sequence[Any] = (),
) -> AsyncIterator[list[T]]:
    """Every row that passes the filters, in the order that is asked for, a batch at a time."""
    where, values = filtered(listing, query, arguments)
    statement = (
        f"select {listing.columns} from {listing.source} {listing.joins}"
        f" where {where} order by {_ordering(_order(listing, query))}"
    )
    async for rows in batches(connection, statement, *values):
        yield [build(row) for row in rows]


async def batches(
    connection: Connection, statement: str, *values: object
) -> AsyncIterator[list[asyncpg.Record]]:
    """The rows of a statement, so many at a time: what is read is never held as a whole."""
    cursor = await connection.cursor(statement, *values)
    while rows := await cursor.fetch(BATCH):
        yield rows


async def fetch_first(
    connection: Connection, listing: Listing, query: ListQuery, build: Callable[[asyncpg.Record], T]
) -> tuple[T, ...]:
    """The first rows of a list, in one statement: how many there are is not counted."""
    where, values = filtered(listing, query)
    rows = await connection.fetch(
        f"select {listing.columns} from {listing.source} {listing.joins} where {where}"
        f" order by {_ordering(_order(listing, query))} limit {query.limit}",
        *values,
    )
    return tuple(build(row) for row in rows)


def bad_cursor() -> Invalid:
    """The refusal of an `after` that no list has given."""
    return Invalid("invalid_parameter", errors=(FieldError("after", "invalid"),))


def _order(listing: Listing, query: ListQuery) -> list[tuple[Expression, bool]]:
    """The order asked for, made total by the unique key in the direction of the last field."""
    asked = query.sort or listing.default_sort
    order = [(listing.sorts[sort.field], sort.descending) for sort in asked]
    return order if order[-1][0] == listing.key else [*order, (listing.key, order[-1][1])]


def _ordering(order: Sequence[tuple[Expression, bool]]) -> str:
    return ", ".join(f"{expression.sql}{' desc' if down else ''}" for expression, down in order)


def filtered(listing: Listing, query: ListQuery, arguments: Sequence[Any] = ()) -> tuple[str, list[Any]]:
    """The condition of the rows that pass the filters, and its parameters, `arguments` first."""
    parts, values = [f"({listing.base})"], list(arguments)
    for name, wanted in query.filters.items():
        if name == "q" and listing.searched is not None:
            for word in " ".join(wanted).split():
                values.append(f"%{_escaped(word)}%")
                parts.append(_worded(listing, f"sort_key(${len(values)})"))
        elif name in listing.flags:
            parts.append(_flagged(listing.flags[name], wanted))
        else:
            values.append(list(wanted))
            parts.append(f"({listing.conditions[name].format(f'${len(values)}')})")
    return " and ".join(parts), values


def _worded(listing: Listing, word: str) -> str:
    found = f"{listing.searched} like {word}"
    return found if listing.search_also is None else f"({found} or {listing.search_also.format(word)})"


def _flagged(condition: str, wanted: Sequence[bool]) -> str:
    if len(set(wanted)) > 1:
        return "true"
    return condition if wanted[0] else f"not {condition}"


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _behind(
    order: Sequence[tuple[Expression, bool]], query: ListQuery, *, first: int
) -> tuple[str, tuple[str, ...]]:
    """The condition that a row stands behind the last one seen, and its parameters."""
    if query.after is None:
        return "true", ()
    if len(query.after) != len(order):
        raise bad_cursor()
    parameters = [f"${first + i}::text::{expression.type}" for i, (expression, _) in enumerate(order)]
    directions = {down for _, down in order}
    if len(directions) == 1:
        left = ", ".join(expression.sql for expression, _ in order)
        sign = "<" if directions.pop() else ">"
        return f"({left}) {sign} ({', '.join(parameters)})", query.after
    return _lexicographic(order, parameters), query.after


def _lexicographic(order: Sequence[tuple[Expression, bool]], parameters: Sequence[str]) -> str:
    """For mixed directions, which no row comparison can say; the first line bounds the index scan."""
    alternatives = []
    for i, (expression, down) in enumerate(order):
        same = [f"{order[j][0].sql} = {parameters[j]}" for j in range(i)]
        alternatives.append(" and ".join([*same, f"{expression.sql} {'<' if down else '>'} {parameters[i]}"]))
    expression, down = order[0]
    bound = f"{expression.sql} {'<=' if down else '>='} {parameters[0]}"
    return f"{bound} and ({' or '.join(f'({one})' for one in alternatives)})"
