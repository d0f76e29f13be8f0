"""What a room keeps beside the facts of its incident."""

from warroom.models.attachment import Attachment
from warroom.models.attendance import GONE, SILENT_FOR, Attendance, Presence, RoomHub
from warroom.models.bridge import Bridge
from warroom.models.decision import MAX_DECISION, Decision
from warroom.models.document import Document, DocumentUpdate, DocumentVersion, SaveReason
from warroom.models.handover import OfferState, RoleOffer
from warroom.models.hypothesis import MAX_HYPOTHESIS, Hypothesis, Verdict
from warroom.models.message import Message, MessageRevision
from warroom.models.pin import Pin
from warroom.models.reaction import Reaction
from warroom.models.reading import ReadMark
from warroom.models.role_rule import Occasion, RoleRule, Who
from warroom.models.said import Given, Said, Thread, Unread
from warroom.models.task import MAX_REASON, MAX_TITLE, UNFINISHED, Task, TaskState
from warroom.models.visit import RoomVisit

__all__ = [
    "GONE",
    "MAX_DECISION",
    "MAX_HYPOTHESIS",
    "MAX_REASON",
    "MAX_TITLE",
    "SILENT_FOR",
    "UNFINISHED",
    "Attachment",
    "Attendance",
    "Bridge",
    "Decision",
    "Document",
    "DocumentUpdate",
    "DocumentVersion",
    "Given",
    "Hypothesis",
    "Message",
    "MessageRevision",
    "Occasion",
    "OfferState",
    "Pin",
    "Presence",
    "Reaction",
    "ReadMark",
    "RoleOffer",
    "RoleRule",
    "RoomHub",
    "RoomVisit",
    "Said",
    "SaveReason",
    "Task",
    "TaskState",
    "Thread",
    "Unread",
    "Verdict",
    "Who",
]
