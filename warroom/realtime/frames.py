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
    """One fact as text. `shows` are the seqs of the messages that it draws as they read now: what
    was drawn of them before is no longer true.

    `touches_access` says that after it somebody may no longer be allowed to read on.
    """

    seq: int
    text: str
    shows: frozenset[int] = frozenset()
    touches_access: bool = False

    @property
    def size(self) -> int:
        return len(self.text)


class FrameCache:
    """The frames last used, up to a number of bytes, over all rooms of a hub.

    Frames that are kept together were read at the same time. What they show anew is dropped where
    it was kept before, so that nobody is handed an earlier version, or what has been deleted.
    """

    def __init__(self, kept_bytes: int = KEPT_BYTES) -> None:
        self._kept_bytes = kept_bytes
        self._frames: OrderedDict[tuple[int, int], Frame] = OrderedDict()
        self._showing: dict[tuple[int, int], set[int]] = {}
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
            for row in frame.shows:
                self._drop_showing(incident_id, row, before=frames[0].seq)
        for frame in frames:
            self._drop((incident_id, frame.seq))
            self._frames[incident_id, frame.seq] = frame
            self._bytes += frame.size
            for row in frame.shows:
                self._showing.setdefault((incident_id, row), set()).add(frame.seq)
        while self._bytes > self._kept_bytes:
            self._drop(next(iter(self._frames)))

    def _drop_showing(self, incident_id: int, row: int, *, before: int) -> None:
        for seq in [seq for seq in self._showing.get((incident_id, row), ()) if seq < before]:
            self._drop((incident_id, seq))

    def _drop(self, key: tuple[int, int]) -> None:
        frame = self._frames.pop(key, None)
        if frame is None:
            return
        self._bytes -= frame.size
        for row in frame.shows:
            shown = self._showing.get((key[0], row), set())
            shown.discard(key[1])
            if not shown:
                self._showing.pop((key[0], row), None)
