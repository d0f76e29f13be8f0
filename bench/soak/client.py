"""One person in the room, as a browser behaves: comes back, goes on where it was, sends again."""

import asyncio
import contextlib
import json
import random
import time
from array import array
from dataclasses import dataclass

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import WebSocketException

from bench.product import Product
from bench.soak.ledger import Ledger
from bench.sockets import ACKNOWLEDGE_EVERY, Frame, open_as, read_frame

PAUSE = (0.1, 1.0)
# As the browser's: unanswered at once, and seconds until the next try after a refusal.
ON_THE_WAY = 4
PUT_OFF = (2.0, 30.0)
STAY = (5.0, 20.0)


@dataclass(frozen=True, slots=True)
class Room:
    product: Product
    reference: str
    number: int
    ledger: Ledger

    @property
    def path(self) -> str:
        return f"/ws/incidents/{self.reference}"


class Client:
    """`seqs` is what it has read, in the order it came, since it had `after`."""

    def __init__(self, room: Room, session: str, chance: random.Random, *, after: int = 0) -> None:
        self.after = self.cursor = after
        self.seqs = array("I")
        self.opened_at = 0.0
        self._room = room
        self._session = session
        self._chance = chance
        self._ledger = room.ledger
        self._socket: ClientConnection | None = None
        self._acknowledged = 0
        # Neither accepted nor refused for good yet, oldest first.
        self._waiting: dict[str, None] = {}
        self._on_the_way: set[str] = set()
        self._was_sent: set[str] = set()
        self._refusals = 0
        self._not_before = 0.0

    @property
    def is_waiting(self) -> bool:
        return bool(self._waiting)

    async def stay(self) -> None:
        while True:
            try:
                await self._visit()
            except (OSError, WebSocketException) as error:
                self._ledger.breaks[type(error).__name__] += 1
            finally:
                self._socket = None
            await asyncio.sleep(self._chance.uniform(*PAUSE))

    async def break_off(self) -> None:
        """Now and then leave without a word, or politely; `stay` comes back."""
        while True:
            await asyncio.sleep(self._chance.uniform(*STAY))
            socket = self._socket
            if socket is None:
                continue
            if self._chance.random() < 0.5:
                socket.transport.abort()
            else:
                await socket.close()

    async def say(self, body: str) -> None:
        self._ledger.send(body)
        self._waiting[body] = None
        await self.insist()

    async def insist(self) -> None:
        """Send what waits and is not on its way, unless the server asked for a pause."""
        if time.perf_counter() < self._not_before:
            return
        for body in list(self._waiting):
            if self._socket is None or len(self._on_the_way) >= ON_THE_WAY:
                return
            if body not in self._on_the_way:
                self._on_the_way.add(body)
                await self._send(self._socket, body)

    async def acknowledge(self) -> None:
        """Each second, however little came: a few long messages are as much as many short ones."""
        if self._socket is not None and self.cursor > self._acknowledged:
            with contextlib.suppress(WebSocketException):
                await self._acknowledge(self._socket)

    async def _acknowledge(self, socket: ClientConnection) -> None:
        self._acknowledged = self.cursor
        await socket.send(json.dumps({"type": "ack", "seq": self.cursor}))

    async def _visit(self) -> None:
        path = f"{self._room.path}?after={self.cursor}"
        async with await open_as(self._room.product, path, self._session) as socket:
            self._acknowledged = self.cursor
            self._on_the_way.clear()
            self._not_before = 0.0
            self._socket = socket
            await self.insist()
            try:
                async for text in socket:
                    await self._hear(socket, read_frame(text))
            finally:
                if socket.close_code is not None:
                    self._ledger.closes[socket.close_code] += 1

    async def _send(self, socket: ClientConnection, body: str) -> None:
        try:
            await socket.send(_post(body))
        except WebSocketException:
            return  # the next connection sends all that waits
        self._ledger.resent += body in self._was_sent
        self._was_sent.add(body)

    async def _hear(self, socket: ClientConnection, frame: Frame) -> None:
        if frame.type == "fact":
            self.seqs.append(frame.seq)
            self.cursor = max(self.cursor, frame.seq)
            self._ledger.see(frame.seq, frame.body, since=self.opened_at)
            if frame.seq - self._acknowledged >= ACKNOWLEDGE_EVERY:
                await self._acknowledge(socket)
        elif frame.type == "hello":
            self.opened_at = time.perf_counter()
        elif frame.type in {"ok", "error"}:
            self._be_answered(frame)
            await self.insist()

    def _be_answered(self, frame: Frame) -> None:
        body = _body(frame.client_id or "")
        self._on_the_way.discard(body)
        if frame.type == "error" and frame.retry:
            self._put_off()
            return
        self._refusals = 0
        self._waiting.pop(body, None)
        self._was_sent.discard(body)
        if frame.type == "ok":
            self._ledger.accept(body, frame.seq)
        else:
            self._ledger.refused.append(f"{frame.code}: {body}")

    def _put_off(self) -> None:
        first, longest = PUT_OFF
        if time.perf_counter() >= self._not_before:
            pause = min(longest, first * 2**self._refusals) * self._chance.uniform(0.7, 1.3)
            self._not_before = time.perf_counter() + pause
            self._refusals += 1


def _body(client_id: str) -> str:
    return f"soak {client_id}"


def body_of(client_id: object) -> str:
    """What is said under this client id: one can be told from the other."""
    return _body(str(client_id))


def _post(body: str) -> str:
    return json.dumps({"type": "post", "client_id": body.removeprefix("soak "), "body": body})
