"""Keeping the replies of one event loop up to date, once a second, whatever fails."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import psycopg

from incidents.kernel import clock
from statuspage.door import replies
from statuspage.door.replies import Headers, Reply
from statuspage.door.shelf import SHARED, Shelf, Stored
from statuspage.door.source import Disk, Postgres
from statuspage.rendering.assets import assets
from statuspage.rendering.stamps import ROOT, Place

logger = logging.getLogger(__name__)

EVERY_SECONDS: Final = 1.0
PATIENCE_SECONDS: Final = 2.0
# How old the time on disk may be: it is what a process tells that finds no database.
_KEEP_AS_OF_EVERY: Final = timedelta(seconds=15)
_AWAY: Final = (psycopg.Error, OSError, TimeoutError)
_Key = tuple[str, str, Place | None]


@dataclass(frozen=True, slots=True)
class _Made:
    """What a reply was made of: the same parts make the same reply."""

    document: Stored
    minute: datetime | None
    is_stale: bool
    is_public: bool
    is_searchable: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """What is at one address; `slug` is empty for what belongs to no page."""

    reply: Reply
    slug: str = ""


Table = dict[str, Shown]


class Keeper:
    """What is `shared` by address, and what is at each of the `hosts` that pages have of their
    own. `freshness` are the headers that tell of it, by page.

    `is_sure` is true once the database or the disk has told which pages there are.
    """

    def __init__(self, postgres: Postgres, disk: Disk) -> None:
        self.shared: Table = {}
        self.hosts: dict[str, tuple[str, Table]] = {}
        self.freshness: dict[str, Headers] = {}
        self.default = ""
        self.has_looked = asyncio.Event()
        self.is_sure = False
        self._postgres = postgres
        self._disk = disk
        self._shelves: dict[str, Shelf] = {}
        self._made: dict[_Key, tuple[_Made, Reply]] = {}
        self._assets: dict[Place, Table] = {}
        self._kept_at = datetime.min.replace(tzinfo=UTC)
        self.is_away = False
        self._looking = asyncio.Lock()
        self._task = asyncio.create_task(self._run(), name="status pages")

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        try:
            await self._begin()
            while True:
                await self._guarded_turn()
                self.has_looked.set()
                await asyncio.sleep(EVERY_SECONDS)
        finally:
            # Also when the server stops its loop, which cancels this.
            await self._postgres.close()

    async def _guarded_turn(self) -> None:
        try:
            await self.turn()
        except Exception:
            # What is being served stays; a crowd on the page must not see this.
            logger.exception("status pages could not be brought up to date")

    async def _begin(self) -> None:
        for place in (SHARED, ROOT):
            found: dict[str, Reply] = {}
            for asset in assets().values():
                found |= replies.of_asset(asset, place.assets)
            self._assets[place] = {address: Shown(reply) for address, reply in found.items()}
        self._shelves = await asyncio.to_thread(self._disk.read)
        self.is_sure = bool(self._shelves)
        await self._put_out()

    async def turn(self) -> None:
        """Look once, and put out what is new."""
        async with self._looking:
            await self._look()

    async def _look(self) -> None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                found = await self._postgres.read(self._shelves, clock.now())
        except _AWAY as error:
            await self._postgres.close()
            if not self.is_away:
                logger.warning("status pages are served as last known: %s", error)
            self.is_away = True
        else:
            self.is_away, self.is_sure = False, True
            before, self._shelves = self._shelves, found
            await self._keep(before)
        await self._put_out()

    async def _keep(self, before: Mapping[str, Shelf]) -> None:
        """On disk, what a process needs that starts without a database."""
        fresh = [
            shelf
            for slug, shelf in self._shelves.items()
            if slug not in before or _settings(before[slug]) != _settings(shelf)
        ]
        now = clock.now()
        is_time = abs(now - self._kept_at) > _KEEP_AS_OF_EVERY
        gone = before.keys() - self._shelves.keys()
        if not (fresh or gone or is_time):
            return
        try:
            await asyncio.to_thread(self._write, fresh, sorted(gone))
            self._kept_at = now
        except OSError as error:
            logger.warning("status pages could not be kept on disk: %s", error)

    def _write(self, fresh: list[Shelf], gone: list[str]) -> None:
        for shelf in fresh:
            self._disk.keep(shelf)
        for slug in gone:
            self._disk.drop(slug)
        self._disk.keep_as_of(self._shelves)

    async def _put_out(self) -> None:
        """Make the replies that differ from those there are, then swap them all at once."""
        now = clock.now()
        wanted = {
            _key(shelf, document, place): (shelf, place, _made_of(document, shelf, now))
            for shelf in self._shelves.values()
            for document in shelf.documents.values()
            for place in shelf.places
        }
        new = {key: at for key, at in wanted.items() if self._current(key) != at[2]}
        if new:
            self._made |= await asyncio.to_thread(_make, new, now)
        self._made = {key: self._made[key] for key in wanted}
        self._swap(now)

    def _current(self, key: _Key) -> _Made | None:
        found = self._made.get(key)
        return found[0] if found else None

    def _swap(self, now: datetime) -> None:
        shared: Table = dict(self._assets[SHARED])
        hosts: dict[str, tuple[str, Table]] = {}
        for shelf in self._shelves.values():
            shared |= self._table(shelf, shelf.place)
            if shelf.host:
                hosts[shelf.host] = (shelf.slug, self._assets[ROOT] | self._table(shelf, ROOT))
        self.shared, self.hosts = shared, hosts
        self.freshness = {slug: _freshness(s, now) for slug, s in self._shelves.items()}
        self.default = next((s.slug for s in self._shelves.values() if s.is_default), "")

    def _table(self, shelf: Shelf, place: Place) -> Table:
        found: Table = {}
        for path, document in shelf.documents.items():
            shown = Shown(self._made[_key(shelf, document, place)][1], shelf.slug)
            found |= dict.fromkeys(shelf.addresses(path, place), shown)
        return found

    def shelf(self, slug: str) -> Shelf | None:
        return self._shelves.get(slug)


def _key(shelf: Shelf, document: Stored, place: Place) -> _Key:
    return shelf.slug, document.path, place if replies.is_placed(document) else None


def _settings(shelf: Shelf) -> tuple[object, ...]:
    return shelf.documents, shelf.host, shelf.is_searchable, shelf.terms, shelf.is_default


def _freshness(shelf: Shelf, now: datetime) -> Headers:
    as_of = shelf.as_of.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    age = max(0, int((now - shelf.as_of).total_seconds()))
    return [(b"x-status-as-of", as_of.encode()), (b"x-status-age", b"%d" % age)]


def _made_of(document: Stored, shelf: Shelf, now: datetime) -> _Made:
    is_marked = replies.has_marks(document)
    return _Made(
        document,
        minute=shelf.as_of.replace(second=0, microsecond=0) if is_marked else None,
        is_stale=is_marked and shelf.is_stale(now),
        is_public=shelf.terms.is_public,
        is_searchable=shelf.is_searchable,
    )


def _make(
    wanted: Mapping[_Key, tuple[Shelf, Place, _Made]], now: datetime
) -> dict[_Key, tuple[_Made, Reply]]:
    return {
        key: (made, replies.of_document(made.document, shelf, place, now))
        for key, (shelf, place, made) in wanted.items()
    }
