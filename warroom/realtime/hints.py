"""Sending hints: after commit, beside the thread that committed, capped, and lost without harm.

Each process has one publisher: a thread of its own that owns an event loop. Whoever commits only
leaves "incident 7 has reached seq 41" in a table and goes on; newer hints replace older ones, so
that neither a storm nor a hung Valkey makes anything grow or wait.
"""

import asyncio
import atexit
import contextlib
import logging
import os
import threading
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final

from channels.layers import get_channel_layer

logger = logging.getLogger(__name__)
GROUP: Final = "hints"
CAP: Final = 0.2
MOST_WAITING: Final = 10_000
LONGEST_PAUSE: Final = 2.0

Listener = Callable[[int, int], None]
Send = Callable[[dict[str, Any]], Awaitable[None]]


async def through_layer(message: dict[str, Any]) -> None:
    """Send to the hubs of all processes; raises whatever goes wrong, after `CAP` at the latest."""
    layer = get_channel_layer()
    if layer is not None:
        async with asyncio.timeout(CAP):
            await layer.group_send(GROUP, message)


class HintPublisher:
    """Callable as `publish(incident_id, seq)`: never blocks, never raises."""

    _listeners: set[Listener]
    _waiting: dict[int, int]
    _rung: set[int]
    _changed: threading.Condition
    _thread: threading.Thread | None

    def __init__(self, send: Send = through_layer) -> None:
        self._send = send
        self.forget()

    def __call__(self, incident_id: int, seq: int) -> None:
        for listener in tuple(self._listeners):
            listener(incident_id, seq)
        with self._changed:
            if len(self._waiting) < MOST_WAITING or incident_id in self._waiting:
                self._waiting[incident_id] = max(seq, self._waiting.get(incident_id, 0))
            self._start()
            self._changed.notify()

    def ring(self, user_ids: Iterable[int]) -> None:
        """Say that the notices of these people have changed."""
        with self._changed:
            self._rung.update(user_ids)
            self._start()
            self._changed.notify()

    def listen(self, listener: Listener) -> None:
        """Call `listener` at once, in the thread that commits: the short way inside a process."""
        self._listeners.add(listener)

    def unlisten(self, listener: Listener) -> None:
        self._listeners.discard(listener)

    def stop(self) -> None:
        """Send what waits, within the cap of one message, and end the thread."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(2 * CAP)

    def _start(self) -> None:
        if self._thread is None and not self._stopping:
            self._thread = threading.Thread(target=self._run, name="hints", daemon=True)
            self._thread.start()

    def forget(self) -> None:
        """Begin anew: a forked process inherits neither thread nor event loop, only their locks."""
        self._listeners = set()
        self._waiting = {}
        self._rung = set()
        self._changed = threading.Condition()
        self._thread = None
        self._stopping = False

    def _run(self) -> None:
        pause = CAP
        with asyncio.Runner() as runner:
            while batch := self._next_batch():
                if runner.run(self._deliver(batch)):
                    pause = CAP
                else:
                    self._sleep(pause)
                    pause = min(2 * pause, LONGEST_PAUSE)

    def _next_batch(self) -> dict[str, Any]:
        """What waits, as soon as something does; empty when it is time to stop."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._rung or self._stopping)
            hints, self._waiting = self._waiting, {}
            rung, self._rung = self._rung, set()
        if not hints and not rung:
            return {}
        return {"hints": [[pk, seq] for pk, seq in hints.items()], "rung": bool(rung)}

    def _sleep(self, seconds: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._stopping, seconds)

    async def _deliver(self, batch: dict[str, Any]) -> bool:
        try:
            await self._send({"type": "hints", **batch})
        except Exception as error:  # noqa: BLE001  # a lost hint is found by polling
            logger.debug("Hints were not sent: %r", error)
            return False
        return True


async def _about_documents(message: dict[str, Any]) -> None:
    await through_layer({**message, "type": "documents"})


publisher: Final = HintPublisher()
# "The document of incident 7 has reached update 12": numbers of their own, by the same way.
documents: Final = HintPublisher(_about_documents)
for _each in (publisher, documents):
    os.register_at_fork(after_in_child=_each.forget)


@atexit.register
def _flush() -> None:
    for each in (publisher, documents):
        with contextlib.suppress(RuntimeError):
            each.stop()
