"""Threads that send, beside whoever hands them work: a slow receiver holds up its own channel only.

A thread has one session of its channel, which keeps its connection, and never sees the database.
Threads end when there has been nothing to do for a while.
"""

import logging
import queue
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from incidents.kernel import clock
from incidents.reactions.notifications.channels import REGISTRY, Session
from incidents.reactions.notifications.parcel import Parcel, Refused

log = logging.getLogger(__name__)

IDLE_SECONDS: Final = 20.0


@dataclass(frozen=True, slots=True)
class Job:
    """`row` is whose it is. Nothing is begun after `start_by` (of time.monotonic): by then somebody
    else may have taken it over."""

    row: int
    parcel: Parcel
    start_by: float


@dataclass(frozen=True, slots=True)
class Result:
    """Sent at `at`; or `refused`; or, with neither, not begun."""

    row: int
    at: datetime | None = None
    refused: Refused | None = None


class Lanes:
    def __init__(self) -> None:
        self._queues: dict[str, queue.SimpleQueue[Job | None]] = {}
        self._results: queue.SimpleQueue[tuple[str, Result]] = queue.SimpleQueue()
        self._inside: Counter[str] = Counter()
        self._threads: Counter[str] = Counter()
        self._running: set[threading.Thread] = set()
        self._lock = threading.Lock()
        self._closing = False

    def inside(self, slug: str) -> int:
        """How many were put into this channel's lanes and not taken out yet."""
        return self._inside[slug]

    @property
    def is_busy(self) -> bool:
        return bool(self._inside.total())

    def put(self, slug: str, jobs: Sequence[Job]) -> None:
        line = self._queues.setdefault(slug, queue.SimpleQueue())
        self._inside[slug] += len(jobs)
        for job in jobs:
            line.put(job)
        with self._lock:
            wanted = min(REGISTRY[slug].lanes, self._inside[slug])
            missing = wanted - self._threads[slug]
            self._threads[slug] += max(0, missing)
        for _ in range(missing):
            thread = threading.Thread(target=self._drive, args=(slug, line), daemon=True)
            self._running.add(thread)
            thread.start()

    def take(self, *, wait: float = 0) -> list[Result]:
        """All that has come out; waits up to `wait` seconds for the first."""
        found: list[Result] = []
        try:
            while True:
                slug, result = (
                    self._results.get(timeout=wait) if wait else self._results.get_nowait()
                )
                self._inside[slug] -= 1
                found.append(result)
                wait = 0
        except queue.Empty:
            return found

    def close(self, *, seconds: float) -> list[Result]:
        """Begin nothing more, and wait for what is being sent and for connections to be closed;
        returns what came out."""
        self._closing = True
        until, found = time.monotonic() + seconds, self.take()
        while self.is_busy and (left := until - time.monotonic()) > 0:
            found += self.take(wait=left)
        for slug, line in self._queues.items():
            for _ in range(self._threads[slug]):
                line.put(None)
        for thread in list(self._running):
            thread.join(max(0.0, until - time.monotonic()))
        return found

    def _drive(self, slug: str, line: "queue.SimpleQueue[Job | None]") -> None:
        try:
            with REGISTRY[slug].session() as session:
                while (job := self._next(slug, line)) is not None:
                    self._results.put((slug, self._sent(session, job)))
        except Exception:
            log.exception("a lane of %s broke down", slug)
            with self._lock:
                self._threads[slug] -= 1
        finally:
            self._running.discard(threading.current_thread())

    def _next(self, slug: str, line: "queue.SimpleQueue[Job | None]") -> Job | None:
        """The next one; None where the thread is to end, which it then must."""
        try:
            return line.get(timeout=IDLE_SECONDS)
        except queue.Empty:
            with self._lock:
                if not line.empty():
                    return line.get()
                self._threads[slug] -= 1
            return None

    def _sent(self, session: Session, job: Job) -> Result:
        if self._closing or time.monotonic() > job.start_by:
            return Result(job.row)
        try:
            session.send(job.parcel)
        except Refused as refused:
            return Result(job.row, refused=refused)
        except Exception as error:
            log.exception("sending %s broke down", job.parcel.key)
            return Result(job.row, refused=Refused(f"{type(error).__name__}: {error}"[:300]))
        return Result(job.row, at=clock.now())
