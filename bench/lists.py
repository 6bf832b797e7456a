"""The list of invoices at two sizes: each sort, filter and search, by turns. It shall not feel how many there are.

A search does: the index of trigrams holds for each of them the invoices whose text has it, a hundred times as many.
"""

import dataclasses
import datetime as dt
import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass

from bench.clients import Client, clients
from bench.filling import fill
from bench.system import KEY, System, migrated

MOST, MOST_OF_A_SEARCH = 1.5, 6
SMALL, LARGE = 10_000, 1_000_000
_MONTH = dt.timedelta(days=30)


def questions(today: dt.date) -> Mapping[str, str]:
    """What is asked, by the words of the report."""
    a_year_ago = today - dt.timedelta(days=365)
    return {
        "first page": "",
        "all statuses": "status=all",
        **{
            f"sort {name}": f"status=all&sort={name}"
            for field in ("date", "number", "customer", "status", "subtotal", "total", "created_at")
            for name in (field, f"-{field}")
        },
        "sort -date,number": "status=all&sort=-date,number",
        "drafts": "status=proforma_draft",
        "finals, sent": "status=final_sent",
        "of a customer": "status=all&customer=C-00003",
        "of the largest customer": "status=all&customer=C-00001",
        "of a customer, by total": "status=all&customer=C-00003&sort=-total",
        "of a job": "status=all&job=D-00204",
        "of a sales rep": "status=all&sales_rep=R3",
        "open, of a sales rep": "sales_rep=R3",
        "credit notes": "status=all&kind=credit_note",
        "on hold": "hold=true",
        "favourites": "status=all&favourite=true",
        "of a month": f"status=all&from={a_year_ago}&to={a_year_ago + _MONTH}",
        "since a month": f"status=all&from={today - _MONTH}",
        "search: a number": "status=all&q=PF-0204",
        "search: a job": "status=all&q=D-00204",
        "search: a name": "status=all&q=brasserie%20elie",
        "search: a rare word": "status=all&q=introuvable",
        "search: a frequent word": "status=all&q=livraison",
        "search: open ones": "q=catalogue",
    }


@dataclass(frozen=True, slots=True)
class Row:
    """Medians in milliseconds at both sizes; `ratio`: the median of the rounds' ratios."""

    question: str
    small: float
    large: float
    ratio: float

    @property
    def held(self) -> bool:
        """Whether it feels the size no more than it may."""
        return self.ratio <= (MOST_OF_A_SEARCH if self.question.startswith("search") else MOST)


async def measure_lists(system: System, *, rounds: int) -> list[Row]:
    """Ask everything of both, by turns, one client each."""
    ports = {}
    for name, size in (("small", SMALL), ("large", LARGE)):
        await fill(await migrated(system.server, name), size)
        ports[name] = dataclasses.replace(system, database=name)
    async with (
        ports["small"].running("api") as small_port,
        ports["large"].running("api") as large_port,
        clients(small_port, KEY, 1) as (small,),
        clients(large_port, KEY, 1) as (large_one,),
    ):
        asked = questions(dt.datetime.now(dt.UTC).date())
        return [await _row(name, text, (small, large_one), rounds) for name, text in asked.items()]


async def _row(name: str, question: str, both: tuple[Client, Client], rounds: int) -> Row:
    call = ("GET", f"/api/v1/invoices?{question}", b"")
    for client in both:
        for _ in range(6):  # PostgreSQL has chosen by then whether to plan each time
            await client.call(call)
    times = [[await _milliseconds(client, call) for client in both] for _ in range(rounds)]
    small, large = (statistics.median(column) for column in zip(*times, strict=True))
    return Row(name, small, large, statistics.median(many / few for few, many in times))


async def _milliseconds(client: Client, call: tuple[str, str, bytes]) -> float:
    began = time.perf_counter()
    await client.call(call)
    return (time.perf_counter() - began) * 1000


def table(rows: list[Row]) -> str:
    """The report."""
    few, many = (f"{size:,}".replace(",", " ") for size in (SMALL, LARGE))
    head = f"| list | {few} invoices, ms | {many} invoices, ms | ratio |\n|---|---|---|---|"
    return "\n".join(
        (head, *(f"| {row.question} | {row.small:.1f} | {row.large:.1f} | {row.ratio:.2f} |" for row in rows))
    )
