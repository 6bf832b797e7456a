"""What a page costs in a large shop: `python -m bench.pages [--invoices N]`; the table of docs/performance.md.

A standalone of its own with as many invoices as wanted (`filling`). Each page is asked for by somebody who is logged
in, one request after the other; the time is that from the question to the last byte of the answer, over the loopback
interface. Its bytes are those that a browser gets that has nothing of us yet: the page, styles, scripts and what these
import, compressed as they are sent.

Beside it stands the processor time of one answer, of our processes and the database together: what it costs, also
on a machine that is busy with other things.

It fails when half of the answers of a page take longer than 100 ms, or when one weighs 100 kB.
"""

import argparse
import asyncio
import re
import statistics
import sys
import time
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import aiohttp
import asyncpg

from bench.filling import fill
from bench.processor import processor_milliseconds
from services.standalone.cluster import USER, Cluster, bundled_binaries
from tests.support.ports import stable_port
from tests.support.postgres import reachable_folder
from tests.support.processes import ServiceProcess

MOST_MILLISECONDS = 100
MOST_BYTES = 100_000
_MODULE = re.compile(r'from "\./([\w.-]+)"')
_FILE = re.compile(r'"(/static/\w+/[\w.-]+)')


@dataclass(frozen=True, slots=True)
class Cost:
    """What one page costs: milliseconds, of the processors too, and bytes."""

    path: str
    median: float
    p95: float
    processor: float
    page: int
    whole: int

    @property
    def too_much(self) -> bool:
        """Whether it is slower, or heavier, than a page may be."""
        return self.median > MOST_MILLISECONDS or self.whole > MOST_BYTES


class Reader:
    """Somebody with a browser that keeps nothing but cookies."""

    def __init__(self, session: aiohttp.ClientSession, address: str, root: int) -> None:
        """`root`: the process that answers; what it has started takes part in it, its database too."""
        self._session = session
        self._address = address
        self._root = root
        self._files: dict[str, tuple[int, set[str]]] = {}

    async def log_in(self, email: str, password: str) -> None:
        """Through the login page."""
        async with self._session.get(f"{self._address}/login") as shown:
            found = re.search(r'name="csrf-token" content="([^"]*)"', await shown.text())
        form = {"csrf": found[1] if found else "", "email": email, "password": password}
        async with self._session.post(f"{self._address}/login", data=form) as entered:
            entered.raise_for_status()

    async def cost(self, path: str, rounds: int) -> Cost:
        """Ask for a page so many times."""
        times = []
        text, size = "", 0
        used = 0.0
        for round_ in range(rounds + 2):
            if round_ == 2:
                used = processor_milliseconds(self._root)
            begun = time.perf_counter()
            async with self._session.get(self._address + path) as answer:
                text = await answer.text()
                times.append(1000 * (time.perf_counter() - begun))
                answer.raise_for_status()
                size = int(answer.headers.get("Content-Length", len(text.encode())))
        used = (processor_milliseconds(self._root) - used) / rounds
        # The first ones find no plan, no connection and no type of the database known.
        warm = sorted(times[2:])
        whole = size + await self._weight(set(_FILE.findall(text)))
        return Cost(path, statistics.median(warm), warm[int(0.95 * (len(warm) - 1))], used, size, whole)

    async def _weight(self, files: set[str]) -> int:
        known: set[str] = set()
        total = 0
        while todo := files - known:
            for file in todo:
                size, imported = await self._file(file)
                total += size
                files = files | imported
            known |= todo
        return total

    async def _file(self, file: str) -> tuple[int, set[str]]:
        if file not in self._files:
            async with self._session.get(self._address + file) as answer:
                text = await answer.text()
                folder = file.rpartition("/")[0]
                imported = {f"{folder}/{name}" for name in _MODULE.findall(text)}
                self._files[file] = int(answer.headers["Content-Length"]), imported
        return self._files[file]


