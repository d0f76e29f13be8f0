"""Shared documents as one event loop sees them: how far each has come, and who has it open.

As in rooms, a hint only says how far a document has come; what is sent is read from its log. Where
people's cursors are is in no table: each process tells the others of its own.
"""

import asyncio
import contextlib
import logging
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Protocol

from warroom.realtime import codes, credit, hints, wire
from warroom.realtime.credit import Credit
from warroom.realtime.wire import Pointer

logger = logging.getLogger(__name__)
LONGEST_PAUSE: Final = 5.0
KEPT_UPDATES: Final = 256
# Cursors move often and everybody sees each: several moves go out as one.
POINTER_PAUSE: Final = 0.1
FACT_PAUSE: Final = 1.0
MOST_ANSWERS: Final = 4
# An editor that lives says so every 15 seconds.
POINTER_LIFE: Final = 45.0
GONE: Final = "null"

Updates = list[tuple[int, bytes]]
Send = Callable[[bytes], Awaitable[None]]


class Source(Protocol):
    """Where documents are read; everything is committed."""

    async def updates(self, incident_id: int, after: int) -> Updates:
        """What somebody at update `after` lacks, in order."""
        ...

    async def reached(self, incident_ids: list[int]) -> Mapping[int, int]:
        """The last update of each document."""
        ...

    async def touches_access(self, incident_id: int, after: int) -> bool:
        """Whether after this seq somebody's rights in the incident may have changed."""
        ...


class Desk:
    """One document. `reached` is the highest update known to be committed."""

    def __init__(self, incident_id: int, source: Source) -> None:
        self.incident_id = incident_id
        self.reached = 0
        self.seats: set[Seat] = set()
        self.pointers: dict[int, tuple[Pointer, float]] = {}
        # The seq of the last fact that came, and of the last one that was looked at.
        self.fact_seq = 0
        self.seen_seq = 0
        self._source = source
        self._kept: dict[int, bytes] = {}
        self._reading = asyncio.Lock()

    def reach(self, n: int) -> None:
        if n > self.reached:
            self.reached = n
            for seat in self.seats:
                seat.news.set()

    async def page(self, after: int) -> Updates:
        """Updates after `after`; each is read once for all that sit here."""
        found = self._run_after(after)
        if not found:
            async with self._reading:
                found = self._run_after(after) or await self._fetch(after)
        return found

    def _run_after(self, after: int) -> Updates:
        found: Updates = []
        while (data := self._kept.get(after + 1)) is not None:
            after += 1
            found.append((after, data))
        return found

    async def _fetch(self, after: int) -> Updates:
        """Read, however long the database may be away."""
        pause = 0.25
        while True:
            reached = self.reached
            try:
                found = await self._source.updates(self.incident_id, after)
            except Exception as error:  # noqa: BLE001  # whatever it is: wait, and try again
                logger.warning("Cannot read the document of INC-%s: %r", self.incident_id, error)
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
                continue
            self._keep(after, found)
            if not found and self.reached == reached:
                self.reached = after  # somebody hinted at what is not there
            return found

    def _keep(self, after: int, found: Updates) -> None:
        for n, data in found:
            if n == after + 1:  # else it stands for several
                self._kept[n] = data
            after = n
        for n in sorted(self._kept)[:-KEPT_UPDATES]:
            del self._kept[n]

    def point(self, pointer: Pointer, *, but: "Seat | None" = None) -> bool:
        """Take in where somebody's cursor is; False when something newer is known."""
        known = self.pointers.get(pointer.client)
        if known is not None and known[0].clock >= pointer.clock:
            return False
        self.pointers[pointer.client] = pointer, time.monotonic()
        for seat in self.seats:
            if seat is not but:
                seat.moved.add(pointer.client)
        return True

    def forget_old_pointers(self) -> None:
        since = time.monotonic() - POINTER_LIFE
        for client, (pointer, at) in list(self.pointers.items()):
            if at < since and pointer.state == GONE:
                del self.pointers[client]
            elif at < since:
                self.point(Pointer(client, pointer.clock + 1, GONE))


class Seat:
    """One client at a document: how far it is, its credit, and which cursors it has yet to see."""

    def __init__(self, send: Send) -> None:
        self.cursor: int | None = None
        self.client: int | None = None
        self.credit = Credit()
        self.news = asyncio.Event()
        self.ask_again = asyncio.Event()
        self.moved: set[int] = set()
        self._send = send
        self._sent = 0
        self._answers: list[tuple[bytes, int | None]] = []

    def answer(self, frame: bytes, *, n: int | None = None) -> bool:
        """Send it this before anything else; `n` when it has the text up to that update then.

        False when it asks for more than it reads.
        """
        self._answers.append((frame, n))
        self.news.set()
        return len(self._answers) <= MOST_ANSWERS

    async def follow(self, desk: Desk) -> int:
        """Send all that comes, in order; return the code to close with."""
        try:
            while True:
                await self.news.wait()
                self.news.clear()
                while self._answers:
                    frame, n = self._answers.pop(0)
                    await self._write(frame)
                    self.cursor = n if self.cursor is None else self.cursor
                if self.cursor is not None:
                    self.cursor = await self._follow_from(self.cursor, desk)
                    await self._show_pointers(desk)
        except TimeoutError:
            return codes.SLOW

    async def _follow_from(self, cursor: int, desk: Desk) -> int:
        while cursor < desk.reached:
            for n, data in await desk.page(cursor):
                await self._write(wire.update(data))
                cursor = n
        return cursor

    async def _show_pointers(self, desk: Desk) -> None:
        moved, self.moved = self.moved, set()
        shown = [desk.pointers[client][0] for client in moved if client in desk.pointers]
        if shown:
            await self._write(wire.pointers(shown))

    async def _write(self, frame: bytes) -> None:
        """Send one binary frame, as soon as the client has read enough of those before."""
        await self.credit.wait()
        self._sent += 1
        self.credit.take(self._sent, len(frame))
        async with asyncio.timeout(credit.PATIENCE):
            await self._send(frame)


