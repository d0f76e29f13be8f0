"""The feed of the whole installation: what happened to which incident, for those who may know.

Unlike a room the feed promises no history: a message says "look again", and a client that was away
looks again anyway. So newer messages about the same thing replace older ones that still wait.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from warroom.realtime import codes, credit
from warroom.realtime.credit import Credit
from warroom.realtime.frames import encode
from warroom.realtime.room import Send

logger = logging.getLogger(__name__)
MOST_WAITING: Final = 1_000
# Up to so many go out one by one; more go out together, or a storm would drown the sockets.
BATCH_FROM: Final = 20
MOST_KNOWN: Final = 20_000
PAUSE_AFTER_ERROR: Final = 1.0


@dataclass(frozen=True, slots=True)
class Event:
    """One message of the feed. `audience` names who may read it; None is everybody signed in.

    Of messages of one type about the same thing (`about` is its id) the newest takes the place of
    those that still wait.
    """

    about: int
    type: str
    body: Mapping[str, Any]
    audience: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """What a look at the database found: the events, and how far each incident is now."""

    events: list[Event]
    reached: dict[int, int]


class Look(Protocol):
    """Reads what happened to these incidents after these seqs, for `readers` (names of sockets'
    owners who are to be asked about private incidents)."""

    async def __call__(self, after: Mapping[int, int], readers: frozenset[str]) -> Changes: ...


@dataclass(eq=False)
class BoardSocket:
    """One client of the feed. `reader` names its owner; sockets of one owner share the answer."""

    send: Send
    reader: str
    news: asyncio.Event = field(default_factory=asyncio.Event)
    credit: Credit = field(default_factory=Credit)
    waiting: dict[tuple[int, str], tuple[int, str]] = field(default_factory=dict)

    def offer(self, event: Event, number: int, text: str) -> None:
        key = (event.about, event.type)
        self.waiting.pop(key, None)
        self.waiting[key] = (number, text)
        self.news.set()

    async def follow(self) -> int:
        """Send what comes; return the code to close with."""
        try:
            while len(self.waiting) < MOST_WAITING:
                await self.news.wait()
                self.news.clear()
                while self.waiting and len(self.waiting) < MOST_WAITING:
                    await self.credit.wait()
                    await self._send_some()
        except TimeoutError:
            pass
        return codes.SLOW

    async def _send_some(self) -> None:
        if len(self.waiting) < BATCH_FROM:
            number, text = self.waiting.pop(next(iter(self.waiting)))
        else:
            taken = list(self.waiting.values())
            self.waiting.clear()
            number = max(number for number, _ in taken)
            events = ",".join(text for _, text in taken)
            text = f'{{"type":"batch","n":{number},"events":[{events}]}}'
        self.credit.take(number, len(text))
        async with asyncio.timeout(credit.PATIENCE):
            await self.send(text)


class Board:
    """Turns hints into events, one look at a time: hints that arrive meanwhile share the next."""

    def __init__(self, look: Look) -> None:
        self.sockets: set[BoardSocket] = set()
        self.number = 0
        self._look = look
        self._seen: dict[int, int] = {}
        self._hinted: dict[int, int] = {}
        self._news = asyncio.Event()

    def start_from(self, reached: Mapping[int, int]) -> None:
        """What has happened up to now is not news."""
        for incident_id, seq in reached.items():
            self._seen.setdefault(incident_id, seq)

    def reach(self, incident_id: int, seq: int) -> None:
        if self.sockets and seq > max(
            self._seen.get(incident_id, 0), self._hinted.get(incident_id, 0)
        ):
            self._hinted[incident_id] = seq
            self._news.set()

    async def run(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            hinted, self._hinted = self._hinted, {}
            after = {incident_id: self._seen.get(incident_id, 0) for incident_id in hinted}
            readers = frozenset(socket.reader for socket in self.sockets)
            try:
                changes = await self._look(after, readers)
            except Exception:
                logger.warning("Cannot read what is new yet", exc_info=True)
                await asyncio.sleep(PAUSE_AFTER_ERROR)
                for incident_id, seq in hinted.items():
                    self.reach(incident_id, seq)
                continue
            self._remember(changes.reached)
            self.tell(changes.events)

    def _remember(self, reached: Mapping[int, int]) -> None:
        for incident_id, seq in reached.items():
            self._seen.pop(incident_id, None)
            self._seen[incident_id] = seq
        while len(self._seen) > MOST_KNOWN:
            del self._seen[next(iter(self._seen))]

    def tell(self, events: Iterable[Event]) -> None:
        for event in events:
            self.number += 1
            text = encode({"type": event.type, "n": self.number, **event.body})
            for socket in self.sockets:
                if event.audience is None or socket.reader in event.audience:
                    socket.offer(event, self.number, text)
