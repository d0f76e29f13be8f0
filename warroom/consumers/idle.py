"""What becomes of people who have a room open and do nothing in it."""

import asyncio
import time
from collections.abc import Callable

from django.conf import settings

from warroom.realtime import codes

_LOOK = 0.05


class Idleness:
    """Shows somebody as away after a while, and ends the visit after a longer one.

    `show(away)` tells the others. Minutes of 0 mean never.
    """

    def __init__(self, show: Callable[[bool], None]) -> None:
        self._show = show
        self._at = time.monotonic()
        self._away_after = settings.ROOM_AWAY_MINUTES * 60 or None
        self._ends_after = settings.ROOM_TIMEOUT_MINUTES * 60 or None
        self.is_away = False

    def act(self) -> None:
        """The person did something."""
        self._at = time.monotonic()
        if self.is_away:
            self.is_away = False
            self._show(False)

    async def watch(self) -> int:
        """Returns the code to close with, in the end."""
        while True:
            idle = time.monotonic() - self._at
            if self._ends_after and idle >= self._ends_after:
                return codes.IDLE
            if self._away_after and idle >= self._away_after and not self.is_away:
                self.is_away = True
                self._show(True)
            await asyncio.sleep(self._pause(idle))

    def _pause(self, idle: float) -> float:
        ahead = [at - idle for at in (self._away_after, self._ends_after) if at and at > idle]
        return max(_LOOK, min(ahead, default=3600.0))
