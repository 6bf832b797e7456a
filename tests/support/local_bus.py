"""A database with the local bus in it."""

import uuid
from urllib.parse import urlsplit, urlunsplit

from shared.bus.local import install
from shared.postgres.migrations import ensure_roles
from tests.support.postgres import PrivatePostgres


async def new_local_bus(postgres: PrivatePostgres) -> str:
    """Make a database for a bus; returns its address, as a role that may just use it."""
    name = f"bus_{uuid.uuid4().hex[:12]}"
    await postgres.create_database(name)
    admin = postgres.admin_dsn(name)
    await ensure_roles(admin, owner="bus_owner", service="bus_user", password="bus")
    await install(admin, owner="bus_owner", service="bus_user")
    parts = urlsplit(admin)
    return urlunsplit(parts._replace(netloc=f"bus_user:bus@{parts.hostname}:{parts.port}"))
