"""What printing costs over WeasyPrint alone: `python -m bench.render [--rounds N]`; the table of docs/performance.md.

Processor time of all processes that have a part in it, for 1 to 500 lines; by turns, so that whatever else the
machine does hits all alike:

- *ours*: a snapshot through the engine: pipe, checks, form, page, PDF/A, UBL inside, pipe;
- *bare*: WeasyPrint in a process of its own on the very page and style that ours makes, with the same options;
- *plain*: another such process on a plain table with as many rows and the same texts in them: no style,
  no heading, no totals, no logo; the same kind of file.

It fails when a limit of ADR 40 is not held.
"""

import argparse
import asyncio
import html
import json
import os
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Self, cast

from weasyprint.text.fonts import FontConfiguration

from services.render_service import fonts
from services.render_service.engine import archive
from services.render_service.engine.limits import Limits
from services.render_service.engine.pool import Pool
from services.render_service.engine.template import house_template
from services.render_service.form import Form, form_of
from services.render_service.samples import document, logo_of
from services.render_service.samples.stress import many
from services.render_service.templates import house_form
from shared.contracts.values import DocumentSnapshot
from shared.ubl.document import ubl_document

ROWS = (1, 12, 50, 100, 500)
# The limits of ADR 40.
OVER_BARE = 1.10
ONE_LINE = 4.5  # the form around one line, in plain tables of one row
EACH_ROW = 1.10  # a row more, in rows more of a plain table
OVER_PLAIN, MANY = 1.10, 100  # all of it, in plain tables, from so many lines on
_LIMITS = Limits(memory_bytes=1 << 30, cpu_seconds=60, wall_seconds=120, jobs=10_000)

Measured = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Row:
    """Medians for so many lines, in milliseconds of the processor; the ratios are medians of each round's ratios."""

    lines: int
    ours: float
    bare: float
    plain: float
    over_bare: float
    over_plain: float


