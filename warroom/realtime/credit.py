"""How much a client may be sent before it has to say that it has read.

The server (Daphne) takes everything it is given and buffers without end, so the only honest sign
that a client reads is its own word.
"""

import asyncio
from collections import deque
from typing import Final

MOST_FRAMES: Final = 64
MOST_BYTES: Final = 256 * 1024
# A client that has not read for so long is closed. The guarantee is 30 seconds, and it takes one
# more until the server gives up waiting for the client's part in the closing.
PATIENCE: Final = 20.0


class Credit:
    """Frames sent but not acknowledged. Numbers grow; acknowledging one acknowledges all before."""

    def __init__(self) -> None:
        self._unread: deque[tuple[int, int]] = deque()
        self._bytes = 0
        self._freed = asyncio.Event()

    @property
    def is_spent(self) -> bool:
        return len(self._unread) >= MOST_FRAMES or self._bytes >= MOST_BYTES

    def take(self, number: int, size: int) -> None:
        self._unread.append((number, size))
        self._bytes += size

    def acknowledge(self, number: int) -> None:
        while self._unread and self._unread[0][0] <= number:
            self._bytes -= self._unread.popleft()[1]
        self._freed.set()

    async def wait(self) -> None:
        """Return when there is credit again; TimeoutError when the client stays silent."""
        while self.is_spent:
            self._freed.clear()
            async with asyncio.timeout(PATIENCE):
                await self._freed.wait()
