"""What can be said about a room. Who is there and who types are no facts: they are not kept."""

from warroom.events.chat import MessageEdited, MessagePosted

__all__ = ["MessageEdited", "MessagePosted"]
