"""Saying once that an update is due, to those who are to tell."""

from datetime import datetime

from django.db import transaction

from incidents.events import bus
from incidents.events.clocks import UpdateOverdue
from incidents.kernel import row_locks
from incidents.kernel.actor import Actor
from incidents.models import Fact, Incident, IncidentRole
from incidents.models.fact import UPDATES
from incidents.selectors import pace

# After each of these the next update is due at another time.
KINDS = (
    *("incident.opened", "incident.severity_changed", "incident.state_changed"),
    "incident.unmerged",
    *UPDATES,
)
_TELL = (IncidentRole.COMMANDER, IncidentRole.COMMUNICATIONS)


@transaction.atomic
def look(fact: Fact) -> datetime | None:
    """When to look again; None when a later fact has its own look, or nothing more is due."""
    rows = row_locks.held(Incident.objects).select_related("severity")
    incident = rows.filter(pk=fact.incident_id).first()
    if incident is None or _is_outdated(fact):
        return None
    now = pace.of(incident)
    if now.due_at is None or now.told_overdue:
        return None
    if not now.is_late:
        return now.due_at
    body = UpdateOverdue(due_at=now.due_at.isoformat(), handles=_handles(incident))
    bus.emit(incident, body, actor=Actor.system("timer"), cause=fact)
    return None


def _is_outdated(fact: Fact) -> bool:
    later = Fact.objects.filter(incident_id=fact.incident_id, seq__gt=fact.seq)
    return later.filter(kind__in=KINDS).exists()


def _handles(incident: Incident) -> list[str]:
    held = incident.role_assignments.filter(role__in=_TELL, until__isnull=True)
    return sorted(set(held.values_list("user__username", flat=True)))
