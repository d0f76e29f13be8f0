"""/ws/incidents/<ref>: the room of one incident. docs/websocket.md is the protocol."""

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from urllib.parse import parse_qs

from django.db import DatabaseError

from incidents import access
from incidents.access import Principal
from incidents.kernel import clock
from incidents.kernel.errors import DomainError, Invalid, NotFound, Unavailable
from incidents.models import Incident
from warroom.consumers.auth import principal_of
from warroom.consumers.pace import Pace
from warroom.consumers.socket import Receive, Scope, Send, Socket
from warroom.consumers.source import reader_name
from warroom.consumers.visit import admitted, checking, hub, recheck_forever
from warroom.models import Message
from warroom.realtime.presence import STATES, Person
from warroom.realtime.room import Room, RoomSocket
from warroom.realtime.workers import workers
from warroom.services import chat, commands, saying

TYPES: Final = ("post", "edit", "ack", "typing", "presence")
# How many a second, and how many at once: messages, and signs of life.
TALK: Final = (5.0, 20.0)
CHATTER: Final = (1.0, 3.0)


@dataclass(frozen=True, slots=True)
class Admission:
    principal: Principal
    incident: Incident
    may_respond: bool
    may_command: bool

    @property
    def person(self) -> Person | None:
        """Whom the others see; programs are not shown."""
        user = self.principal.user
        return Person(user.username, str(user)) if user is not None else None


def _admit(scope: Scope) -> Admission:
    principal = principal_of(scope)
    incident = access.incident_for(principal, scope["url_route"]["kwargs"]["ref"])
    return Admission(
        principal=principal,
        incident=incident,
        may_respond=access.may(principal, "incident.respond", incident),
        may_command=access.may(principal, "incident.command", incident),
    )


async def room(scope: Scope, receive: Receive, send: Send) -> None:
    socket = Socket(receive, send)
    await socket.accept()
    async with workers.open():
        admission = await admitted(socket, partial(_admit, scope))
        if admission is not None:
            await Visit(socket, scope, admission).run()


class Visit:
    """One client in the room, from hello to the end."""

    def __init__(self, socket: Socket, scope: Scope, admission: Admission) -> None:
        self._socket = socket
        self._scope = scope
        self._admission = admission
        self._check = checking(partial(_admit, scope))
        incident = admission.incident
        self._place = RoomSocket(
            send=socket.send_text,
            check=self._check,
            cursor=_cursor(scope, incident.last_seq),
            reader=reader_name(admission.principal),
        )
        self._talk = Pace(*TALK)
        self._chatter = Pace(*CHATTER)

    async def run(self) -> None:
        incident_id = self._admission.incident.pk
        try:
            entered = await hub().enter(incident_id, self._place, self._admission.person)
            await self._hello()
            await self._socket.during(
                self._hear(entered), self._place.follow(entered), recheck_forever(self._check)
            )
        finally:
            await hub().leave(incident_id, self._place)

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
            server_time=clock.now(),
            commands=_commands(),
        )

    async def _hear(self, entered: Room) -> None:
        async for message in self._socket.messages():
            type_ = message.get("type")
            if type_ == "ack":
                self._acknowledge(message)
            elif type_ == "typing":
                self._type(entered)
            elif type_ == "presence":
                self._show(entered, message)
            elif type_ == "post":
                await self._answer(message, self._post)
            elif type_ == "edit":
                await self._answer(message, self._edit)
            else:
                known = ", ".join(TYPES)
                await self._refuse(Invalid("This type of message is not known.", f"Use {known}."))

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
            hub().set_state(entered, self._place, message["state"])

    async def _answer(
        self,
        message: dict[str, Any],
        act: Callable[[dict[str, Any]], Awaitable[dict[str, Any]]],
    ) -> None:
        """Tell the sender, and nobody else, how it went."""
        client_id = message.get("client_id")
        try:
            if not self._talk.allows():
                raise Unavailable("You send faster than people can read.", "Wait a second.")
            await self._socket.say("ok", client_id=client_id, **await act(message))
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

    async def _post(self, message: dict[str, Any]) -> dict[str, Any]:
        body, client_id = _text(message), _uuid(message.get("client_id"), "client_id")
        said = await workers.run(_say, self._scope, body, client_id)
        return {"seq": said.seq, "text": said.reply}

    async def _edit(self, message: dict[str, Any]) -> dict[str, Any]:
        edited = await workers.run(_edit, self._scope, message.get("seq"), _text(message))
        return {"seq": edited.seq}


def _say(scope: Scope, body: str, client_id: uuid.UUID | None) -> saying.Said:
    admission = _admit(scope)
    return saying.say(
        principal=admission.principal,
        incident=admission.incident,
        text=body,
        client_id=client_id,
    )


def _edit(scope: Scope, seq: object, body: str) -> Message:
    admission = _admit(scope)
    access.require(admission.principal, "incident.respond", admission.incident)
    if not isinstance(seq, int):
        raise Invalid("Say which message: its seq.", field="seq")
    message = Message.objects.filter(incident=admission.incident, seq=seq).first()
    if message is None:
        raise NotFound("There is no such message.", "Reload the room.")
    return chat.edit(message_id=message.pk, body=body, actor=admission.principal.actor)


def _text(message: dict[str, Any]) -> str:
    body = message.get("body")
    if not isinstance(body, str):
        raise Invalid("The message has no text.", "Send it as “body”.", field="body")
    return body


def _uuid(value: object, field: str) -> uuid.UUID | None:
    if value is None:
        return None
    try:
        return uuid.UUID(str(value))
    except ValueError as error:
        raise Invalid(f"{field} must be a UUID.", "Make one per message.", field=field) from error


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
