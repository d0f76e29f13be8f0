"""/ws/feed: what happens to incidents and alerts, for the board."""

from functools import partial

from incidents import access
from incidents.access import Principal
from incidents.kernel import clock
from warroom.consumers.auth import principal_of
from warroom.consumers.socket import Receive, Scope, Send, Socket
from warroom.consumers.source import reader_name
from warroom.consumers.visit import admitted, checking, hub, recheck_forever
from warroom.realtime.board import BoardSocket
from warroom.realtime.workers import workers


def _admit(scope: Scope) -> Principal:
    principal = principal_of(scope)
    access.require(principal, "incident.read")
    return principal


async def feed(scope: Scope, receive: Receive, send: Send) -> None:
    socket = Socket(receive, send)
    await socket.accept()
    async with workers.open():
        principal = await admitted(socket, partial(_admit, scope))
        if principal is not None:
            await _watch(socket, scope, principal)


async def _watch(socket: Socket, scope: Scope, principal: Principal) -> None:
    check = checking(partial(_admit, scope))
    place = BoardSocket(send=socket.send_text, reader=reader_name(principal))
    try:
        number = await hub().watch(place)
        await socket.say("hello", n=number, server_time=clock.now())
        await socket.during(_hear(socket, place), place.follow(), recheck_forever(check))
    finally:
        await hub().unwatch(place)


async def _hear(socket: Socket, place: BoardSocket) -> None:
    async for message in socket.messages():
        number = message.get("n")
        if message.get("type") == "ack" and isinstance(number, int):
            place.credit.acknowledge(number)
