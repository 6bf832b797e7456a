"""The tables of the local bus, and who may use them."""

from importlib.resources import files

import asyncpg

from shared.postgres.migrations import migrate


async def install(dsn: str, *, owner: str, service: str) -> None:
    """Bring the tables up to date as `owner`, and let `service` use them. Safe to repeat.

    `dsn` is an administrator's; both roles exist (`shared.postgres.migrations.ensure_roles`).

    Raises:
        MigrationChanged: an applied file has changed.
    """
    await migrate(dsn, files("shared.bus.local_migrations"), owner=owner)
    connection = await asyncpg.connect(dsn)
    try:
        role = await connection.fetchval("select quote_ident($1)", service)
        await connection.execute(f"grant select, insert, update, delete on local_deliveries to {role}")
    finally:
        await connection.close()
