"""The intake door: alerts in, at volume, past Django's request path.

A request is authenticated from memory, read with a limit, checked by its adapter, written in a
group commit and only then answered with 202. Everything else is refused in the protocol's own
words. Nothing here logs a key.
"""

import asyncio
import logging
import uuid
from typing import Final
from weakref import WeakKeyDictionary

from incidents.door.keys import Grant, KeyRing, KeysUnknown
from incidents.door.ledger import Ledger, NoSuchIntegration, NotWritten, Row
from incidents.door.pool import new_pool
from incidents.door.protocols import Alertmanager, Native, PagerDuty, Speaks
from incidents.door.wire import (
    Gone,
    Receive,
    Refusal,
    Scope,
    Send,
    answer,
    header,
    presented_key,
    read_body,
    unavailable,
)
from incidents.kernel import payload
from incidents.pipeline.signal import Malformed
from incidents.sources.adapters import ADAPTERS

logger = logging.getLogger(__name__)

_NATIVE: Final = Native()
_PAGERDUTY: Final = PagerDuty()
_ALERTMANAGER: Final = Alertmanager()
# Paths that are the same for everybody; with and without a slash at the end.
_FIXED: Final[dict[str, Speaks]] = {
    "/api/events": _NATIVE,
    "/v2/enqueue": _PAGERDUTY,
    "/hooks/alertmanager": _ALERTMANAGER,
}
# Paths that end in the key.
_KEYED: Final[dict[str, Speaks]] = {"/hooks/alertmanager/": _ALERTMANAGER}


class _Desk:
    """What the door needs in one event loop: connections belong to the loop they were made in."""

    def __init__(self) -> None:
        self.pool = new_pool()
        self.keys = KeyRing(self.pool)
        self.ledger = Ledger(self.pool)


class Intake:
    """A door as `incidentsite.dispatch` wants it."""

    def __init__(self) -> None:
        self._desks: WeakKeyDictionary[asyncio.AbstractEventLoop, _Desk] = WeakKeyDictionary()

    def serves(self, scope: Scope) -> bool:
        return _route(scope["path"]) is not None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = _route(scope["path"])
        if route is None:
            await answer(send, 404, {"detail": "There is nothing here."})
            return
        speaks, key = route
        try:
            document = await self._take(scope, receive, speaks, key)
        except Gone:
            return
        except Refusal as refusal:
            await _refuse(send, speaks, refusal)
        except Exception:
            logger.exception("The door failed at %s", speaks.kind)
            await _refuse(send, speaks, unavailable("Something went wrong here. Try again."))
        else:
            await answer(send, 202, document)

    async def close(self) -> None:
        """Give back the connections of the running loop."""
        desk = self._desks.pop(asyncio.get_running_loop(), None)
        if desk is not None:
            await desk.pool.close()

    async def _desk(self) -> _Desk:
        loop = asyncio.get_running_loop()
        desk = self._desks.get(loop)
        if desk is None:
            desk = self._desks[loop] = _Desk()
            await desk.pool.open()
        return desk

    async def _take(
        self, scope: Scope, receive: Receive, speaks: Speaks, key: str
    ) -> dict[str, object]:
        if scope["method"] != "POST":
            raise Refusal(405, "Send alerts here with POST.", headers={"Allow": "POST"})
        desk = await self._desk()
        grant = None
        if not speaks.key_in_body:
            grant = await _admit(desk.keys, key or presented_key(scope), speaks)
        raw = await read_body(scope, receive, speaks.limit)
        body = _parsed(raw)
        if grant is None:
            grant = await _admit(desk.keys, speaks.key_of(body), speaks)
        delivery_id = _delivery_id(scope, grant)
        stored = _checked(speaks, body, raw, delivery_id)
        await _write(desk.ledger, Row(grant.integration_id, speaks.kind, delivery_id, stored))
        return speaks.accepted(body, delivery_id)


def _route(path: str) -> tuple[Speaks, str] | None:
    bare = path.removesuffix("/")
    fixed = _FIXED.get(bare)
    if fixed is not None:
        return fixed, ""
    for prefix, speaks in _KEYED.items():
        if bare.startswith(prefix) and "/" not in bare[len(prefix) :]:
            return speaks, bare[len(prefix) :]
    return None


async def _admit(keys: KeyRing, key: str, speaks: Speaks) -> Grant:
    challenge = {"WWW-Authenticate": "Bearer"}
    if not key:
        text = "This needs the key of an integration, as “Authorization: Bearer <key>”."
        raise Refusal(401, text, headers=challenge)
    try:
        grant = await keys.find(key)
    except KeysUnknown as error:
        raise unavailable(
            "The database does not answer. It is not safely stored: send it again."
        ) from error
    if grant is None:
        text = "This key is not known here. Check that it is complete and has not been replaced."
        raise Refusal(401, text, headers=challenge)
    if grant.kind != speaks.kind:
        other = ADAPTERS.get(grant.kind)
        where = f" Send to {other.path}." if other and other.path else ""
        raise Refusal(403, f"This key belongs to another kind of integration.{where}")
    if grant.paused:
        raise Refusal(403, "This integration is paused. An admin can resume it in the settings.")
    wait = grant.bucket.take()
    if wait:
        text = f"This key sends more than {grant.bucket.rate:g} messages a second. Try again later."
        raise Refusal(429, text, headers={"Retry-After": str(wait)})
    return grant


def _parsed(raw: bytes) -> object:
    try:
        return payload.read(raw)
    except payload.Unreadable as error:
        raise Refusal(400, str(error)) from error


def _delivery_id(scope: Scope, grant: Grant) -> uuid.UUID:
    """The same for the same Idempotency-Key, so that sending again stores nothing twice."""
    name = header(scope, b"idempotency-key")
    if not name:
        return uuid.uuid4()
    return uuid.uuid5(uuid.NAMESPACE_URL, f"urn:integration:{grant.integration_id}:{name[:255]}")


def _checked(speaks: Speaks, body: object, raw: bytes, delivery_id: uuid.UUID) -> bytes:
    try:
        ADAPTERS[speaks.kind].read(body)
    except Malformed as error:
        raise Refusal(422, str(error), problems=error.problems) from error
    return speaks.stored(body, raw, delivery_id)


async def _write(ledger: Ledger, row: Row) -> None:
    try:
        await ledger.write(row)
    except NotWritten as error:
        text = "The database does not answer. It is not safely stored: send it again."
        raise unavailable(text) from error
    except NoSuchIntegration as error:
        raise Refusal(401, "This integration has been removed.") from error


async def _refuse(send: Send, speaks: Speaks, refusal: Refusal) -> None:
    status, content_type, document = speaks.refused(refusal)
    headers = refusal.headers if status == refusal.status else None
    await answer(send, status, document, content_type=content_type, headers=headers)


intake = Intake()
