"""What is said in a room."""

from dataclasses import dataclass

from incidents.events.types import FactBody, fact


@fact("chat.posted", icon="message")
@dataclass(frozen=True)
class MessagePosted(FactBody):
    message_id: str
    body: str

    def text(self) -> str:
        return f"said: {self.body}"


@fact("chat.edited", icon="pencil")
@dataclass(frozen=True)
class MessageEdited(FactBody):
    """`edited_seq` is the seq of the fact that told of the message."""

    message_id: str
    body: str
    edited_seq: int

    @property
    def instead_of(self) -> int:
        return self.edited_seq

    def text(self) -> str:
        return f"edited a message to: {self.body}"
