"""What can be said about a room. Who types is not kept; who is there is, in `models.Attendance`."""

from incidents.events import tasks
from warroom.events.bridge import BridgeClosed, BridgeFailed, BridgeOpened
from warroom.events.chat import (
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    MessageReacted,
    MessageUnreacted,
)
from warroom.events.document import DocumentOpened, DocumentRestored, DocumentSaved
from warroom.events.files import FileAdded, FileRemoved
from warroom.events.record import (
    DecisionRecorded,
    HypothesisJudged,
    HypothesisProposed,
    PinAdded,
    PinRemoved,
)
from warroom.events.roles import (
    CommanderStale,
    RoleAccepted,
    RoleDeclined,
    RoleOffered,
    RoleOfferExpired,
    RoleOfferWithdrawn,
)

__all__ = [
    "BridgeClosed",
    "BridgeFailed",
    "BridgeOpened",
    "CommanderStale",
    "DecisionRecorded",
    "DocumentOpened",
    "DocumentRestored",
    "DocumentSaved",
    "FileAdded",
    "FileRemoved",
    "HypothesisJudged",
    "HypothesisProposed",
    "MessageDeleted",
    "MessageEdited",
    "MessagePosted",
    "MessageReacted",
    "MessageUnreacted",
    "PinAdded",
    "PinRemoved",
    "RoleAccepted",
    "RoleDeclined",
    "RoleOfferExpired",
    "RoleOfferWithdrawn",
    "RoleOffered",
    "tasks",
]
