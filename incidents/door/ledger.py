"""Group commit: rows of many requests are written by one statement, then each is answered.

While a flush is under way, what arrives meanwhile waits and goes out together with the next: the
busier it is, the larger the batches. A request is answered only after its row is committed.
"""

import asyncio
import logging
import uuid
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import psycopg
from psycopg import AsyncConnection
from psycopg_pool import PoolClosed, PoolTimeout

from incidents.door.pool import Pool
from incidents.events.bus import ENGINE_CHANNEL

logger = logging.getLogger(__name__)

FLUSHERS = 2
ROWS_A_FLUSH = 500
BYTES_A_FLUSH = 8 * 1024 * 1024
BYTES_WAITING = 64 * 1024 * 1024
SECONDS_TO_WRITE = 5.0
# A pooled connection may have died since its last use. Writing again is safe: `delivery_id` is
# unique, so a row whose commit got through is not written twice.
TRIES = 3

_WRITE = f"""
    WITH written AS (
        INSERT INTO incidents_signal (integration_id, adapter, delivery_id, body)
        SELECT * FROM unnest(%b::bigint[], %b::text[], %b::uuid[], %b::bytea[])
        ON CONFLICT (delivery_id) DO NOTHING
        RETURNING 1
    )
    SELECT pg_notify('{ENGINE_CHANNEL}', '') FROM (SELECT count(*) FROM written) AS done
"""  # noqa: S608  the channel is a constant of ours


@dataclass(frozen=True, slots=True)
class Row:
    integration_id: int
    adapter: str
    delivery_id: uuid.UUID
    body: bytes


class _Sized(Protocol):
    @property
    def body(self) -> bytes: ...


R = TypeVar("R", bound=_Sized)
Write = Callable[[AsyncConnection[tuple[Any, ...]], Sequence[R]], Awaitable[None]]


async def write_signals(connection: AsyncConnection[tuple[Any, ...]], rows: Sequence[Row]) -> None:
    columns = (
        [row.integration_id for row in rows],
        [row.adapter for row in rows],
        [row.delivery_id for row in rows],
        [row.body for row in rows],
    )
    await connection.execute(_WRITE, columns, prepare=True)


class NotWritten(Exception):
    """The row is not in the database: it is down, too slow, or too much waits already."""


class NoSuchIntegration(Exception):
    """The integration was removed a moment ago."""


@dataclass(slots=True)
class _Entry(Generic[R]):
    row: R
    written: asyncio.Future[None]

    def settle(self, error: Exception | None = None) -> None:
        if self.written.done():
            return
        if error is None:
            self.written.set_result(None)
        else:
            self.written.set_exception(error)


class Ledger(Generic[R]):
    """`write_rows` is the statement. Where a connection is lost it runs again, with the same rows:
    it must write none twice."""

    def __init__(self, pool: Pool, write_rows: Write[R]) -> None:
        self._pool = pool
        self._write_rows = write_rows
        self._waiting: deque[_Entry[R]] = deque()
        self._bytes = 0
        self._flushers: set[asyncio.Task[None]] = set()

    async def write(self, row: R) -> None:
        """Return when `row` is committed. Raises NotWritten or NoSuchIntegration."""
        if self._bytes > BYTES_WAITING:
            raise NotWritten("too much waits to be written")
        loop = asyncio.get_running_loop()
        entry: _Entry[R] = _Entry(row, loop.create_future())
        self._waiting.append(entry)
        self._bytes += len(row.body)
        if len(self._flushers) < FLUSHERS:
            task = loop.create_task(self._flush_all())
            self._flushers.add(task)
            task.add_done_callback(self._flushers.discard)
        try:
            async with asyncio.timeout(SECONDS_TO_WRITE):
                await entry.written
        except TimeoutError as error:
            raise NotWritten("the database takes too long") from error

    async def _flush_all(self) -> None:
        await asyncio.sleep(0)  # requests that are ready now join the first flush
        while batch := self._take():
            await self._flush(batch)

    def _take(self) -> list[_Entry[R]]:
        batch: list[_Entry[R]] = []
        size = 0
        while self._waiting and len(batch) < ROWS_A_FLUSH and size < BYTES_A_FLUSH:
            entry = self._waiting.popleft()
            self._bytes -= len(entry.row.body)
            if not entry.written.done():  # else its client has been told no, or has gone
                size += len(entry.row.body)
                batch.append(entry)
        return batch

    async def _flush(self, batch: Sequence[_Entry[R]]) -> None:
        try:
            await self._insert([entry.row for entry in batch])
        except psycopg.errors.ForeignKeyViolation:
            await self._flush_singly(batch)
        except Exception as error:  # noqa: BLE001  every waiting request must get its answer
            logger.warning("%s rows not written: %s", len(batch), type(error).__name__)
            for entry in batch:
                entry.settle(NotWritten(type(error).__name__))
        else:
            for entry in batch:
                entry.settle()

    async def _flush_singly(self, batch: Sequence[_Entry[R]]) -> None:
        if len(batch) == 1:
            batch[0].settle(NoSuchIntegration())
            return
        for entry in batch:
            await self._flush([entry])

    async def _insert(self, rows: Sequence[R]) -> None:
        for attempt in range(1, TRIES + 1):
            try:
                async with self._pool.connection() as connection:
                    await self._write_rows(connection, rows)
                return
            except (PoolTimeout, PoolClosed):
                raise
            except (psycopg.OperationalError, psycopg.InterfaceError):
                if attempt == TRIES:
                    raise
