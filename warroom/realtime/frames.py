"""Facts as they go over the wire: written once, the same text for every socket of a room."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Final

import msgspec

KEPT_BYTES: Final = 8 * 1024 * 1024


def _plain(value: Any) -> str:
    """Django marks strings as safe by a type of its own."""
    if isinstance(value, str):
        return str.__str__(value)
    raise TypeError(f"{type(value).__name__} cannot be sent")


_encoder: Final = msgspec.json.Encoder(enc_hook=_plain)


def encode(message: dict[str, Any]) -> str:
    return _encoder.encode(message).decode()


@dataclass(frozen=True, slots=True)
class Frame:
    """One fact as text. `changes` is the seq of an earlier fact that reads differently from now on.

    `touches_access` says that after it somebody may no longer be allowed to read on.
    """

    seq: int
    text: str
    changes: int | None = None
    touches_access: bool = False

    @property
    def size(self) -> int:
        return len(self.text)


class FrameCache:
    """The frames last used, up to a number of bytes, over all rooms of a hub."""

    def __init__(self, kept_bytes: int = KEPT_BYTES) -> None:
        self._kept_bytes = kept_bytes
        self._frames: OrderedDict[tuple[int, int], Frame] = OrderedDict()
        self._bytes = 0

    def run_after(self, incident_id: int, after: int, limit: int) -> list[Frame]:
        """The unbroken run of frames that begins right after `after`; empty if it is not kept."""
        found: list[Frame] = []
        while len(found) < limit:
            key = (incident_id, after + 1 + len(found))
            frame = self._frames.get(key)
            if frame is None:
                break
            self._frames.move_to_end(key)
            found.append(frame)
        return found

    def keep(self, incident_id: int, frames: list[Frame]) -> None:
        for frame in frames:
            self._drop((incident_id, frame.seq))
            self._frames[incident_id, frame.seq] = frame
            self._bytes += frame.size
            if frame.changes is not None:
                self._drop((incident_id, frame.changes))
        while self._bytes > self._kept_bytes:
            self._drop(next(iter(self._frames)))

    def _drop(self, key: tuple[int, int]) -> None:
        frame = self._frames.pop(key, None)
        if frame is not None:
            self._bytes -= frame.size
