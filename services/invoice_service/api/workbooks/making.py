"""How a workbook is made and sent: in a folder of its own, off the event loop, never as a whole in memory."""

import asyncio
import io
import os
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from aiohttp import web

from services.invoice_service.api.transact import read
from services.invoice_service.api.workbooks.sheet import Column, Row, Sheet
from services.invoice_service.application.context import Context
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.domain.errors import Invalid
from services.invoice_service.domain.texts import Language

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 100_000
"""A workbook of more rows is refused: Excel ends at 1 048 576, patience before."""
MAKING = web.AppKey("making", asyncio.Semaphore)
"""Workbooks are made one after the other: each takes a processor and a connection to the database."""
WRITE_SECONDS = 30.0
"""A client that takes nothing for so long is dropped."""
_PIECE = 256 * 1024


class Desk:
    """Where one workbook is written."""

    def __init__(self, folder: Path, language: Language) -> None:
        self.path = folder / "workbook.xlsx"
        self.language = language
        self._sheet: Sheet | None = None

    def begin(self, title: str, subtitle: str, columns: Sequence[Column], currency: str) -> Sheet:
        """The sheet, with its headings."""
        self._sheet = Sheet(
            self.path,
            title=title,
            subtitle=subtitle,
            language=self.language,
            columns=columns,
            currency=currency,
        )
        return self._sheet

    async def close(self) -> None:
        """Put the file together, if anything was begun."""
        if self._sheet is not None:
            await asyncio.to_thread(self._sheet.close)


Fill = Callable[[UnitOfWork, Context, Desk], Awaitable[str]]
"""Writes a workbook, and tells the name of its file, without its ending."""


async def workbook(request: web.Request, language: Language, fill: Fill) -> web.StreamResponse:
    """Make a workbook of what one transaction reads, and send it."""
    with TemporaryDirectory(prefix="factures-") as folder:
        desk = Desk(Path(folder), language)
        async with request.app[MAKING]:
            try:
                name = await read(request, lambda uow, context: fill(uow, context, desk))
            finally:
                await desk.close()
        made = io.FileIO(desk.path)
    # The folder is gone already; the file goes with the last who has it open.
    with made:
        return await _send(request, made, f"{name}.xlsx")


async def written(sheet: Sheet, rows: Iterable[Row]) -> None:
    """Write many rows, while others are served."""
    await asyncio.to_thread(sheet.add, rows)


def refuse_more(rows: int) -> None:
    """Refuse a workbook of too many rows.

    Raises:
        Invalid: too_many_rows.
    """
    if rows > MOST_ROWS:
        raise Invalid("too_many_rows", most=MOST_ROWS)


async def _send(request: web.Request, file: io.FileIO, name: str) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Disposition": f'attachment; filename="{name}"'})
    response.content_type = MEDIA_TYPE
    response.content_length = os.fstat(file.fileno()).st_size
    await response.prepare(request)
    try:
        while piece := await asyncio.to_thread(file.read, _PIECE):
            async with asyncio.timeout(WRITE_SECONDS):
                await response.write(piece)
        await response.write_eof()
    except TimeoutError:
        if request.transport is not None:
            request.transport.abort()
    except ConnectionError:
        return response  # it went away
    return response
