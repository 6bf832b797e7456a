"""Web server and driver alone: one row, found by an index, answered as it stands. `DSN PORT`."""

import asyncio
import sys

import asyncpg
from aiohttp import web

_CONNECTIONS = 10


async def main(dsn: str, port: int) -> None:
    """Serve until the end; says `ready` when it does."""
    pool = await asyncpg.create_pool(dsn, min_size=_CONNECTIONS, max_size=_CONNECTIONS)

    async def read(request: web.Request) -> web.Response:
        async with pool.acquire() as one:
            body = await one.fetchval(
                "select content from invoice where number = $1", request.match_info["number"]
            )
        return web.Response(text=body, content_type="application/json")

    app = web.Application()
    app.router.add_get("/invoices/{number}", read)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
