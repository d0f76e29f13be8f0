"""The rows of the spoke: post-mortems by section, action items, and the last PDF of each."""

from postmortems.models.action_item import ActionItem, ActionKind, ActionState, Priority
from postmortems.models.outline import OUTLINE, Heading, heading_of
from postmortems.models.post_mortem import MAX_BODY, PdfExport, PostMortem, PostMortemState, Section
from postmortems.models.record import Comparison, Contribution, Figure, Firing, Phase, Record

__all__ = [
    "MAX_BODY",
    "OUTLINE",
    "ActionItem",
    "ActionKind",
    "ActionState",
    "Comparison",
    "Contribution",
    "Figure",
    "Firing",
    "Heading",
    "PdfExport",
    "Phase",
    "PostMortem",
    "PostMortemState",
    "Priority",
    "Record",
    "Section",
    "heading_of",
]
