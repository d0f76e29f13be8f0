"""A client that opens the room and then never reads: not a frame, not the end."""

import asyncio
import select
import socket
import time
from dataclasses import dataclass, field

from bench.soak.client import Room
from bench.sockets import headers_of

# What the server may send ahead (docs/websocket.md): with this much unread it has to wait.
AHEAD = 64
BUFFER = 4096
LOOK_EVERY = 0.1
GONE = select.POLLHUP | select.POLLERR | getattr(select, "POLLRDHUP", 0)


@dataclass
class Closings:
    """How long it took until each was closed: since it came, and since the server had to wait."""

    since_open: list[float] = field(default_factory=list)
    since_behind: list[float] = field(default_factory=list)
    still_open: list[float] = field(default_factory=list)
    cut_short: int = 0


class Silent:
    def __init__(self, room: Room, session: str, closings: Closings) -> None:
        self._room = room
        self._session = session
        self._closings = closings
        self._behind_at = 0.0

    async def stay(self) -> None:
        """Come back after each end, as if it had been another one."""
        while True:
            pid = self._web()
            opened_at = time.perf_counter()
            self._behind_at = 0.0
            try:
                with await self._open() as connection:
                    await self._until_closed(connection, pid)
            except OSError:
                await asyncio.sleep(1)
                continue
            except asyncio.CancelledError:
                self._note_open()
                raise
            self._note(opened_at, killed=self._web() != pid)

    def _web(self) -> int:
        return self._room.product.pids().get("web", 0)

    def _note(self, opened_at: float, *, killed: bool) -> None:
        now = time.perf_counter()
        if killed or not self._behind_at:
            self._closings.cut_short += 1
            return
        self._closings.since_open.append(now - opened_at)
        self._closings.since_behind.append(now - self._behind_at)

    def _note_open(self) -> None:
        if self._behind_at:
            self._closings.still_open.append(time.perf_counter() - self._behind_at)

    async def _open(self) -> socket.socket:
        """Shake hands, and not a byte more."""
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        connection.setblocking(False)
        try:
            async with asyncio.timeout(20):
                await self._shake_hands(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    async def _shake_hands(self, connection: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        await loop.sock_connect(connection, ("127.0.0.1", self._room.product.port))
        await loop.sock_sendall(connection, self._greeting())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            byte = await loop.sock_recv(connection, 1)
            if not byte:
                raise ConnectionResetError("closed before it was open")
            head += byte

    def _greeting(self) -> bytes:
        product = self._room.product
        headers = headers_of(product, self._session) | {
            "Host": f"127.0.0.1:{product.port}",
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        }
        lines = [f"GET {self._room.path} HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items())]
        return "\r\n".join(lines).encode() + b"\r\n\r\n"

    async def _until_closed(self, connection: socket.socket, pid: int) -> None:
        """The kernel tells of an end without anything being read; but when the server is killed,
        its last word stays behind what is unread, and only its successor shows."""
        ledger = self._room.ledger
        full = ledger.last_seq + AHEAD
        poll = select.poll()
        poll.register(connection, GONE)
        while self._web() == pid and not any(event & GONE for _, event in poll.poll(0)):
            if not self._behind_at and ledger.last_seq >= full:
                self._behind_at = time.perf_counter()
            await asyncio.sleep(LOOK_EVERY)
