"""/ws/incidents/<ref>: the room of one incident. docs/websocket.md is the protocol."""

import asyncio
from functools import partial
from typing import Any, Final
from urllib.parse import parse_qs

from django.db import DatabaseError

from incidents.kernel import clock
from incidents.kernel.errors import DomainError, Invalid, Unavailable
from warroom.consumers.admission import Welcome, admit, enter
from warroom.consumers.deeds import DEEDS, is_said
from warroom.consumers.idle import Idleness
from warroom.consumers.marks import marks
from warroom.consumers.pace import Pace
from warroom.consumers.socket import Receive, Scope, Send, Socket
from warroom.consumers.source import reader_name
from warroom.consumers.visit import admitted, checking, hub, recheck_forever
from warroom.realtime.presence import STATES
from warroom.realtime.room import Room, RoomSocket
from warroom.realtime.workers import workers
from warroom.services import commands, visits

TYPES: Final = (*DEEDS, "read", "ack", "typing", "presence", "active")
# What a page says by itself, whether or not somebody looks at it.
UNATTENDED: Final = frozenset({"ack", "read"})
# How many a second, and how many at once: messages, and signs of life.
TALK: Final = (5.0, 20.0)
CHATTER: Final = (1.0, 3.0)
# What one client may have waiting for the database.
MOST_DEEDS: Final = 32


async def room(scope: Scope, receive: Receive, send: Send) -> None:
    socket = Socket(receive, send)
    await socket.accept()
    async with workers.open():
        admission = await admitted(socket, partial(enter, scope))
        if admission is not None:
            await Visit(socket, scope, admission).run()


class Visit:
    """One client in the room, from hello to the end."""

    def __init__(self, socket: Socket, scope: Scope, admission: Welcome) -> None:
        self._socket = socket
        self._scope = scope
        self._admission = admission
        self._check = checking(partial(admit, scope))
        incident = admission.incident
        self._place = RoomSocket(
            send=socket.send_text,
            check=self._check,
            cursor=_cursor(scope, incident.last_seq),
            reader=reader_name(admission.principal),
        )
        self._entered: Room | None = None
        self._state = STATES[1]
        self._idle = Idleness(self._show_idle)
        self._talk = Pace(*TALK)
        self._chatter = Pace(*CHATTER)
        self._deeds: asyncio.Queue[dict[str, Any]] = asyncio.Queue(MOST_DEEDS)

    async def run(self) -> None:
        incident_id = self._admission.incident.pk
        try:
            entered = await hub().enter(incident_id, self._place, self._admission.person)
            self._entered = entered
            await self._hello()
            lasting = [self._place.follow(entered), recheck_forever(checking(self._stay))]
            if self._admission.person is not None:
                lasting.append(self._idle.watch())
            await self._socket.during(self._hear(entered), self._act(entered), *lasting)
        finally:
            await hub().leave(incident_id, self._place)
            await marks().write()

    def _stay(self) -> None:
        """Runs in a worker, each minute: still allowed in, and still here."""
        admission = admit(self._scope)
        is_away = self._idle.is_away or self._state == "away"
        if admission.principal.user is not None and not is_away:
            visits.note(admission.incident.pk, admission.principal.user)

    def _show_idle(self, away: bool) -> None:
        if self._entered is not None:
            hub().set_state(self._entered, self._place, "away" if away else self._state)

    async def _hello(self) -> None:
        admission = self._admission
        actor = admission.principal.actor
        may = {"respond": admission.may_respond, "command": admission.may_command}
        await self._socket.say(
            "hello",
            incident=admission.incident.reference,
            seq=admission.incident.last_seq,
            after=self._place.cursor,
            you={"kind": actor.kind, "handle": actor.handle, "name": actor.name, "may": may},
            read=admission.read_up_to,
            server_time=clock.now(),
            commands=_commands(),
        )

    async def _hear(self, entered: Room) -> None:
        async for message in self._socket.messages():
            type_ = message.get("type")
            if type_ not in UNATTENDED and message.get("state") != "away":
                self._idle.act()
            if type_ == "ack":
                self._acknowledge(message)
            elif type_ == "typing":
                self._type(entered)
            elif type_ == "presence":
                self._show(entered, message)
            elif type_ == "read":
                self._read(message)
            elif type_ == "active":
                continue
            elif type_ in DEEDS:
                await self._take(message)
            else:
                known = ", ".join(TYPES)
                await self._refuse(Invalid("This type of message is not known.", f"Use {known}."))
        await self._deeds.join()  # who says something and leaves has said it

    def _acknowledge(self, message: dict[str, Any]) -> None:
        seq = message.get("seq")
        if isinstance(seq, int):
            self._place.credit.acknowledge(seq)

    def _type(self, entered: Room) -> None:
        person = self._admission.person
        if person is not None and self._admission.may_respond and self._chatter.allows():
            hub().typing(entered, self._place, person)

    def _show(self, entered: Room, message: dict[str, Any]) -> None:
        if message.get("state") in STATES and self._chatter.allows():
            self._state = message["state"]
            hub().set_state(entered, self._place, message["state"])

    def _read(self, message: dict[str, Any]) -> None:
        user, seq = self._admission.principal.user, message.get("seq")
        if user is not None and isinstance(seq, int) and 0 < seq < 2**31:
            marks().note(user.pk, self._admission.incident.pk, seq)

    async def _take(self, message: dict[str, Any]) -> None:
        """Deeds wait their turn: while the database is slow the client is heard all the same, or
        it would seem to have stopped reading."""
        if self._talk.allows() and not self._deeds.full():
            self._deeds.put_nowait(message)
            return
        slow_down = Unavailable("You send faster than people can read.", "Wait a second.")
        await self._refuse(slow_down, message.get("client_id"))

    async def _act(self, entered: Room) -> None:
        while True:
            message = await self._deeds.get()
            await self._answer(entered, message)
            self._deeds.task_done()

    async def _answer(self, entered: Room, message: dict[str, Any]) -> None:
        """Tell the sender, and nobody else, how it went."""
        client_id = message.get("client_id")
        try:
            deed = partial(DEEDS[message["type"]], self._scope, message)
            done = await entered.turns.take(deed, joins=is_said(message))
            await self._socket.say("ok", client_id=client_id, seq=done.seq, text=done.reply)
        except DomainError as error:
            await self._refuse(error, client_id)
        except DatabaseError:
            away = Unavailable("The database does not answer.", "Nothing was lost: send it again.")
            await self._refuse(away, client_id)

    async def _refuse(self, error: DomainError, client_id: object = None) -> None:
        await self._socket.say(
            "error",
            code=error.code,
            message=error.message,
            hint=error.hint,
            client_id=client_id,
            retry=isinstance(error, Unavailable),
        )


def _cursor(scope: Scope, last_seq: int) -> int:
    """The seq the client has; without one it wants only what comes from now on."""
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    given = query.get("after", [""])[0]
    if given.isascii() and given.isdecimal() and len(given) < 10:
        return min(int(given), last_seq)
    return last_seq


def _commands() -> list[dict[str, str]]:
    return [
        {"name": name, "hint": command.takes, "help": command.help}
        for name, command in commands.REGISTRY.items()
    ]
