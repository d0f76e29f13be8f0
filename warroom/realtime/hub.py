"""The one place of an event loop where hints come in and from which rooms and the feed are served.

A hint only says how far an incident has come. Each 5 seconds the hub also asks the database, so
that a lost hint costs seconds and a dead Valkey costs nothing else.
"""

import asyncio
import contextlib
import logging
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Protocol

from warroom.realtime import hints
from warroom.realtime.bell import Bell, Listen
from warroom.realtime.board import Board, BoardSocket, Look
from warroom.realtime.company import Company
from warroom.realtime.frames import FrameCache
from warroom.realtime.listener import listen
from warroom.realtime.presence import Person
from warroom.realtime.register import Register
from warroom.realtime.room import Reader, Room, RoomSocket
from warroom.realtime.tasks import end

logger = logging.getLogger(__name__)
POLL: Final = 5.0


class Source(Protocol):
    """Where the hub reads; everything is committed fact."""

    @property
    def read(self) -> Reader: ...

    @property
    def look(self) -> Look: ...

    @property
    def listen(self) -> Listen: ...

    async def reached(self, incident_ids: Iterable[int]) -> Mapping[int, int]:
        """The last seq of these incidents, and of all that changed in the last minute."""
        ...


class Guest(Protocol):
    """What else is served from the one subscription and the poll of a hub."""

    @property
    def is_empty(self) -> bool: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def reach(self, incident_id: int, seq: int) -> None: ...

    def hear(self, message: Mapping[str, Any]) -> None: ...

    async def poll(self) -> None: ...

    async def run(self) -> None: ...


class Hub:
    def __init__(
        self, source: Source, guests: Iterable[Guest] = (), register: Register | None = None
    ) -> None:
        self._source = source
        self._guests = tuple(guests)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._rooms: dict[int, Room] = {}
        self._cache = FrameCache()
        self._board = Board(source.look)
        self._bell = Bell(source.listen, self._board, self._in_rooms)
        self._company = Company(self._rooms, register)
        self._tasks: list[asyncio.Task[None]] = []
        self._poll_now = asyncio.Event()
        self._switch = asyncio.Lock()

    async def enter(self, incident_id: int, socket: RoomSocket, person: Person | None) -> Room:
        """Let `socket` follow the incident; the caller runs `socket.follow(room)`."""
        room = self._rooms.get(incident_id)
        if room is None:
            reached = await self._source.reached([incident_id])
            room = self._rooms.setdefault(
                incident_id,
                Room(incident_id, reached.get(incident_id, 0), self._source.read, self._cache),
            )
            room.reach(reached.get(incident_id, 0))
        room.sockets.add(socket)
        await self._start()
        self._company.joined(room, socket, person)
        return room

    async def leave(self, incident_id: int, socket: RoomSocket) -> None:
        """Forget `socket`, whether or not it got in."""
        room = self._rooms.get(incident_id)
        if room is not None and socket in room.sockets:
            room.sockets.discard(socket)
            self._company.left(room, socket)
            if not room.sockets:
                room.close()
                del self._rooms[incident_id]
        await self._stop_if_empty()

    async def watch(self, socket: BoardSocket) -> int:
        """Let `socket` follow the feed; returns the number of the last message before."""
        if not self._board.sockets:
            self._board.start_from(await self._source.reached([]))
        self._board.sockets.add(socket)
        await self._start()
        return self._board.number

    async def unwatch(self, socket: BoardSocket) -> None:
        self._board.sockets.discard(socket)
        await self._stop_if_empty()

    def set_state(self, room: Room, socket: RoomSocket, state: str) -> None:
        self._company.set_state(room, socket, state)

    def typing(self, room: Room, socket: RoomSocket, person: Person) -> None:
        self._company.typing(room, socket, person)

    def reach(self, incident_id: int, seq: int) -> None:
        room = self._rooms.get(incident_id)
        if room is not None:
            room.reach(seq)
        self._board.reach(incident_id, seq)
        for guest in self._guests:
            guest.reach(incident_id, seq)

    async def wake(self) -> None:
        """A guest has something to serve."""
        await self._start()

    async def rest(self) -> None:
        """A guest may have nothing to serve any more."""
        await self._stop_if_empty()

    async def _start(self) -> None:
        async with self._switch:
            if self._tasks or self._is_empty:
                return
            self._loop = asyncio.get_running_loop()
            hints.publisher.listen(self._hear_here)
            for guest in self._guests:
                guest.start()
            self._tasks = [
                asyncio.create_task(work)
                for work in (
                    listen(self._hear, self._poll_now.set),
                    self._poll(),
                    self._board.run(),
                    self._bell.run(),
                    self._company.run(),
                    *(guest.run() for guest in self._guests),
                )
            ]

    async def _stop_if_empty(self) -> None:
        async with self._switch:
            if not self._tasks or not self._is_empty:
                return
            hints.publisher.unlisten(self._hear_here)
            for guest in self._guests:
                guest.stop()
            self._loop = None
            tasks, self._tasks = self._tasks, []
            await end(tasks)

    @property
    def _is_empty(self) -> bool:
        busy = (guest for guest in self._guests if not guest.is_empty)
        return not self._rooms and not self._board.sockets and next(busy, None) is None

    def _in_rooms(self) -> Iterator[RoomSocket]:
        return (socket for room in self._rooms.values() for socket in room.sockets)

    def _hear_here(self, incident_id: int, seq: int) -> None:
        """A verb of this process has committed, in whatever thread: no need to ask Valkey."""
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # it has ended meanwhile
                loop.call_soon_threadsafe(self.reach, incident_id, seq)

    def _hear(self, message: Mapping[str, Any]) -> None:
        if message.get("type") == "hints":
            for incident_id, seq in message["hints"]:
                self.reach(incident_id, seq)
            if message.get("rung"):
                self._bell.ring()
        else:
            self._company.hear(message)
            for guest in self._guests:
                guest.hear(message)

    async def _poll(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL):
                    await self._poll_now.wait()
            self._poll_now.clear()
            self._bell.ring()
            try:
                reached = await self._source.reached(list(self._rooms))
                for guest in self._guests:
                    await guest.poll()
            except Exception:
                logger.warning("Cannot ask the database what is new", exc_info=True)
                continue
            for incident_id, seq in reached.items():
                self.reach(incident_id, seq)
