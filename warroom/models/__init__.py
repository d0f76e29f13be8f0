"""What a room keeps beside the facts of its incident."""

from warroom.models.document import Document, DocumentUpdate, DocumentVersion, SaveReason
from warroom.models.message import Message, MessageRevision

__all__ = [
    "Document",
    "DocumentUpdate",
    "DocumentVersion",
    "Message",
    "MessageRevision",
    "SaveReason",
]
