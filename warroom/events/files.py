"""Files of a room."""

from dataclasses import dataclass

from incidents.events.types import FactBody, fact


@fact("file.added", icon="paperclip")
@dataclass(frozen=True)
class FileAdded(FactBody):
    """`message_id` is empty where the file was added by itself, not with a message."""

    id: str
    name: str
    size: int
    media_type: str
    message_id: str = ""

    def text(self) -> str:
        return f"added the file {self.name}"


@fact("file.removed", icon="trash")
@dataclass(frozen=True)
class FileRemoved(FactBody):
    """`shown_seq` is the seq of the row of the log that the file is shown in."""

    id: str
    name: str
    message_id: str = ""
    shown_seq: int = 0

    def text(self) -> str:
        return f"removed the file {self.name}"