async def paths(connection: asyncpg.Connection) -> list[str]:
    """Every page, and the lists as they are searched, filtered and sorted."""

    async def one(sql: str) -> str:
        return quote(str(await connection.fetchval(sql)))

    final = await one("select number from invoices where status = 'final_sent' order by id desc limit 1")
    draft = await one(
        "select number from invoices i where status = 'proforma_draft' and kind = 'invoice' order by"
        " (select count(*) from invoice_lines where invoice_id = i.id) desc, id limit 1"
    )
    mailed = await one(
        "select number from invoices i join emails e on e.invoice_id = i.id order by e.id desc limit 1"
    )
    customer = await one("select customer from invoices order by id desc limit 1")
    job = await one("select job from invoice_lines where job is not null order by id desc limit 1")
    waiting = await one(
        "select number from jobs where status = 'production_complete' order by number limit 1"
    )
    rep = await one("select code from sales_reps limit 1")
    lists = [
        "",
        *(f"?q={words}" for words in (draft, "catal", "th%C3%A9%C3%A2tre+12", "rien+de+tel", job)),
        *(f"?sort={sort}" for sort in ("number", "-date", "customer", "subtotal", "status,-number")),
        f"?customer={customer}",
        f"?job={job}",
        f"?sales_rep={rep}",
        "?from=2026-01-01&to=2026-01-31",
        "?kind=credit_note",
        "?hold=true",
        "?favourite=true",
    ]
    return [
        *(f"/invoices{rest}" for rest in lists),
        *(f"/invoices{f'{rest}&' if rest else '?'}status=all" for rest in lists),
        "/invoices/new",
        f"/invoices/new?q={waiting}",
        "/invoices/new?q=affiches",
        "/invoices/new?q=th%C3%A9%C3%A2tre",
        f"/invoices/new?customer={customer}",
        *(f"/invoices/{number}" for number in (draft, final)),
        f"/invoices/{draft}?pdf",
        *(f"/invoices/{draft}/do/{action}" for action in ("finalize", "duplicate", "delete")),
        f"/invoices/{final}/do/credit",
        f"/invoices/{draft}/lines",
        *(f"/invoices/{draft}/lines?add={kind}" for kind in ("job", "product", "gl", "extra_charge", "text")),
        f"/invoices/{mailed}/emails",
        f"/invoices/{draft}/emails/new",
        f"/invoices/{draft}/emails/preview",
        f"/invoices/{draft}/journal",
        f"/invoices/{final}/journal",
        "/notifications",
        "/notifications/bell",
        "/me",
    ]


def table(costs: Iterable[Cost]) -> str:
    """For docs/performance.md."""
    rows = [
        f"| `{cost.path}` | {cost.median:.0f} | {cost.p95:.0f} | {cost.processor:.0f}"
        f" | {cost.page / 1000:.1f} | {cost.whole / 1000:.1f} |"
        for cost in costs
    ]
    return "\n".join(
        [
            "| page | p50, ms | p95, ms | processor, ms | page, kB | with its files, kB |",
            "|---|---|---|---|---|---|",
            *rows,
        ]
    )


def database_of(folder: Path) -> str:
    """The address of the invoices of a standalone, as the administrator of its database."""
    port = Cluster(folder, bundled_binaries(), durable=True).recorded_port()
    password = (folder / "password").read_text(encoding="ascii").strip()
    return f"postgresql://{USER}:{password}@127.0.0.1:{port}/invoicing"


async def measured(invoices: int, rounds: int, only: str, folder: Path) -> list[Cost]:
    """Fill a shop, and ask for its pages."""
    port, data = stable_port(), folder / "data"
    settings = {"PORT": str(port), "FACTURES_DATA": str(data), "FACTURES_DEMO": "off"}
    process = ServiceProcess("large-shop", ["services.standalone", "run"], settings, folder, port=port)
    process.start()
    try:
        await process.ready()
        dsn = database_of(data / "postgres")
        begun = time.monotonic()
        with suppress(asyncpg.UniqueViolationError):  # kept from another time
            await fill(dsn, invoices)
        sys.stderr.write(f"filled after {time.monotonic() - begun:.0f} s\n")
        connection = await asyncpg.connect(dsn)
        asked = [path for path in await paths(connection) if only in path]
        await connection.close()
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
            reader = Reader(session, f"http://127.0.0.1:{port}", process.pid)
            await reader.log_in(*(data / "admin-login").read_text(encoding="utf-8").split())
            costs = []
            for path in asked:
                costs.append(await reader.cost(path, rounds))
                sys.stderr.write(f"{costs[-1]}\n")
            return costs
    finally:
        if process.running():
            await process.stop()


def main() -> int:
    """The table, and whether each page is light and quick enough."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.pages", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--invoices", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--only", default="", help="pages whose address holds this")
    parser.add_argument("--keep", type=Path, help="a folder for the shop, to be used again")
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = asked.keep or stack.enter_context(reachable_folder())
        folder.mkdir(exist_ok=True)
        costs = asyncio.run(measured(asked.invoices, asked.rounds, asked.only, folder.resolve()))
    print(table(costs))  # noqa: T201 - what it is for
    too_much = [cost.path for cost in costs if cost.too_much]
    if too_much:
        sys.stderr.write(f"too slow or too heavy: {', '.join(too_much)}\n")
    return bool(too_much)


if __name__ == "__main__":
    sys.exit(main())
