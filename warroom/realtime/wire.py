"""Binary messages of the shared document: the y-protocols of Yjs, sync and awareness.

https://github.com/yjs/y-protocols/blob/master/PROTOCOL.md; numbers are variable-length, 7 bits a
byte, the lowest first. One message a frame.
"""

from dataclasses import dataclass
from typing import Final, Literal

from pycrdt import YMessageType, YSyncMessageType, write_message, write_var_uint

MOST_NUMBER_BYTES: Final = 8
MOST_POINTERS: Final = 8
Step = Literal["state", "answer", "update"]
_STEPS: Final[dict[int, Step]] = {
    YSyncMessageType.SYNC_STEP1: "state",
    YSyncMessageType.SYNC_STEP2: "answer",
    YSyncMessageType.SYNC_UPDATE: "update",
}


class NotOfTheProtocol(ValueError):
    """The frame cannot be read."""


@dataclass(frozen=True, slots=True)
class Sync:
    """`state` is a state vector: tell me what I lack. `answer` tells it, `update` is news."""

    step: Step
    data: bytes


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where an editor's cursor is, as JSON; "null" when it has gone. A higher clock is newer."""

    client: int
    clock: int
    state: str

    def encode(self) -> bytes:
        head = write_var_uint(self.client) + write_var_uint(self.clock)
        return head + write_message(self.state.encode())


def state(vector: bytes) -> bytes:
    return bytes([YMessageType.SYNC, YSyncMessageType.SYNC_STEP1]) + write_message(vector)


def answer(update: bytes) -> bytes:
    return bytes([YMessageType.SYNC, YSyncMessageType.SYNC_STEP2]) + write_message(update)


def update(data: bytes) -> bytes:
    return bytes([YMessageType.SYNC, YSyncMessageType.SYNC_UPDATE]) + write_message(data)


def pointers(found: list[Pointer]) -> bytes:
    body = write_var_uint(len(found)) + b"".join(pointer.encode() for pointer in found)
    return bytes([YMessageType.AWARENESS]) + write_message(body)


def read(frame: bytes) -> Sync | list[Pointer]:
    """What a client says. Raises NotOfTheProtocol."""
    reader = _Reader(frame)
    kind = reader.number()
    if kind == YMessageType.SYNC:
        step = _STEPS.get(reader.number())
        if step is None:
            raise NotOfTheProtocol("no such step")
        found: Sync | list[Pointer] = Sync(step, reader.data())
    elif kind == YMessageType.AWARENESS:
        found = _pointers(reader.data())
    else:
        raise NotOfTheProtocol("no such message")
    reader.end()
    return found


def _pointers(body: bytes) -> list[Pointer]:
    reader = _Reader(body)
    count = reader.number()
    if count > MOST_POINTERS:
        raise NotOfTheProtocol("one editor has one cursor")
    found = [Pointer(reader.number(), reader.number(), reader.text()) for _ in range(count)]
    reader.end()
    return found


class _Reader:
    def __init__(self, frame: bytes) -> None:
        self._left = memoryview(frame)

    def number(self) -> int:
        found = 0
        for place, byte in enumerate(self._left[:MOST_NUMBER_BYTES]):
            found |= (byte & 127) << (7 * place)
            if byte < 128:
                self._left = self._left[place + 1 :]
                return found
        raise NotOfTheProtocol("no number")

    def data(self) -> bytes:
        length = self.number()
        if length > len(self._left):
            raise NotOfTheProtocol("cut off")
        found, self._left = bytes(self._left[:length]), self._left[length:]
        return found

    def text(self) -> str:
        try:
            return self.data().decode()
        except UnicodeDecodeError as error:
            raise NotOfTheProtocol("no text") from error

    def end(self) -> None:
        if self._left:
            raise NotOfTheProtocol("more than one message")
