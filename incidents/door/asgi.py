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

from incidents.door.dialect import Answer, Dialect, Inbound
from incidents.door.dialects import routes
from incidents.door.keys import Grant, KeyRing, KeysUnknown
from incidents.door.ledger import Ledger, NoSuchIntegration, NotWritten, Row, write_signals
from incidents.door.pool import new_pool
from incidents.door.signature import Seen
from incidents.door.wire import (
    Gone,
    Receive,
    Refusal,
    Scope,
    Send,
    answer_bytes,
    read_body,
    unavailable,
)
from incidents.kernel import payload
from incidents.pipeline.signal import Malformed
from incidents.sources.adapters import ADAPTERS

logger = logging.getLogger(__name__)

_CHALLENGE: Final = {"WWW-Authenticate": "Bearer"}


class _Desk:
    """What the door needs in one event loop: connections belong to the loop they were made in."""

    def __init__(self) -> None:
        self.pool = new_pool()
        self.keys = KeyRing(self.pool)
        self.ledger = Ledger(self.pool, write_signals)
        self.seen = Seen()


class Intake:
    """A door as `incidentsite.dispatch` wants it."""

    def __init__(self) -> None:
        self._desks: WeakKeyDictionary[asyncio.AbstractEventLoop, _Desk] = WeakKeyDictionary()

    def serves(self, scope: Scope) -> bool:
        found = routes().find(scope["path"])
        return found is not None and scope["method"] not in found[0].leaves

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = routes().find(scope["path"])
        if found is None:
            await _send(send, Answer(404, {"detail": "There is nothing here."}))
            return
        dialect, params = found
        try:
            reply = await self._take(Inbound(scope, params), dialect, receive)
        except Gone:
            return
        except Refusal as refusal:
            reply = dialect.refused(refusal)
        except Exception:
            logger.exception("The door failed at %s", dialect.slug)
            reply = dialect.refused(unavailable("Something went wrong here. Try again."))
        await _send(send, reply)

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

    async def _take(self, inbound: Inbound, dialect: Dialect, receive: Receive) -> Answer:
        if inbound.method not in dialect.methods:
            allowed = ", ".join(dialect.methods)
            text = f"Send alerts here with {dialect.methods[0]}."
            raise Refusal(405, text, headers={"Allow": allowed})
        desk = await self._desk()
        if not dialect.key_in_body:
            inbound.grant = await _admit(desk.keys, dialect.key(inbound), dialect)
            early = dialect.early(inbound)
            if early is not None:
                return early
        inbound.raw = await read_body(inbound.scope, receive, dialect.limit)
        if inbound.grant is not None:
            dialect.verify(inbound)
        inbound.body = dialect.parse(inbound)
        if inbound.grant is None:
            inbound.grant = await _admit(desk.keys, dialect.key_of(inbound), dialect)
        await _keep(desk, dialect, inbound, inbound.grant)
        return dialect.accepted(inbound)


async def _keep(desk: _Desk, dialect: Dialect, inbound: Inbound, grant: Grant) -> None:
    """Write the message down, unless its adapter cannot read it or it has come before."""
    inbound.delivery_id = _delivery_id(dialect.once(inbound), inbound, grant)
    desk.seen.refuse_replay(grant.integration_id, inbound.signature)
    try:
        ADAPTERS[dialect.slug].signals(inbound.body, grant.options)
    except Malformed as error:
        if not dialect.keeps_unread:
            raise Refusal(422, str(error), problems=error.problems) from error
    row = Row(grant.integration_id, dialect.slug, inbound.delivery_id, dialect.stored(inbound))
    await _write(desk.ledger, row)
    desk.seen.remember(grant.integration_id, inbound.signature)


async def _admit(keys: KeyRing, key: str, dialect: Dialect) -> Grant:
    if not key:
        text = "This needs the key of an integration, as “Authorization: Bearer <key>”."
        raise Refusal(401, text, headers=_CHALLENGE)
    try:
        grant = await keys.find(key)
    except KeysUnknown as error:
        raise unavailable(
            "The database does not answer. It is not safely stored: send it again."
        ) from error
    if grant is None:
        text = "This key is not known here. Check that it is complete and has not been replaced."
        raise Refusal(401, text, headers=_CHALLENGE)
    _check_may_send(grant, dialect)
    wait = grant.bucket.take()
    if wait:
        text = f"This key sends more than {grant.bucket.rate:g} messages a second. Try again later."
        raise Refusal(429, text, headers={"Retry-After": str(wait)})
    return grant


def _check_may_send(grant: Grant, dialect: Dialect) -> None:
    if grant.kind not in dialect.kinds:
        other = ADAPTERS.get(grant.kind)
        where = f" Send to {other.path}." if other and other.path else ""
        raise Refusal(403, f"This key belongs to another kind of integration.{where}")
    if grant.paused:
        raise Refusal(403, "This integration is paused. An admin can resume it in the settings.")
    if grant.is_over:
        text = "This key has expired. An admin can give the integration a later date or a new key."
        raise Refusal(401, text, headers=_CHALLENGE)


def _delivery_id(name: str, inbound: Inbound, grant: Grant) -> uuid.UUID:
    """The same for the same name, so that sending again stores nothing twice."""
    if not name:
        return inbound.delivery_id
    return uuid.uuid5(uuid.NAMESPACE_URL, f"urn:integration:{grant.integration_id}:{name[:255]}")


async def _write(ledger: Ledger[Row], row: Row) -> None:
    try:
        await ledger.write(row)
    except NotWritten as error:
        text = "The database does not answer. It is not safely stored: send it again."
        raise unavailable(text) from error
    except NoSuchIntegration as error:
        raise Refusal(401, "This integration has been removed.") from error


async def _send(send: Send, reply: Answer) -> None:
    document = reply.document
    if document is None:
        body = b""
    else:
        body = document.encode() if isinstance(document, str) else payload.write(document)
    await answer_bytes(
        send, reply.status, body, content_type=reply.content_type, headers=reply.headers
    )


intake = Intake()
