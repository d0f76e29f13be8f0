"""What the WebSocket libraries do for each frame and need not, for rooms with hundreds of readers.

Autobahn puts together three coloured words for a debug message that nobody reads; Twisted has the
event loop watch for a socket that could be written to at once, and lets it go again after that. In
a busy room both together are a fifth of what the web process does. Frames go to the kernel at
once here; what it does not take goes Twisted's way, and so does all that comes after it.
"""

from typing import Any

from autobahn.websocket.protocol import WebSocketProtocol
from twisted.internet.tcp import Connection

_thoroughly = WebSocketProtocol.sendData


def install() -> None:
    """For all WebSockets of this process."""
    WebSocketProtocol.sendData = send  # type: ignore[method-assign]  # that is the point


def send(self: Any, data: bytes, sync: bool = False, chopsize: int | None = None) -> None:
    """Autobahn's sendData."""
    is_plain = not (sync or chopsize or self.send_queue or self.logOctets)
    if not is_plain or self.state != self.STATE_OPEN:
        _thoroughly(self, data, sync, chopsize)
        return
    rest = data[_taken(self.transport, data) :]
    if rest:
        self.transport.write(rest)
    self.trafficStats.outgoingOctetsWireLevel += len(data)


def _taken(transport: Any, data: bytes) -> int:
    """How many bytes the kernel took at once; none where others wait, or anything is special."""
    if not isinstance(transport, Connection) or transport.TLS or not transport.connected:
        return 0
    if transport.disconnecting or transport.dataBuffer or transport._tempDataBuffer:  # noqa: SLF001
        return 0
    taken = transport.writeSomeData(data)
    return taken if isinstance(taken, int) else 0  # else lost, which Twisted finds out itself
