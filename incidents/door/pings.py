"""Pings of heartbeats: `GET`, `HEAD` or `POST /ping/<key>`, also with what happened behind it.

A ping is written down and only then answered; the engine counts it. The key is looked up by the
statement that writes, so that a new key works and an old one stops at once. A body never makes a
ping fail: the end of it is kept, since that is where a job says why it failed.
"""

import asyncio
import logging
import uuid
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from weakref import WeakKeyDictionary

from django.db import Error, connections
from psycopg import AsyncConnection

from incidents.door.dialect import Answer, problem
from incidents.door.ledger import Ledger, NotWritten
from incidents.door.limits import Bucket
from incidents.door.pool import new_pool
from incidents.door.wire import (
    PROBLEM,
    Gone,
    Receive,
    Refusal,
    Scope,
    Send,
    answer_bytes,
    header,
    unavailable,
)
from incidents.events.bus import ENGINE_CHANNEL
from incidents.kernel import clock, payload, tokens
from incidents.models import EngineBeat, HeartbeatState, PingKind
from incidents.sources.heartbeats.watch import EAR

logger = logging.getLogger(__name__)

PREFIX: Final = "/ping/"
TEXT: Final = b"text/plain; charset=utf-8"
METHODS: Final = ("GET", "HEAD", "POST")
# A key may ping so many times a second, and twice as often for a moment.
RATE: Final = 5.0
MOST_BUCKETS: Final = 20_000
LONGEST_KEY: Final = 100
KEPT: Final = 10 * 1024
# Of a longer body the rest is not even read.
MOST_READ: Final = 8 * 1024 * 1024
# How often a web process says that it listens.
SECONDS_A_BEAT: Final = 5.0
_WORDS: Final = {
    "": PingKind.SUCCESS,
    "success": PingKind.SUCCESS,
    "start": PingKind.START,
    "fail": PingKind.FAIL,
    "log": PingKind.LOG,
}

_WRITE = f"""
    WITH sent AS (
        SELECT * FROM unnest(%b::text[], %b::uuid[], %b::text[], %b::smallint[], %b::text[],
                             %b::text[], %b::text[], %b::text[], %b::int[])
            AS sent(key_hash, delivery_id, kind, exit_code, method, remote_address, user_agent,
                    body, body_size)
    ), written AS (
        INSERT INTO incidents_heartbeatping (heartbeat_id, delivery_id, kind, exit_code, method,
                                             remote_address, user_agent, body, body_size)
        SELECT heartbeat.id, delivery_id, kind, nullif(exit_code, -1), method, remote_address,
               user_agent, body, body_size
          FROM sent JOIN incidents_heartbeat AS heartbeat USING (key_hash)
        ON CONFLICT (delivery_id) DO NOTHING
        RETURNING 1
    ), woken AS (
        SELECT pg_notify('{ENGINE_CHANNEL}', '') FROM (SELECT count(*) FROM written) AS done
    )
    SELECT delivery_id, heartbeat.state, (SELECT count(*) FROM woken)
      FROM sent JOIN incidents_heartbeat AS heartbeat USING (key_hash)
"""  # noqa: S608  the channel is a constant of ours


@dataclass(slots=True)
class Ping:
    """One ping on its way; `state` is that of its heartbeat, empty where there is none."""

    key_hash: str
    kind: PingKind
    exit_code: int | None
    method: str
    remote_address: str = ""
    user_agent: str = ""
    body: bytes = b""
    body_size: int = 0
    delivery_id: uuid.UUID = field(default_factory=uuid.uuid4)
    state: str = ""


async def write_pings(connection: AsyncConnection[tuple[Any, ...]], rows: Sequence[Ping]) -> None:
    columns = (
        [row.key_hash for row in rows],
        [row.delivery_id for row in rows],
        [str(row.kind) for row in rows],
        [-1 if row.exit_code is None else row.exit_code for row in rows],
        [row.method for row in rows],
        [row.remote_address for row in rows],
        [row.user_agent for row in rows],
        [_text(row.body) for row in rows],
        [row.body_size for row in rows],
    )
    found = await (await connection.execute(_WRITE, columns, prepare=True)).fetchall()
    states = {delivery_id: state for delivery_id, state, _ in found}
    for row in rows:
        row.state = states.get(row.delivery_id, "")


def _text(body: bytes) -> str:
    return body.decode("utf-8", "replace").replace("\0", "")


class _Desk:
    """What belongs to one event loop."""

    def __init__(self) -> None:
        self.pool = new_pool()
        self.ledger = Ledger(self.pool, write_pings)
        self.opened = asyncio.Lock()
        self.beating: asyncio.Task[None] | None = None


