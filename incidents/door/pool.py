"""Connections to PostgreSQL for the door: a small pool for each event loop."""

from typing import Any

from django.db import connections
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

Pool = AsyncConnectionPool[AsyncConnection[tuple[Any, ...]]]

# Two flushers and whoever loads the keys.
SIZE = 3
SECONDS_TO_CONNECT = 2.0
STATEMENT_TIMEOUT_MS = 2000


def new_pool() -> Pool:
    """An unopened pool of connections to the default database, in autocommit mode."""
    settings = connections["default"].get_connection_params()
    for ours in ("cursor_factory", "context"):
        settings.pop(ours, None)
    settings |= {
        "autocommit": True,
        "connect_timeout": int(SECONDS_TO_CONNECT),
        "application_name": "incidents-door",
        "options": f"-c statement_timeout={STATEMENT_TIMEOUT_MS} -c lock_timeout=1000",
    }
    return AsyncConnectionPool(
        kwargs=settings,
        min_size=1,
        max_size=SIZE,
        open=False,
        timeout=SECONDS_TO_CONNECT,
        reconnect_timeout=SECONDS_TO_CONNECT,
        name="door",
    )
