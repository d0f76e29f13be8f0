"""Frames go to the kernel at once, and what it does not take follows in order."""

import socket
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from autobahn.twisted.websocket import WebSocketServerProtocol
from autobahn.websocket.protocol import TrafficStats
from twisted.internet.protocol import Protocol
from twisted.internet.tcp import Connection

from incidentsite.quick_frames import send


@dataclass
class Loop:
    """What a connection asks of its reactor."""

    watched: set[Any] = field(default_factory=set)

    def addWriter(self, writer: Any) -> None:  # noqa: N802  as Twisted calls it
        self.watched.add(writer)

    def removeWriter(self, writer: Any) -> None:  # noqa: N802
        self.watched.discard(writer)


@dataclass
class Pair:
    loop: Loop
    here: Any
    there: socket.socket
    protocol: Any

    def read(self, size: int) -> bytes:
        found = b""
        while len(found) < size:
            found += self.there.recv(65_536)
        return found


@pytest.fixture
def pair() -> Iterator[Pair]:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    loop = Loop()
    reactor: Any = loop
    nobody: Any = Protocol()
    here = Connection(ours, nobody, reactor)
    here.connected = True
    protocol: Any = WebSocketServerProtocol()
    protocol.transport, protocol.state = here, WebSocketServerProtocol.STATE_OPEN
    protocol.send_queue, protocol.logOctets = deque(), False
    protocol.trafficStats = TrafficStats()  # type: ignore[no-untyped-call]
    yield Pair(loop, here, theirs, protocol)
    ours.close()
    theirs.close()


def test_a_frame_is_with_the_kernel_at_once(pair: Pair) -> None:
    send(pair.protocol, b"frame")
    assert pair.loop.watched == set()
    assert pair.read(5) == b"frame"


def test_what_the_kernel_does_not_take_follows_in_order(pair: Pair) -> None:
    frames = [bytes([number]) * 50_000 for number in range(30)]
    for frame in frames:
        send(pair.protocol, frame)
    assert pair.loop.watched == {pair.here}, "somebody waits until it can be written"
    received = b""
    while pair.loop.watched:
        received += pair.there.recv(1_000_000)
        pair.here.doWrite()
    received += pair.read(sum(map(len, frames)) - len(received))
    assert received == b"".join(frames)


def test_nothing_is_sent_to_a_connection_that_is_gone(pair: Pair) -> None:
    pair.there.close()
    send(pair.protocol, b"first")
    send(pair.protocol, b"second")
    assert pair.loop.watched == {pair.here}, "the loop is to find out that it is lost"