class Pings:
    """A door as `incidentsite.dispatch` wants it. With `says_so` it tells the engine, every few
    seconds from the first request on, that somebody listens."""

    def __init__(self, *, says_so: bool = False) -> None:
        self._desks: WeakKeyDictionary[asyncio.AbstractEventLoop, _Desk] = WeakKeyDictionary()
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()
        self._says_so = says_so

    def serves(self, scope: Scope) -> bool:
        if self._says_so:
            self._beat()
        return str(scope["path"]).startswith(PREFIX)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            answer = Answer(200, await self._take(scope, receive), TEXT)
        except Gone:
            return
        except Refusal as refusal:
            answer = _refused(refusal)
        except Exception:
            logger.exception("A ping failed")
            answer = _refused(unavailable("Something went wrong here. Send the ping again."))
        body = b"" if scope["method"] == "HEAD" else _bytes(answer.document)
        await answer_bytes(
            send, answer.status, body, content_type=answer.content_type, headers=answer.headers
        )

    async def close(self) -> None:
        """Give back what belongs to the running loop."""
        desk = self._desks.pop(asyncio.get_running_loop(), None)
        if desk is not None:
            if desk.beating is not None:
                desk.beating.cancel()
            await desk.pool.close()

    async def _take(self, scope: Scope, receive: Receive) -> str:
        ping = _read(scope)
        self._admit(ping.key_hash)
        ping.body, ping.body_size = await _end_of_body(receive)
        desk = self._desk()
        async with desk.opened:
            await desk.pool.open()
        try:
            await desk.ledger.write(ping)
        except NotWritten as error:
            text = "The database does not answer. The ping is not stored: send it again."
            raise unavailable(text) from error
        if not ping.state:
            text = "No heartbeat has this address. Check that it is complete and not replaced."
            raise Refusal(404, text)
        if ping.state == HeartbeatState.PAUSED:
            return "Paused: the ping is kept, but nobody is alerted when one is missing.\n"
        return "OK\n"

    def _admit(self, key_hash: str) -> None:
        bucket = self._buckets.pop(key_hash, None) or Bucket(RATE)
        self._buckets[key_hash] = bucket
        if len(self._buckets) > MOST_BUCKETS:
            self._buckets.popitem(last=False)
        wait = bucket.take()
        if wait:
            text = f"This address is pinged more than {RATE:g} times a second. Try again later."
            raise Refusal(429, text, headers={"Retry-After": str(wait)})

    def _desk(self) -> _Desk:
        loop = asyncio.get_running_loop()
        desk = self._desks.get(loop)
        if desk is None:
            desk = self._desks[loop] = _Desk()
        return desk

    def _beat(self) -> None:
        desk = self._desk()
        if desk.beating is None:
            desk.beating = asyncio.get_running_loop().create_task(_keep_beating())


def _refused(refusal: Refusal) -> Answer:
    return Answer(refusal.status, problem(refusal), PROBLEM, refusal.headers)


def _bytes(document: Mapping[str, Any] | str | None) -> bytes:
    return document.encode() if isinstance(document, str) else payload.write(document)


def _read(scope: Scope) -> Ping:
    """What the address says. Raises Refusal."""
    method = str(scope["method"])
    if method not in METHODS:
        raise Refusal(405, "Ping with GET, HEAD or POST.", headers={"Allow": ", ".join(METHODS)})
    key, _, what = str(scope["path"]).removeprefix(PREFIX).removesuffix("/").partition("/")
    if not key or len(key) > LONGEST_KEY:
        raise Refusal(404, "The address of a heartbeat is /ping/<key>. Copy it from its page.")
    kind, exit_code = _kind(what)
    client = scope.get("client") or ("",)
    return Ping(
        key_hash=tokens.digest(key),
        kind=kind,
        exit_code=exit_code,
        method=method,
        remote_address=str(client[0])[:64],
        user_agent=header(scope, b"user-agent")[:200].replace("\0", ""),
    )


def _kind(what: str) -> tuple[PingKind, int | None]:
    if what in _WORDS:
        return _WORDS[what], None
    if what.isascii() and what.isdecimal() and len(what) <= 3 and int(what) <= 255:
        return PingKind.EXIT, int(what)
    text = "After the key comes nothing, start, success, fail, log or an exit status of 0 to 255."
    raise Refusal(400, text)


async def _end_of_body(receive: Receive) -> tuple[bytes, int]:
    """The last KEPT bytes, and how many came."""
    tail, size, more = b"", 0, True
    while more and size <= MOST_READ:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        chunk = message.get("body", b"")
        size += len(chunk)
        tail = (tail + chunk)[-KEPT:]
        more = message.get("more_body", False)
    return tail, size


async def _keep_beating() -> None:
    while True:
        await asyncio.to_thread(_say_so)
        await asyncio.sleep(SECONDS_A_BEAT)


def _say_so() -> None:
    try:
        EngineBeat.objects.update_or_create(module=EAR, defaults={"beat_at": clock.now()})
    except Error as error:
        logger.warning("Nobody is told that pings are heard: %s", type(error).__name__)
    finally:
        connections.close_all()


pings = Pings(says_so=True)
