"""Presence and typing in the rooms of one hub, shared with the other hubs as far as Valkey lets."""

import asyncio
import contextlib
import logging
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from warroom.realtime import hints
from warroom.realtime.frames import encode
from warroom.realtime.presence import BEAT, STATES, Person, PresenceStore, merged
from warroom.realtime.register import Register
from warroom.realtime.room import Room, RoomSocket

logger = logging.getLogger(__name__)
# A list of everybody goes to everybody: the more there are, the less often it is worth it.
FIRST_PAUSE: Final = 0.2
PEOPLE_A_SECOND: Final = 100
MOST_SHOWN: Final = 100
WRITE_EVERY: Final = 5.0


class Company:
    """Who is in which room. `rooms` is the hub's table, by incident; `register` keeps it."""

    def __init__(self, rooms: Mapping[int, Room], register: Register | None = None) -> None:
        self._rooms = rooms
        self._register = register
        self._writing: asyncio.Task[None] | None = None
        self._write_at = 0.0
        self._name = uuid.uuid4().hex
        self._store = PresenceStore()
        self._people: dict[RoomSocket, Person] = {}
        self._gone: dict[int, set[str]] = {}
        self._shown: dict[int, str] = {}
        self._changed: set[int] = set()
        self._news = asyncio.Event()
        self._sending: set[asyncio.Task[None]] = set()

    def joined(self, room: Room, socket: RoomSocket, person: Person | None) -> None:
        if person is not None:
            self._people[socket] = person
            self._touch(room.incident_id)
        if room.incident_id in self._shown:
            socket.whispers.append(self._shown[room.incident_id])
            socket.news.set()

    def left(self, room: Room, socket: RoomSocket) -> None:
        person = self._people.pop(socket, None)
        if person is not None:
            self._gone.setdefault(room.incident_id, set()).add(person.handle)
            self._touch(room.incident_id)

    def set_state(self, room: Room, socket: RoomSocket, state: str) -> None:
        person = self._people.get(socket)
        if person is not None and state in STATES and person.state != state:
            self._people[socket] = replace(person, state=state)
            self._touch(room.incident_id)

    def typing(self, room: Room, socket: RoomSocket, person: Person) -> None:
        text = encode({"type": "typing", "handle": person.handle, "name": person.name})
        room.whisper(text, but=socket)
        self._tell_others({"type": "typing", "incident": room.incident_id, "text": text})

    def hear(self, message: Mapping[str, Any]) -> None:
        """What another hub says."""
        room = self._rooms.get(message.get("incident", 0))
        if room is None or message.get("hub") == self._name:
            return
        if message["type"] == "typing":
            room.whisper(message["text"])
        elif message["type"] == "presence":
            self._changed.add(room.incident_id)
            self._news.set()

    async def run(self) -> None:
        """Show changes soon, and say every 15 seconds who is still here."""
        try:
            while True:
                try:
                    async with asyncio.timeout(BEAT):
                        await self._news.wait()
                except TimeoutError:
                    self._changed |= set(self._rooms)
                shown = await self._show_changed()
                self._write_soon()
                await asyncio.sleep(FIRST_PAUSE + shown / PEOPLE_A_SECOND)
        finally:
            await self._show_changed()
            await self._store.close()
            await self._write_the_rest()

    def _write_soon(self) -> None:
        """Nobody waits for it, and there is one at a time."""
        now = asyncio.get_running_loop().time()
        is_busy = self._writing is not None and not self._writing.done()
        if self._register is not None and not is_busy and now >= self._write_at:
            self._write_at = now + WRITE_EVERY
            self._writing = asyncio.create_task(self._register.write())

    async def _write_the_rest(self) -> None:
        writing, self._writing = self._writing, None
        if writing is not None:
            await writing
        if self._register is not None:
            await self._register.write()

    async def _show_changed(self) -> int:
        """Show the rooms that changed; returns how many people that were."""
        self._news.clear()
        changed, self._changed = self._changed, set()
        shown = 0
        for incident_id in changed:
            try:
                shown += await self._show(incident_id)
            except Exception:
                logger.exception("Cannot show who is in INC-%s", incident_id)
        return shown

    async def _show(self, incident_id: int) -> int:
        room = self._rooms.get(incident_id)
        here = merged(self._people[s] for s in room.sockets if s in self._people) if room else []
        if self._register is not None:
            self._register.note(incident_id, here)
        gone = self._gone.pop(incident_id, set()) - {person.handle for person in here}
        await self._store.write(incident_id, here, gone)
        if room is None:
            self._shown.pop(incident_id, None)
            return 0
        people = merged(here, await self._store.read(incident_id))
        text = encode({"type": "presence", "count": len(people), "people": [*people[:MOST_SHOWN]]})
        if self._shown.get(incident_id) != text:
            self._shown[incident_id] = text
            room.whisper(text)
        return len(people)

    def _touch(self, incident_id: int) -> None:
        self._changed.add(incident_id)
        self._news.set()
        self._tell_others({"type": "presence", "incident": incident_id})

    def _tell_others(self, message: dict[str, Any]) -> None:
        async def tell() -> None:
            with contextlib.suppress(Exception):
                await hints.through_layer({**message, "hub": self._name})

        task = asyncio.create_task(tell())
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)
