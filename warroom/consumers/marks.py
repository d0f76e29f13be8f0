"""How far the people of one event loop have read: collected, and written every two seconds at once.

Everybody in a room reads everything: one statement for all of them, not one each. What a killed
process had not written is read once more, which does no harm.
"""

import asyncio
import logging
import weakref
from typing import Final

from django.db import DatabaseError

from warroom.realtime.workers import workers
from warroom.services import reading

logger = logging.getLogger(__name__)
PAUSE: Final = 2.0
_all: "weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Marks]" = weakref.WeakKeyDictionary()


def marks() -> "Marks":
    """The marks of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _all:
        _all[loop] = Marks()
    return _all[loop]


class Marks:
    def __init__(self) -> None:
        self._waiting: dict[tuple[int, int], int] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._writing: set[asyncio.Task[None]] = set()

    def note(self, user_id: int, incident_id: int, seq: int) -> None:
        key = (user_id, incident_id)
        self._waiting[key] = max(seq, self._waiting.get(key, 0))
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(PAUSE, self._start)

    def _start(self) -> None:
        task = asyncio.create_task(self.write())
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def write(self) -> None:
        """Write what is noted now: the time has come, or somebody leaves."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        found, self._waiting = self._waiting, {}
        if not found:
            return
        try:
            async with workers.open():
                await workers.run(reading.mark_all, found)
        except DatabaseError as error:
            logger.warning("How far people have read is not kept: %s", error)
