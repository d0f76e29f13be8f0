"""A message with what belongs to it, as it is read: made by `warroom.selectors.messages`."""

from dataclasses import dataclass
from datetime import datetime

from warroom.models.attachment import Attachment
from warroom.models.emoji import name_of
from warroom.models.message import Message

MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Given:
    """One kind of reaction: who gave it, by name and by handle, in order."""

    emoji: str
    names: list[str]
    handles: list[str]

    @property
    def title(self) -> str:
        """Who gave it, in words: "Mei Tanaka and Tom Ek: tada"."""
        shown = self.names[:MOST_NAMED]
        if len(self.names) > MOST_NAMED:
            shown.append(f"{len(self.names) - MOST_NAMED} more")
        who = " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))
        return f"{who}: {name_of(self.emoji)}"


@dataclass(frozen=True, slots=True)
class Thread:
    """The replies to a message, in short."""

    count: int
    last_at: datetime
    last_name: str


@dataclass(frozen=True, slots=True)
class Said:
    """A message with its reactions and files; `thread_seq` is that of the message that it replies
    to."""

    message: Message
    reactions: list[Given]
    thread: Thread | None = None
    thread_seq: int | None = None
    files: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Unread:
    """What came after the fact `after`: how many messages, and the seq of the first."""

    after: int
    count: int
    first: int | None
