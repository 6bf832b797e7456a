"""python -m bench [--quick] [--write] [--only create,lists] [--rounds N]: what of its physical limit each path reaches.

`--write` puts the tables and the drawing into docs/. The exit code is 1 when a floor is not held.
"""

import argparse
import asyncio
import logging
import os
import platform
import sys
from datetime import UTC, datetime

import structlog

from bench import lists, report
from bench.by_message import completing
from bench.filling import fill
from bench.measuring import Path, Result, measure
from bench.over_http import creating, finalizing, reading
from bench.printing import printing
from bench.system import System, system

PATHS = (
    Path("create", "asyncpg alone, one statement", 0.25, 1000, 200, creating),
    Path("finalize", "asyncpg alone, one function with the counter", 0.30, 1000, 200, finalizing),
    Path("completion", "aio-pika alone: confirm, consume, insert, acknowledge", 0.25, 1000, 200, completing),
    Path("read", "aiohttp alone, one row by an index", 0.25, 3000, 600, reading),
    Path("render", "WeasyPrint alone, the same page", 0.85, 40, 12, printing),
)


def said(sentence: str) -> None:
    """Tell at once."""
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


async def run(wanted: argparse.Namespace, chosen: frozenset[str]) -> bool:
    """Measure, print, perhaps write. Says whether every floor is held."""
    held = True
    async with system() as made:
        if paths := [path for path in PATHS if path.name in chosen]:
            results = await _paths(made, paths, wanted)
            said(report.table(results))
            if wanted.write:
                report.write("paths", f"{_where()}\n\n{report.table(results)}")
                report.draw(results)
            held = all(result.held for result in results)
        if "lists" in chosen:
            rows = await lists.measure_lists(made, rounds=wanted.rounds or 15)
            said(lists.table(rows))
            if wanted.write:
                report.write("lists", f"{_where()}\n\n{lists.table(rows)}")
            held = held and all(row.held for row in rows)
    return held


async def _paths(made: System, paths: list[Path], wanted: argparse.Namespace) -> list[Result]:
    await fill(made.admin_dsn, 2_000 if wanted.quick else 10_000)
    rounds = wanted.rounds or (3 if wanted.quick else 9)
    return [await measure(path, made, rounds=rounds, quick=wanted.quick) for path in paths]


def _where() -> str:
    load = os.getloadavg()[0]
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"fsync on; load of the machine when it ended: {load:.1f}."
    )


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    names = [*(path.name for path in PATHS), "lists"]
    parser.add_argument(
        "--quick", action="store_true", help="fewer and smaller rounds, no lists: two minutes"
    )
    parser.add_argument("--write", action="store_true", help="put the tables into docs/performance.md")
    parser.add_argument("--only", help="some of " + ",".join(names))
    parser.add_argument("--rounds", type=int)
    wanted = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    chosen = wanted.only.split(",") if wanted.only else names[:-1] if wanted.quick else names
    if not asyncio.run(run(wanted, frozenset(chosen))):
        raise SystemExit("a floor is not held")


if __name__ == "__main__":
    main()
