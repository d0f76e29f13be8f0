"""Keeping the replies of one event loop up to date, once a second, whatever fails."""

import asyncio
import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import psycopg

from incidents.kernel import clock
from statuspage.door import replies
from statuspage.door.replies import Headers, Reply
from statuspage.door.shelf import ASSETS, Shelf, Stored
from statuspage.door.source import Disk, Postgres
from statuspage.rendering.assets import assets

logger = logging.getLogger(__name__)

EVERY_SECONDS: Final = 1.0
PATIENCE_SECONDS: Final = 2.0
# How old the time on disk may be: it is what a process tells that finds no database.
_KEEP_AS_OF_EVERY: Final = timedelta(seconds=15)
_AWAY: Final = (psycopg.Error, OSError, TimeoutError)
_Made = tuple[Stored, datetime | None, bool]


class Keeper:
    """`replies` by address; by the same addresses `freshness`, the headers that tell of it.

    `is_sure` is true once the database or the disk has told which pages there are.
    """

    def __init__(self, postgres: Postgres, disk: Disk) -> None:
        self.replies: dict[str, Reply] = {}
        self.freshness: dict[str, Headers] = {}
        self.has_looked = asyncio.Event()
        self.is_sure = False
        self._postgres = postgres
        self._disk = disk
        self._shelves: dict[str, Shelf] = {}
        self._made: dict[tuple[str, str], tuple[_Made, Reply]] = {}
        self._assets: dict[str, Reply] = {}
        self._kept_at = datetime.min.replace(tzinfo=UTC)
        self._away = False
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
        for asset in assets().values():
            self._assets |= replies.of_asset(asset, ASSETS)
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
            if not self._away:
                logger.warning("status pages are served as last known: %s", error)
            self._away = True
        else:
            self._away, self.is_sure = False, True
            before, self._shelves = self._shelves, found
            await self._keep(before)
        await self._put_out()

    async def _keep(self, before: Mapping[str, Shelf]) -> None:
        """On disk, what a process needs that starts without a database."""
        fresh = [
            shelf
            for slug, shelf in self._shelves.items()
            if slug not in before or before[slug].documents != shelf.documents
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
            (shelf.slug, path): (shelf, _made_of(document, shelf, now))
            for shelf in self._shelves.values()
            for path, document in shelf.documents.items()
        }
        new = {key: at for key, at in wanted.items() if self._current(key) != at[1]}
        if new:
            made = await asyncio.to_thread(_make, new, now)
            self._made |= made
        self._made = {key: self._made[key] for key in wanted}
        self._swap(now)

    def _current(self, key: tuple[str, str]) -> _Made | None:
        found = self._made.get(key)
        return found[0] if found else None

    def _swap(self, now: datetime) -> None:
        found: dict[str, Reply] = dict(self._assets)
        freshness: dict[str, Headers] = {}
        told = {slug: _freshness(shelf, now) for slug, shelf in self._shelves.items()}
        for (slug, path), (_, reply) in self._made.items():
            for address in self._shelves[slug].addresses(path):
                found[address] = reply
                freshness[address] = told[slug]
        self.replies, self.freshness = found, freshness


def _freshness(shelf: Shelf, now: datetime) -> Headers:
    as_of = shelf.as_of.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    age = max(0, int((now - shelf.as_of).total_seconds()))
    return [(b"x-status-as-of", as_of.encode()), (b"x-status-age", b"%d" % age)]


def _made_of(document: Stored, shelf: Shelf, now: datetime) -> _Made:
    """What a reply was made of: the same parts make the same reply."""
    if not replies.has_marks(document):
        return document, None, False
    return document, shelf.as_of.replace(second=0, microsecond=0), shelf.is_stale(now)


def _make(
    wanted: Mapping[tuple[str, str], tuple[Shelf, _Made]], now: datetime
) -> dict[tuple[str, str], tuple[_Made, Reply]]:
    return {
        key: (made, replies.of_document(made[0], shelf, now))
        for key, (shelf, made) in wanted.items()
    }
