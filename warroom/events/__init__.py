"""What can be said about a room. Who is there and who types are no facts: they are not kept."""

from warroom.events.chat import MessageEdited, MessagePosted
from warroom.events.document import DocumentOpened, DocumentRestored, DocumentSaved

__all__ = [
    "DocumentOpened",
    "DocumentRestored",
    "DocumentSaved",
    "MessageEdited",
    "MessagePosted",
]
