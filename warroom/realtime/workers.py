"""Threads for database work on behalf of an event loop, each with a connection of its own."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, ParamSpec, TypeVar

from django.db import close_old_connections, connections

P = ParamSpec("P")
T = TypeVar("T")

# Reads, verbs that wait for a row lock, and checks of access go on side by side.
THREADS: Final = 4
PATIENCE: Final = 5.0


class Workers:
    """A pool that exists while somebody is inside `open`; the last one out closes connections."""

    def __init__(self, threads: int = THREADS) -> None:
        self._threads = threads
        self._users = 0
        self._lock = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        self._enter()
        try:
            yield
        finally:
            pool = self._leave()
            if pool is not None:
                await asyncio.get_running_loop().run_in_executor(None, self._close, pool)

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `work`, run in a thread; only inside `open`."""
        if self._pool is None:
            raise RuntimeError("run belongs inside open")

        def job() -> T:
            close_old_connections()
            return work(*args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._pool, job)

    def _enter(self) -> None:
        with self._lock:
            self._users += 1
            if self._pool is None:
                self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="room")

    def _leave(self) -> ThreadPoolExecutor | None:
        """The pool to close, if nobody needs it any more."""
        with self._lock:
            self._users -= 1
            if self._users:
                return None
            pool, self._pool = self._pool, None
            return pool

    def _close(self, pool: ThreadPoolExecutor) -> None:
        """Close each thread's connections: the barrier gives every thread one part of the job."""
        barrier = threading.Barrier(self._threads)

        def close() -> None:
            with contextlib.suppress(threading.BrokenBarrierError):
                barrier.wait(PATIENCE)
            connections.close_all()

        for _ in range(self._threads):
            pool.submit(close)
        pool.shutdown(wait=True)


workers: Final = Workers()
