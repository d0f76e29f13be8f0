"""One incident as seen by one event loop: how far it has come, and the sockets that follow it."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from warroom.realtime import codes, credit
from warroom.realtime.credit import Credit
from warroom.realtime.frames import Frame, FrameCache
from warroom.realtime.turns import Turns

logger = logging.getLogger(__name__)
PAGE: Final = 100
LONGEST_PAUSE: Final = 5.0
MOST_WHISPERS: Final = 8

Send = Callable[[str], Awaitable[None]]
# Whether the socket may go on: None, or the code to close it with.
Check = Callable[[], Awaitable[int | None]]


class Reader(Protocol):
    """Reads facts with seq > `after`, ascending, as frames."""

    async def __call__(self, incident_id: int, after: int, limit: int) -> list[Frame]: ...


class Room:
    """`reached` is the highest seq known to be committed. Sockets read from here, at their pace.

    Whatever is read is read once: sockets that ask for the same page at the same time wait for the
    same query, and those that ask soon after find it in the cache.
    """

    def __init__(self, incident_id: int, reached: int, read: Reader, cache: FrameCache) -> None:
        self.incident_id = incident_id
        self.reached = reached
        self.sockets: set[RoomSocket] = set()
        self._read = read
        self._cache = cache
        self._reading: dict[int, asyncio.Task[list[Frame]]] = {}
        self.turns = Turns()

    def reach(self, seq: int) -> bool:
        """Say that the incident has come to `seq`; true if that is news."""
        if seq <= self.reached:
            return False
        self.reached = seq
        for socket in self.sockets:
            socket.news.set()
        return True

    async def page(self, after: int) -> list[Frame]:
        """Some of the frames after `after`: at least one while `after` < `reached`."""
        kept = self._cache.run_after(self.incident_id, after, PAGE)
        if kept:
            return kept
        task = self._reading.get(after)
        if task is None:
            task = asyncio.create_task(self._fetch(after))
            self._reading[after] = task
            task.add_done_callback(lambda _: self._reading.pop(after, None))
        return await asyncio.shield(task)

    async def _fetch(self, after: int) -> list[Frame]:
        """Read a page, however long the database may be away."""
        pause = 0.25
        while True:
            reached = self.reached
            try:
                frames = await self._read(self.incident_id, after, PAGE)
            except Exception:
                logger.warning("Cannot read facts of INC-%s yet", self.incident_id, exc_info=True)
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
                continue
            self._cache.keep(self.incident_id, frames)
            if not frames and self.reached == reached:
                self.reached = after  # somebody hinted at what is not there
            return frames

    def whisper(self, text: str, *, but: "RoomSocket | None" = None) -> None:
        """Tell everybody here (but one) something that nobody has to hear."""
        for socket in self.sockets:
            if socket is not but:
                socket.hear(text)

    def close(self) -> None:
        for task in self._reading.values():
            task.cancel()


class RoomSocket:
    """One client's place in a room: its cursor, its credit, and what it was whispered.

    `reader` names the client's owner, as on the feed.
    """

    def __init__(self, *, send: Send, check: Check, cursor: int, reader: str = "") -> None:
        self.cursor = cursor
        self.reader = reader
        self.credit = Credit()
        self.news = asyncio.Event()
        self.whispers: deque[str] = deque(maxlen=MOST_WHISPERS)
        self._send = send
        self._check = check

    def hear(self, text: str) -> None:
        """Be whispered something."""
        self.whispers.append(text)
        self.news.set()

    async def follow(self, room: Room) -> int:
        """Send all that comes, in order, once; return the code to close with."""
        try:
            while True:
                while self.cursor < room.reached:
                    await self.credit.wait()
                    code = await self._send_frames(await room.page(self.cursor))
                    if code is not None:
                        return code
                await self._send_whispers()
                await self.news.wait()
                self.news.clear()
        except TimeoutError:
            return codes.SLOW

    async def _send_frames(self, frames: list[Frame]) -> int | None:
        for frame in frames:
            if self.credit.is_spent:
                return None
            if frame.touches_access:
                code = await self._check()
                if code is not None:
                    return code
            self.credit.take(frame.seq, frame.size)
            self.cursor = frame.seq
            await self._write(frame.text)
        return None

    async def _send_whispers(self) -> None:
        while self.whispers:
            await self._write(self.whispers.popleft())

    async def _write(self, text: str) -> None:
        async with asyncio.timeout(credit.PATIENCE):
            await self._send(text)