class Bare:
    """The bare program, running."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._jobs = cast("asyncio.StreamWriter", process.stdin)  # never None: pipes were asked for
        self._answers = cast("asyncio.StreamReader", process.stdout)

    @classmethod
    async def start(cls) -> Self:
        """One with its libraries loaded, as soon as it has answered once."""
        environment = os.environ | {"FONTCONFIG_FILE": str(Path(fonts.__file__).with_name("fonts.conf"))}
        return cls(
            await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bench.bare",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=environment,
            )
        )

    async def render(self, job: bytes) -> None:
        """Render one job, and wait for it."""
        self._jobs.write(job)
        await self._jobs.drain()
        if not await self._answers.readline():
            raise RuntimeError("the bare program died")

    async def stop(self) -> None:
        """End it."""
        self._jobs.close()
        await self._process.wait()


def bare_job(snapshot: DocumentSnapshot, form: Form, logo: str) -> bytes:
    """What our engine hands to WeasyPrint, as a job of the bare program."""
    page = house_template(snapshot.template, FontConfiguration()).html(form)
    css = house_form(snapshot.template)["invoice.css"].decode()
    return _job(page, logo, css, archive.OPTIONS, ubl_document(snapshot).decode())


def plain_job(form: Form) -> bytes:
    """The texts of the lines in a table, and nothing else."""

    def row(tag: str, texts: list[str]) -> str:
        return f"<tr>{''.join(f'<{tag}>{html.escape(text)}</{tag}>' for text in texts)}</tr>"

    head = row("th", [column.heading for column in form.columns])
    body = "".join(row("td", [cell.text for cell in line.cells]) for line in form.rows)
    page = f"<html lang=fr><title>Table</title><table><thead>{head}</thead><tbody>{body}</tbody></table>"
    return _job(page, "", None, archive.OPTIONS, None)


def _job(page: str, logo: str, css: str | None, options: dict[str, Any], data: str | None) -> bytes:
    job = {"html": page, "logo": logo, "css": css, "options": options, "data": data}
    return json.dumps(job).encode() + b"\n"


async def measure(lines: int, rounds: int, pool: Pool, bare: Bare, plain: Bare) -> Row:
    """Render by turns, and compare."""
    snapshot = document(many(lines))
    form, logo = form_of(snapshot), logo_of(snapshot) or b""
    same, texts = bare_job(snapshot, form, logo.decode()), plain_job(form)
    runs: tuple[Measured, ...] = (
        lambda: pool.render(snapshot, logo),
        lambda: bare.render(same),
        lambda: plain.render(texts),
    )
    for run in runs:
        await run()  # fonts, caches
    times = [[await _milliseconds(run) for run in runs] for _ in range(rounds)]
    ours, alone, table = (statistics.median(column) for column in zip(*times, strict=True))
    return Row(
        lines,
        ours,
        alone,
        table,
        statistics.median(a / b for a, b, _ in times),
        statistics.median(a / c for a, _, c in times),
    )


async def _milliseconds(run: Measured) -> float:
    before = _processor_seconds()
    await run()
    return (_processor_seconds() - before) * 1000


def _processor_seconds() -> float:
    """What this process and its children, all of them busy for the bench alone, have used so far."""
    children = (path.read_text().split() for path in Path("/proc/self/task").glob("*/children"))
    used = (
        Path(f"/proc/{child}/schedstat").read_text().split()[0] for child in chain.from_iterable(children)
    )
    return time.process_time() + sum(map(int, used)) / 1e9


async def measure_all(rounds: int) -> list[Row]:
    """All numbers of lines; the fewer, the more rounds."""
    bare, plain = [await Bare.start() for _ in range(2)]
    try:
        async with Pool.running(_LIMITS, size=1) as pool:
            return [
                await measure(lines, rounds * (4 if lines == 1 else 1), pool, bare, plain) for lines in ROWS
            ]
    finally:
        await bare.stop()
        await plain.stop()


def each_row(rows: list[Row]) -> float:
    """What a row more costs, in rows more of a plain table: from 50 lines on."""
    few, many = (next(row for row in rows if row.lines == lines) for lines in (50, 500))
    return (many.ours - few.ours) / (many.plain - few.plain)


def faults(rows: list[Row]) -> list[str]:
    """The limits that are not held."""
    held = [
        (f"{row.lines} lines take {{:.2f}} times WeasyPrint alone", row.over_bare, OVER_BARE) for row in rows
    ]
    held += [
        ("one line takes {:.2f} plain tables of one row", row.over_plain, ONE_LINE)
        for row in rows
        if row.lines == 1
    ]
    held += [
        (f"{row.lines} lines take {{:.2f}} plain tables", row.over_plain, OVER_PLAIN)
        for row in rows
        if row.lines >= MANY
    ]
    held.append(("a row more takes {:.2f} rows of a plain table", each_row(rows), EACH_ROW))
    return [f"{said.format(value)}, more than {limit}" for said, value, limit in held if value > limit]


def table(rows: list[Row]) -> str:
    """The report."""
    head = "| lines | ours, ms | bare, ms | plain table, ms | ours / bare | ours / plain |\n|---|---|---|---|---|---|"
    body = (
        f"| {row.lines} | {row.ours:.0f} | {row.bare:.0f} | {row.plain:.0f} "
        f"| {row.over_bare:.2f} | {row.over_plain:.2f} |"
        for row in rows
    )
    return "\n".join((head, *body, "", f"A row more: {each_row(rows):.2f} rows more of a plain table."))


def main() -> None:
    """Measure, print, and fail when a limit is not held."""
    parser = argparse.ArgumentParser(prog="python -m bench.render", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    rows = asyncio.run(measure_all(parser.parse_args().rounds))
    sys.stdout.write(f"{table(rows)}\n")
    if missed := faults(rows):
        raise SystemExit("\n".join(missed))


if __name__ == "__main__":
    main()
