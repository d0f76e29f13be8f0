"""Who may send: the keys of integrations and API keys, by their hashes, in memory.

The whole ring is read again every few seconds while keys are used, and at once for a key it does
not hold, so that a new key works immediately. However many unknown keys arrive, the ring is read
at most every `SPACING` seconds.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any, Final

import psycopg
from django.conf import settings
from psycopg_pool import PoolTimeout

from incidents.door.limits import Bucket
from incidents.door.pool import Pool
from incidents.kernel import clock, tokens
from incidents.models import Scope

logger = logging.getLogger(__name__)

FRESH_FOR: Final = 3.0
# A key that was taken away works no longer than this.
STALE_AFTER: Final = 10.0
SPACING: Final = 0.2
# What API keys send belongs to this integration; its key hash is nothing that a key hashes to.
BUILT_IN: Final = "built-in:native"

_INTEGRATIONS = """
    SELECT key_hash, id, kind, paused, expires_at, options, secret FROM incidents_integration
"""
_API_KEYS = """
    SELECT token_hash, id, expires_at FROM incidents_apikey
     WHERE revoked_at IS NULL AND scopes && %s::varchar[]
"""
_MAKE_BUILT_IN = """
    INSERT INTO incidents_integration
        (kind, name, hint, key_hash, paused, created_at, options, secret)
    VALUES ('native', 'Events sent with API keys', '', %s, false, now(), '{}', '')
    ON CONFLICT (key_hash) DO NOTHING
"""
_TOUCH = "UPDATE incidents_apikey SET last_used_at = now() WHERE id = ANY(%s)"


class KeysUnknown(Exception):
    """The keys cannot be read now, so nobody can be told whether theirs is right."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What one key opens: it may send to `integration_id` in the protocols of `kind`.

    `sealed` is the secret that signs its messages, encrypted; empty where they are not signed.
    """

    integration_id: int
    kind: str
    paused: bool
    bucket: Bucket
    api_key_id: int | None = None
    expires_at: datetime | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    sealed: str = ""

    @property
    def is_over(self) -> bool:
        return self.expires_at is not None and self.expires_at <= clock.now()


class KeyRing:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._grants: dict[str, Grant] = {}
        self._buckets: dict[str, Bucket] = {}
        self._used: set[int] = set()
        self._read_at = float("-inf")
        self._reading: asyncio.Task[bool] | None = None

    async def find(self, key: str) -> Grant | None:
        """What `key` opens, None for nothing. Raises KeysUnknown while the database is away.

        The key of an integration that has expired is found, so that its sender can be told.
        """
        name = tokens.digest(key)
        asked = monotonic()
        grant = self._grants.get(name)
        age = asked - self._read_at
        if grant is None or age > STALE_AFTER:
            await self._read_since(asked)
            grant = self._grants.get(name)
        elif age > FRESH_FOR:
            self._read()
        if grant is not None and grant.api_key_id is not None:
            if grant.is_over:
                return None
            self._used.add(grant.api_key_id)
        return grant

    async def _read_since(self, asked: float) -> None:
        while self._read_at < asked:
            if not await asyncio.shield(self._read()):
                raise KeysUnknown

    def _read(self) -> asyncio.Task[bool]:
        """The reading under way, or a new one."""
        if self._reading is None or self._reading.done():
            self._reading = asyncio.get_running_loop().create_task(self._read_now())
        return self._reading

    async def _read_now(self) -> bool:
        await asyncio.sleep(max(0.0, self._read_at + SPACING - monotonic()))
        began = monotonic()
        try:
            async with asyncio.timeout(5):
                self._grants = await self._load()
        except (psycopg.Error, PoolTimeout, TimeoutError) as error:
            logger.warning("The keys could not be read: %s", type(error).__name__)
            return False
        self._read_at = began
        return True

    async def _load(self) -> dict[str, Grant]:
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(_INTEGRATIONS)).fetchall()
            api_keys = await (
                await connection.execute(_API_KEYS, [[Scope.EVENTS.value, Scope.ADMIN.value]])
            ).fetchall()
            if api_keys and BUILT_IN not in {row[0] for row in rows}:
                await connection.execute(_MAKE_BUILT_IN, [BUILT_IN])
                rows = await (await connection.execute(_INTEGRATIONS)).fetchall()
            if self._used:
                used, self._used = self._used, set()
                await connection.execute(_TOUCH, [list(used)])
        return self._grants_of(rows, api_keys)

    def _grants_of(
        self, rows: list[tuple[Any, ...]], api_keys: list[tuple[Any, ...]]
    ) -> dict[str, Grant]:
        known = {row[0] for row in rows} | {row[0] for row in api_keys}
        self._buckets = {
            name: self._buckets.get(name) or Bucket(settings.INTAKE_RATE) for name in known
        }
        grants = {
            name: Grant(pk, kind, paused, self._buckets[name], None, expires_at, options, sealed)
            for name, pk, kind, paused, expires_at, options, sealed in rows
        }
        built_in = grants.pop(BUILT_IN, None)
        if built_in is None:
            return grants
        for name, pk, expires_at in api_keys:
            bucket = self._buckets[name]
            grants[name] = Grant(
                built_in.integration_id, "native", built_in.paused, bucket, pk, expires_at
            )
        return grants
