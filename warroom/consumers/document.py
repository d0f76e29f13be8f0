"""/ws/incidents/<ref>/document: several people write one text. docs/document.md is the protocol."""

import asyncio
import json
import random
import time
import zlib
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from django.db import DatabaseError

from incidents import access
from incidents.access import Principal
from incidents.kernel.errors import DomainError, NotAllowed, Unavailable
from incidents.models import Incident
from warroom.consumers.auth import principal_of
from warroom.consumers.pace import Pace
from warroom.consumers.socket import Malformed, Receive, Scope, Send, Socket
from warroom.consumers.visit import RECHECK, admitted, checking, desks, hub
from warroom.models import paper
from warroom.models.paper import Paper
from warroom.realtime import codes, wire
from warroom.realtime.document import GONE, Desk, Seat
from warroom.realtime.wire import Pointer, Sync
from warroom.realtime.workers import workers
from warroom.selectors import document as reading
from warroom.selectors.document import sheets
from warroom.services import document as verbs
from warroom.services.document_log import TooLarge

MOST_BYTES: Final = 1024 * 1024
MOST_POINTER: Final = 1024
COLOURS: Final = 8
# How many a second, and how many at once: edits, and moves of the cursor.
EDITS: Final = (20.0, 100.0)
MOVES: Final = (10.0, 20.0)
EMPTY: Final = b"\x00\x00"
# Whoever writes is asked that often who they are: no fact tells that an account lost its role.
FRESH: Final = 5.0


@dataclass(frozen=True, slots=True)
class Admission:
    principal: Principal
    incident: Incident
    may_write: bool


def _admit(scope: Scope) -> Admission:
    principal = principal_of(scope)
    incident = access.incident_for(principal, scope["url_route"]["kwargs"]["ref"])
    may_write = access.may(principal, "incident.respond", incident)
    return Admission(principal=principal, incident=incident, may_write=may_write)


async def document(scope: Scope, receive: Receive, send: Send) -> None:
    socket = Socket(receive, send)
    await socket.accept()
    async with workers.open():
        admission = await admitted(socket, partial(_admit, scope))
        if admission is not None:
            await Sitting(socket, scope, admission).run()


