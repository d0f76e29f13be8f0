"""A mail server that takes everything, in a thread: real SMTP over a real socket.

It remembers whom each message was for and under which id. `busy` answers every nth message with a
4xx, which asks to try again; `refused` are addresses that it says nobody has.
"""

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

_ID: Final = re.compile(rb"^Message-ID: <([^>]*)>\r$", re.IGNORECASE | re.MULTILINE)
_ANGLES: Final = re.compile(rb"<([^>]*)>")


@dataclass
class Sink:
    port: int = 0
    busy: int = 0
    refused: set[str] = field(default_factory=set)
    keeps: bool = True
    slow: float = 0
    eight_bits: bool = True
    # (address, message id) in the order in which they were taken.
    taken: list[tuple[str, str]] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    messages: list[bytes] = field(default_factory=list)
    offered: int = 0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 sink ESMTP\r\n")
        sender, recipient = "", ""
        try:
            while line := await reader.readline():
                verb = line[:4].upper()
                if verb == b"EHLO":
                    more = b"250-8BITMIME\r\n" if self.eight_bits else b""
                    writer.write(b"250-sink\r\n" + more + b"250 SIZE 10000000\r\n")
                elif verb == b"MAIL":
                    sender = _address(line)
                    writer.write(b"250 2.1.0 yes\r\n")
                elif verb == b"RCPT":
                    recipient = _address(line)
                    gone = recipient in self.refused
                    writer.write(b"550 5.1.1 no such mailbox\r\n" if gone else b"250 2.1.5 yes\r\n")
                elif verb == b"DATA":
                    writer.write(b"354 go on\r\n")
                    body = await reader.readuntil(b"\r\n.\r\n")
                    writer.write(await self._answer(sender, recipient, body))
                elif verb == b"QUIT":
                    writer.write(b"221 bye\r\n")
                    break
                else:
                    writer.write(b"250 yes\r\n")
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _answer(self, sender: str, recipient: str, body: bytes) -> bytes:
        self.offered += 1
        if self.slow:
            await asyncio.sleep(self.slow)
        if self.busy and self.offered % self.busy == 0:
            return b"451 4.3.2 busy, try again\r\n"
        found = _ID.search(body)
        self.taken.append((recipient, found[1].decode() if found else ""))
        self.senders.append(sender)
        if self.keeps:
            self.messages.append(body[:-5].replace(b"\r\n..", b"\r\n."))
        return b"250 2.0.0 taken\r\n"


def _address(line: bytes) -> str:
    found = _ANGLES.search(line)
    return found[1].decode() if found else ""


@contextmanager
def running(sink: Sink) -> Iterator[Sink]:
    started, over = threading.Event(), asyncio.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    async def serve() -> None:
        loops.append(asyncio.get_running_loop())
        server = await asyncio.start_server(sink.serve, "127.0.0.1", 0, limit=2**20, backlog=64)
        sink.port = server.sockets[0].getsockname()[1]
        started.set()
        await over.wait()
        server.close()

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    started.wait()
    try:
        yield sink
    finally:
        loops[0].call_soon_threadsafe(over.set)
        thread.join()
