"""Which facts one jumps to, and in which groups."""

from typing import Final

from incidents.events.types import RoleAssigned
from incidents.models import Fact, Incident, IncidentRole

# The first prefix that fits counts; an empty word is no moment to jump to.
_GROUPS: Final = (
    ("incident.opened", "State"),
    ("incident.state_changed", "State"),
    ("incident.severity_changed", "Severity"),
    ("incident.role_assigned", "Roles"),
    ("role.declined", "Roles"),
    ("bridge.opened", "Bridge"),
    ("bridge.closed", "Bridge"),
    ("decision.", "Decisions"),
    ("hypothesis.", "Hypotheses"),
    ("pin.added", "Pins"),
    ("runbook.suggested", ""),
    ("runbook.", "Runbooks"),
    ("incident.merged", "Merges"),
    ("incident.unmerged", "Merges"),
    ("incident.split", "Merges"),
    ("status.published", "Updates"),
    ("update.posted", "Updates"),
)
MOST: Final = 400


def group_of(kind: str) -> str:
    """In a word; empty for what is no moment to jump to."""
    return next((word for prefix, word in _GROUPS if kind.startswith(prefix)), "")


def among(incident: Incident, seqs: list[int]) -> list[Fact]:
    """The first MOST of these facts, in the order in which they happened. One query.

    That somebody else responds too is no turn of the story.
    """
    rows = Fact.objects.filter(incident=incident, seq__in=seqs)
    rows = rows.exclude(kind=RoleAssigned.kind, data__role=IncidentRole.RESPONDER.value)
    return list(rows.order_by("occurred_at", "seq")[:MOST])
