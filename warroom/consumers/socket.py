"""One WebSocket: accept, JSON in and out, and an end with a code whatever happens."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any, Final

import msgspec

from incidents.kernel.errors import DomainError, NotFound, NotSignedIn
from warroom.realtime import codes
from warroom.realtime.frames import encode
from warroom.realtime.tasks import end

logger = logging.getLogger(__name__)
MOST_TEXT: Final = 64 * 1024
FAREWELL: Final = 0.2
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
# What goes on at the same time on one socket; the first to end ends all, with its code.
Activity = Coroutine[Any, Any, int | None]


class Malformed(ValueError):
    """What came is no message of the protocol; `code` closes the socket."""

    def __init__(self, code: int) -> None:
        super().__init__(f"closing with {code}")
        self.code = code


class Socket:
    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._open = False

    async def accept(self) -> None:
        """Accept even whom we refuse next: browsers do not show the reason of a refusal."""
        message = await self._receive()
        if message["type"] == "websocket.connect":
            await self._send({"type": "websocket.accept"})
            self._open = True

    async def send_text(self, text: str) -> None:
        if self._open:
            await self._send({"type": "websocket.send", "text": text})

    async def send_bytes(self, data: bytes) -> None:
        if self._open:
            await self._send({"type": "websocket.send", "bytes": data})

    async def say(self, type_: str, **members: Any) -> None:
        await self.send_text(encode({"type": type_, **members}))

    async def close(self, code: int) -> None:
        if self._open:
            self._open = False
            await self._send({"type": "websocket.close", "code": code})

    async def _say_farewell(self) -> None:
        """The server stops. It waits for applications that end by themselves, but not a moment for
        those that end as cancelled, and what was written last would be lost."""
        task = asyncio.current_task()
        if task is not None:
            task.uncancel()
        await self.close(codes.GOING_AWAY)
        await asyncio.sleep(FAREWELL)

    async def messages(self) -> AsyncIterator[dict[str, Any]]:
        """The JSON objects that the client sends, until it goes. Raises Malformed."""
        while True:
            message = await self._receive()
            if message["type"] == "websocket.disconnect":
                self._open = False
                return
            yield _read(message.get("text"))

    async def frames(self, most_bytes: int) -> AsyncIterator[bytes | dict[str, Any]]:
        """As `messages`, on a socket that carries binary frames too. Raises Malformed."""
        while True:
            message = await self._receive()
            if message["type"] == "websocket.disconnect":
                self._open = False
                return
            data = message.get("bytes")
            if data is not None and len(data) > most_bytes:
                raise Malformed(codes.TOO_BIG)
            yield _read(message.get("text")) if data is None else data

    async def during(self, *activities: Activity) -> None:
        """Run the activities until the first ends; close with the code that it returns."""
        tasks = [asyncio.create_task(activity) for activity in activities]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            code = next(iter(done)).result()
        except Malformed as error:
            code = error.code
        except asyncio.CancelledError:
            await self._say_farewell()
            code = None
        finally:
            await end(tasks)
        if code is not None:
            await self.close(code)


def _read(text: str | None) -> dict[str, Any]:
    if text is None:
        raise Malformed(codes.BAD_DATA)
    if len(text) > MOST_TEXT:
        raise Malformed(codes.TOO_BIG)
    try:
        message = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Malformed(codes.BAD_DATA) from error
    if not isinstance(message, dict):
        raise Malformed(codes.BAD_DATA)
    return message


def code_of(error: DomainError) -> int:
    """The code with which a refusal closes the socket."""
    if isinstance(error, NotSignedIn):
        return codes.NOT_SIGNED_IN
    if error.code == "room_full":
        return codes.FULL
    return codes.NOT_FOUND if isinstance(error, NotFound) else codes.NOT_ALLOWED


async def nothing(_scope: Scope, receive: Receive, send: Send) -> None:
    """What answers at addresses where there is no socket."""
    socket = Socket(receive, send)
    await socket.accept()
    await socket.close(codes.NOT_FOUND)
