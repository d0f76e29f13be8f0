"""Who has a room open: kept in Valkey for under a minute at a time. What `register` writes for the
recording is not read here.

Without Valkey the people connected to this process are still known; the others are just absent.
"""

import asyncio
import contextlib
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, Final

import msgspec
import redis
import redis.asyncio
from django.conf import settings

from incidents.kernel import clock

BEAT: Final = 15.0
FORGET_AFTER: Final = 45.0
KEY_TTL: Final = 60
CAP: Final = 0.3
PAGE_CAP: Final = 0.2
# The best one counts when somebody has a room open twice.
STATES: Final = ("responding", "watching", "away")


@dataclass(frozen=True, slots=True)
class Person:
    handle: str
    name: str
    state: str = "watching"


class PresenceStore:
    """The shared table: one hash an incident, one field for each person and hub."""

    def __init__(self) -> None:
        self._hub = uuid.uuid4().hex[:12]
        self._client: redis.asyncio.Redis | None = None

    async def write(self, incident_id: int, people: Iterable[Person], gone: Iterable[str]) -> None:
        """Say who is here by this hub, and who of it has left."""
        now = clock.now().timestamp()
        here: dict[Any, Any] = {
            f"{person.handle}|{self._hub}": msgspec.json.encode({**asdict(person), "at": now})
            for person in people
        }
        left = [f"{handle}|{self._hub}" for handle in gone]
        with _unless_down():
            async with asyncio.timeout(CAP), self._redis().pipeline(transaction=False) as pipe:
                if here:
                    pipe.hset(_key(incident_id), mapping=here)
                    pipe.expire(_key(incident_id), KEY_TTL)
                if left:
                    pipe.hdel(_key(incident_id), *left)
                await pipe.execute()

    async def read(self, incident_id: int) -> list[Person]:
        with _unless_down():
            async with asyncio.timeout(CAP):
                return _fresh(await self._redis().hgetall(_key(incident_id)))
        return []

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with _unless_down():
                async with asyncio.timeout(CAP):
                    await client.aclose()

    def _redis(self) -> redis.asyncio.Redis:
        if self._client is None:
            self._client = redis.asyncio.Redis.from_url(
                settings.REDIS_URL, socket_timeout=CAP, socket_connect_timeout=CAP
            )
        return self._client


def people_here(incident_id: int) -> list[Person]:
    """Who is in the room, for drawing a page; nobody when Valkey does not answer at once."""
    with _unless_down():
        found = _blocking().hgetall(_key(incident_id))
        return _fresh(found)
    return []


def merged(*groups: Iterable[Person]) -> list[Person]:
    """One entry a person, by name; the best state counts."""
    best: dict[str, Person] = {}
    for group in groups:
        for person in group:
            known = best.get(person.handle)
            if known is None or _rank(person) < _rank(known):
                best[person.handle] = person
    return sorted(best.values(), key=lambda person: (person.name.lower(), person.handle))


@cache
def _blocking() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=PAGE_CAP, socket_connect_timeout=PAGE_CAP
    )


def _unless_down() -> contextlib.suppress:
    return contextlib.suppress(redis.RedisError, OSError, TimeoutError)


def _key(incident_id: int) -> str:
    return f"presence:{incident_id}"


def _rank(person: Person) -> int:
    return STATES.index(person.state)


def _fresh(fields: Mapping[Any, Any]) -> list[Person]:
    since = clock.now().timestamp() - FORGET_AFTER
    rows: list[dict[str, Any]] = [msgspec.json.decode(value) for value in fields.values()]
    return merged(
        Person(row["handle"], row["name"], row["state"])
        for row in rows
        if row["at"] >= since and row["state"] in STATES
    )