class Desks:
    """All documents that are open in this event loop: a guest of its hub."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._name = uuid.uuid4().hex
        self._desks: dict[int, Desk] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._sending: set[asyncio.Task[None]] = set()
        self._moved = asyncio.Event()
        self._told = asyncio.Event()

    @property
    def is_empty(self) -> bool:
        return not self._desks

    async def sit(self, incident_id: int, seat: Seat, *, seq: int) -> Desk:
        """Let `seat` follow the document; `seq` is that of the last fact its rights rest on."""
        desk = self._desks.get(incident_id)
        if desk is None:
            reached = await self._source.reached([incident_id])
            desk = self._desks.setdefault(incident_id, Desk(incident_id, self._source))
            desk.reach(reached.get(incident_id, 0))
            desk.seen_seq = seq
            self._tell_others(incident_id, asks=True)
        desk.seats.add(seat)
        seat.moved |= set(desk.pointers)
        return desk

    def rise(self, incident_id: int, seat: Seat) -> None:
        """Forget `seat`, whether or not it sat down; its cursor goes with it."""
        desk = self._desks.get(incident_id)
        if desk is None:
            return
        desk.seats.discard(seat)
        known = desk.pointers.get(seat.client) if seat.client is not None else None
        if known is not None:
            self.point(desk, Pointer(known[0].client, known[0].clock + 1, GONE))
        if not desk.seats:
            del self._desks[incident_id]

    def point(self, desk: Desk, pointer: Pointer, *, by: Seat | None = None) -> None:
        if desk.point(pointer, but=by):
            self._moved.set()
            self._tell_others(desk.incident_id, [pointer])

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        hints.documents.listen(self._hear_here)

    def stop(self) -> None:
        hints.documents.unlisten(self._hear_here)
        self._loop = None

    def _hear_here(self, incident_id: int, n: int) -> None:
        """An edit was committed in this process, in whatever thread."""
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # it has ended meanwhile
                loop.call_soon_threadsafe(self._reach, incident_id, n)

    def _reach(self, incident_id: int, n: int) -> None:
        desk = self._desks.get(incident_id)
        if desk is not None:
            desk.reach(n)

    def reach(self, incident_id: int, seq: int) -> None:
        """A fact was written: it may change who may write here."""
        desk = self._desks.get(incident_id)
        if desk is not None:
            desk.fact_seq = max(desk.fact_seq, seq)
            self._told.set()

    def hear(self, message: Mapping[str, Any]) -> None:
        """What another process says."""
        if message.get("type") == "documents":
            for incident_id, n in message["hints"]:
                self._reach(incident_id, n)
        elif message.get("type") == "pointers" and message.get("hub") != self._name:
            desk = self._desks.get(message["incident"])
            if desk is not None:
                self._hear_of(desk, message)

    def _hear_of(self, desk: Desk, message: Mapping[str, Any]) -> None:
        for client, clock, state in message["pointers"]:
            desk.point(Pointer(client, clock, state))
        self._moved.set()
        ours = {seat.client for seat in desk.seats}
        known = [pointer for pointer, _ in desk.pointers.values() if pointer.client in ours]
        if message["asks"] and known:
            self._tell_others(desk.incident_id, known)

    def _tell_others(
        self, incident_id: int, found: list[Pointer] | None = None, *, asks: bool = False
    ) -> None:
        entries = [[p.client, p.clock, p.state] for p in found or []]
        message = {"type": "pointers", "hub": self._name, "incident": incident_id, "asks": asks}

        async def tell() -> None:
            with contextlib.suppress(Exception):
                await hints.through_layer({**message, "pointers": entries})

        task = asyncio.create_task(tell())
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def poll(self) -> None:
        """Ask the database how far the documents are: no hint is needed for what it finds."""
        for incident_id, n in (await self._source.reached(list(self._desks))).items():
            self._reach(incident_id, n)
        for desk in self._desks.values():
            desk.forget_old_pointers()
        self._moved.set()

    async def run(self) -> None:
        await asyncio.gather(self._show_pointers(), self._look_at_facts())

    async def _show_pointers(self) -> None:
        while True:
            await self._moved.wait()
            await asyncio.sleep(POINTER_PAUSE)
            self._moved.clear()
            for desk in self._desks.values():
                for seat in desk.seats:
                    if seat.moved:
                        seat.news.set()

    async def _look_at_facts(self) -> None:
        """Let everybody be asked again who may have lost or gained a right."""
        while True:
            await self._told.wait()
            self._told.clear()
            for desk in list(self._desks.values()):
                await self._look_at_facts_of(desk)
            await asyncio.sleep(FACT_PAUSE)

    async def _look_at_facts_of(self, desk: Desk) -> None:
        seq = desk.fact_seq
        if seq <= desk.seen_seq:
            return
        try:
            touched = await self._source.touches_access(desk.incident_id, desk.seen_seq)
        except Exception as error:  # noqa: BLE001  # everybody is asked each minute anyway
            logger.warning("Cannot ask who may see INC-%s: %r", desk.incident_id, error)
            return
        desk.seen_seq = seq
        if touched:
            for seat in desk.seats:
                seat.ask_again.set()
