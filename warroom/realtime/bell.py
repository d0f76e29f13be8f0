"""Telling people of their notices, on every socket they have: those of rooms and of the feed.

A ring only says "look": what there is to tell is read from the database. Nobody rings for what was
read, or for notices made while Valkey was away; so everybody is looked at every few seconds, too.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from warroom.realtime.board import Board, Event
from warroom.realtime.frames import encode
from warroom.realtime.room import RoomSocket

logger = logging.getLogger(__name__)
KIND: Final = "notice"
MOST_TOLD: Final = 20_000


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for one reader: how many notices are unread, and those of the last minute."""

    unread: int
    recent: Mapping[int, Mapping[str, Any]]


class Listen(Protocol):
    """Reads what waits for these readers (names of sockets' owners)."""

    async def __call__(self, readers: frozenset[str]) -> Mapping[str, Waiting]: ...


class Bell:
    """Remembers what each reader was told, so that it tells only what has changed."""

    def __init__(
        self, listen: Listen, board: Board, rooms: Callable[[], Iterator[RoomSocket]]
    ) -> None:
        self._listen = listen
        self._board = board
        self._rooms = rooms
        self._rung = asyncio.Event()
        self._unread: dict[str, int] = {}
        self._told: dict[int, None] = {}

    def ring(self) -> None:
        self._rung.set()

    async def run(self) -> None:
        while True:
            await self._rung.wait()
            self._rung.clear()
            readers = self._readers()
            try:
                waiting = await self._listen(readers) if readers else {}
            except Exception:
                logger.warning("Cannot read who has notices", exc_info=True)
                continue
            self._unread = {name: n for name, n in self._unread.items() if name in waiting}
            for reader, found in waiting.items():
                self._tell(reader, found)

    def _readers(self) -> frozenset[str]:
        names = {socket.reader for socket in self._rooms()}
        names |= {socket.reader for socket in self._board.sockets}
        return frozenset(name for name in names if name)

    def _tell(self, reader: str, found: Waiting) -> None:
        news = [pk for pk in found.recent if pk not in self._told]
        if not news and self._unread.get(reader, 0) == found.unread:
            return
        self._unread[reader] = found.unread
        self._remember(news)
        body = {"unread": found.unread, "news": [found.recent[pk] for pk in news]}
        self._board.tell([Event(max(news, default=0), KIND, body, frozenset({reader}))])
        text = encode({"type": KIND, **body})
        for socket in self._rooms():
            if socket.reader == reader:
                socket.hear(text)

    def _remember(self, told: Iterable[int]) -> None:
        self._told.update(dict.fromkeys(told))
        while len(self._told) > MOST_TOLD:
            del self._told[next(iter(self._told))]
