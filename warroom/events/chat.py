"""What is said in a room, and what becomes of it.

`*_seq` is the number of the fact that told of the message. Emoji are kept as people chose them.
"""

from dataclasses import dataclass, field

from incidents.events.types import FactBody, fact


@fact("chat.posted", icon="message")
@dataclass(frozen=True)
class MessagePosted(FactBody):
    """`thread` is the seq of the message that is replied to, `in_room` whether all see it there.

    The body is empty once the message is deleted.
    """

    message_id: str
    body: str
    mentions: list[str] = field(default_factory=list)
    thread: int | None = None
    in_room: bool = True
    files: int = 0

    def text(self) -> str:
        verb = "said" if self.thread is None else "replied"
        if self.files and not self.body:
            return "sent a file" if self.files == 1 else f"sent {self.files} files"
        return f"{verb}: {self.body}" if self.body else f"{verb} something that was deleted"

    def calls(self) -> tuple[str, ...]:
        return tuple(self.mentions)


@fact("chat.edited", icon="pencil")
@dataclass(frozen=True)
class MessageEdited(FactBody):
    """`mentions` are those whom the message did not call before."""

    message_id: str
    body: str
    edited_seq: int
    mentions: list[str] = field(default_factory=list)

    @property
    def instead_of(self) -> int:
        return self.edited_seq

    def text(self) -> str:
        return f"edited a message to: {self.body}" if self.body else "edited a message"

    def calls(self) -> tuple[str, ...]:
        return tuple(self.mentions)


@fact("chat.deleted", icon="trash")
@dataclass(frozen=True)
class MessageDeleted(FactBody):
    message_id: str
    deleted_seq: int
    author: str

    @property
    def instead_of(self) -> int:
        return self.deleted_seq

    def text(self) -> str:
        return f"deleted a message of {self.author}"


@fact("chat.reacted", icon="mood-smile")
@dataclass(frozen=True)
class MessageReacted(FactBody):
    message_id: str
    reacted_seq: int
    emoji: str

    def text(self) -> str:
        return f"reacted with {self.emoji}"


@fact("chat.unreacted", icon="mood-smile")
@dataclass(frozen=True)
class MessageUnreacted(FactBody):
    message_id: str
    reacted_seq: int
    emoji: str

    def text(self) -> str:
        return f"took back {self.emoji}"
