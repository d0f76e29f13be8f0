"""What a room keeps beside the facts of its incident."""

from warroom.models.message import Message, MessageRevision

__all__ = ["Message", "MessageRevision"]
