"""Threads for database work on behalf of an event loop, each with a connection of its own."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final, ParamSpec, TypeVar

from django.db import close_old_connections, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

P = ParamSpec("P")
T = TypeVar("T")

# Reads and verbs that wait for a row lock go on side by side.
THREADS: Final = 4
# Whoever comes in, and checks of access: a crowd at the door does not keep those in the room from
# speaking.
AT_THE_DOOR: Final = 2


class _Pool:
    def __init__(self, threads: int) -> None:
        self.inside = ThreadPoolExecutor(threads, thread_name_prefix="room")
        self.door = ThreadPoolExecutor(AT_THE_DOOR, thread_name_prefix="door")
        self._connections: set[BaseDatabaseWrapper] = set()

    def prepare(self) -> None:
        """Before each job: drop what is broken or old, remember what has to be closed one day."""
        close_old_connections()
        held = connections[connection.alias]
        if held not in self._connections:
            held.inc_thread_sharing()  # the thread will have ended when `close` closes it
            self._connections.add(held)

    def close(self) -> None:
        self.inside.shutdown(wait=True)
        self.door.shutdown(wait=True)
        for held in self._connections:
            held.close()


class Workers:
    """A pool that exists while somebody is inside `open`; the last one out closes connections."""

    def __init__(self, threads: int = THREADS) -> None:
        self._threads = threads
        self._users = 0
        self._lock = threading.Lock()
        self._pool: _Pool | None = None

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        self._enter()
        try:
            yield
        finally:
            pool = self._leave()
            if pool is not None:
                await asyncio.get_running_loop().run_in_executor(None, pool.close)

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `work`, run in a thread; only inside `open`."""
        pool = self._opened()
        return await _run(pool, pool.inside, partial(work, *args, **kwargs))

    async def at_the_door(self, work: Callable[[], T]) -> T:
        """As `run`, in threads of their own, so that it delays nobody but others at the door."""
        pool = self._opened()
        return await _run(pool, pool.door, work)

    def _opened(self) -> _Pool:
        if self._pool is None:
            raise RuntimeError("run belongs inside open")
        return self._pool

    def _enter(self) -> None:
        with self._lock:
            self._users += 1
            if self._pool is None:
                self._pool = _Pool(self._threads)

    def _leave(self) -> _Pool | None:
        """The pool to close, if nobody needs it any more."""
        with self._lock:
            self._users -= 1
            if self._users:
                return None
            pool, self._pool = self._pool, None
            return pool


async def _run(pool: _Pool, threads: ThreadPoolExecutor, work: Callable[[], T]) -> T:
    def job() -> T:
        pool.prepare()
        return work()

    return await asyncio.get_running_loop().run_in_executor(threads, job)


workers: Final = Workers()