class Sitting:
    """One client at the document, from hello to the end."""

    def __init__(self, socket: Socket, scope: Scope, admission: Admission) -> None:
        self._socket = socket
        self._scope = scope
        self._admission = admission
        self._check = checking(self._admit_again)
        self._seat = Seat(socket.send_bytes)
        self._edits = Pace(*EDITS)
        self._moves = Pace(*MOVES)
        self._stored = 0
        self._asked_at = time.monotonic()

    async def run(self) -> None:
        incident = self._admission.incident
        try:
            desk = await desks().sit(incident.pk, self._seat, seq=incident.last_seq)
            await hub().wake()
            await self._hello()
            await self._socket.during(
                self._hear(desk), self._seat.follow(desk), self._ask_again_forever()
            )
        finally:
            desks().rise(incident.pk, self._seat)
            await hub().rest()

    async def _hello(self) -> None:
        """Who one is here, and what of the text we have."""
        actor = self._admission.principal.actor
        await self._socket.say(
            "hello",
            incident=self._admission.incident.reference,
            read_only=not self._admission.may_write,
            you={"handle": actor.handle, "name": actor.name, "colour": _colour(actor.handle)},
        )
        await self._ask()

    async def _ask(self) -> None:
        """Ask for what the client has and we have not."""
        _, state = await workers.run(_state, self._admission.incident.pk, None)
        self._seat.answer(wire.state(state))

    async def _hear(self, desk: Desk) -> int | None:
        async for frame in self._socket.frames(MOST_BYTES):
            if isinstance(frame, dict):
                self._acknowledge(frame)
                continue
            try:
                code = await self._take(desk, wire.read(frame))
            except (wire.NotOfTheProtocol, paper.Malformed) as error:
                raise Malformed(codes.BAD_DATA) from error
            except DomainError as error:
                code = await self._refuse(error)
            except DatabaseError:
                away = Unavailable("The database does not answer.", "Your edits are kept here.")
                code = await self._refuse(away)
            if code is not None:
                return code
        return None

    async def _take(self, desk: Desk, said: Sync | list[Pointer]) -> int | None:
        if isinstance(said, list):
            if self._moves.allows():
                self._point(desk, said)
        elif said.step == "state":
            n, missing = await workers.run(_state, desk.incident_id, said.data)
            return None if self._seat.answer(wire.answer(missing), n=n) else codes.SLOW
        else:
            code = await self._ask_writer(said)
            if code is not None:
                return code
            await self._store(said)
        return None

    async def _ask_writer(self, said: Sync) -> int | None:
        """Whether who sends an edit may still be here, if nobody asked for a while; sets anew
        whether they may write."""
        if said.data == EMPTY or time.monotonic() - self._asked_at < FRESH:
            return None
        return await self._look()

    async def _store(self, said: Sync) -> None:
        """An edit is in the log before anybody hears of it, and its writer is told when it is."""
        if said.data != EMPTY:
            if not self._admission.may_write:
                if said.step == "answer":
                    return  # it was asked for what it has; that is nothing of ours
                raise NotAllowed("You may read this document.", "Responders write it.")
            if not self._edits.allows():
                await asyncio.sleep(1 / EDITS[0])
            n = await workers.run(
                verbs.append,
                incident_id=self._admission.incident.pk,
                update=said.data,
                actor=self._admission.principal.actor,
            )
            if n == 0 and said.step == "update":
                await self._ask()  # it may rest on edits that never came
        self._stored += 1
        await self._socket.say("stored", count=self._stored)

    async def _refuse(self, error: DomainError) -> int:
        """Say what is wrong, and the code with which this ends."""
        retry = isinstance(error, Unavailable)
        await self._socket.say(
            "error", code=error.code, message=error.message, hint=error.hint, retry=retry
        )
        if retry:
            return codes.TRY_AGAIN
        return codes.TOO_BIG if isinstance(error, TooLarge) else codes.NOT_ALLOWED

    def _acknowledge(self, message: dict[str, Any]) -> None:
        count = message.get("count")
        if message.get("type") == "ack" and isinstance(count, int):
            self._seat.credit.acknowledge(count)

    def _point(self, desk: Desk, said: list[Pointer]) -> None:
        """Show where this client's cursor is, under the name that we know it by."""
        for pointer in said:
            self._seat.client = self._seat.client or pointer.client
            if pointer.client == self._seat.client:
                shown = Pointer(pointer.client, pointer.clock, self._named(pointer.state))
                desks().point(desk, shown, by=self._seat)

    def _named(self, state: str) -> str:
        if state == GONE or len(state) > MOST_POINTER:
            return GONE
        try:
            told = json.loads(state)
        except (ValueError, RecursionError) as error:
            raise Malformed(codes.BAD_DATA) from error
        actor = self._admission.principal.actor
        user = {"name": actor.name, "handle": actor.handle, "colour": _colour(actor.handle)}
        shows = isinstance(told, dict) and self._admission.may_write
        return json.dumps({"user": user, "cursor": told.get("cursor") if shows else None})

    def _admit_again(self) -> None:
        self._admission = _admit(self._scope)

    async def _ask_again_forever(self) -> int:
        """Each minute, and when a fact may have changed it: may it still read, and write?"""
        while True:
            minute = RECHECK * random.uniform(0.8, 1.0)  # noqa: S311  # no secret
            try:
                async with asyncio.timeout(minute):
                    await self._seat.ask_again.wait()
            except TimeoutError:
                pass
            self._seat.ask_again.clear()
            code = await self._look()
            if code is not None:
                return code

    async def _look(self) -> int | None:
        """Ask what they may do now, and tell them where that is something else than before."""
        might_write = self._admission.may_write
        self._asked_at = time.monotonic()
        code = await self._check()
        if code is None and self._admission.may_write != might_write:
            await self._socket.say("access", read_only=not self._admission.may_write)
        return code


def _state(incident_id: int, known: bytes | None) -> tuple[int, bytes]:
    """The state of the text, or what somebody in the state `known` lacks; and its number."""
    row = reading.of_incident(incident_id)
    if row is None:
        empty = Paper()
        return 0, empty.state() if known is None else empty.since(known)
    sheet = reading.sheet_of(row.pk)
    told = sheet.paper.state() if known is None else sheet.paper.since(known)
    sheets.give(row.pk, sheet)
    return sheet.n, told


def _colour(handle: str) -> int:
    """The same person has the same colour everywhere: 1 to 8."""
    return zlib.crc32(handle.encode()) % COLOURS + 1
