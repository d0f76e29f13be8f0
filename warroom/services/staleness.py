"""A commander of whom nothing is heard: neither a word, nor a deed, nor a look into the room."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from incidents.events import bus
from incidents.kernel import clock, row_locks
from incidents.kernel.actor import Actor
from incidents.models import Fact, Incident, IncidentRole, RoleAssignment
from incidents.selectors import pace
from warroom import events
from warroom.realtime.presence import people_here

# After each of these the commander has to be asked after at another time.
KINDS: Final = (
    *("incident.role_assigned", "incident.severity_changed", "incident.state_changed"),
    "incident.unmerged",
)


@transaction.atomic
def look(fact: Fact) -> datetime | None:
    """Say it once when the commander has fallen silent; returns when to look again."""
    rows = row_locks.held(Incident.objects).select_related("severity")
    incident = rows.filter(pk=fact.incident_id).first()
    if incident is None or incident.is_over or _is_outdated(fact):
        return None
    held = _command(incident)
    if held is None:
        return None
    now = clock.now()
    patience = timedelta(minutes=incident.severity.stale_minutes)
    heard = now if _is_here(incident, held) else _last_heard(incident, held)
    if heard + patience > now:
        return heard + patience
    if not _is_told(incident, heard):
        body = events.CommanderStale(
            handle=held.user.username,
            name=str(held.user),
            seconds=round((now - heard).total_seconds()),
        )
        bus.emit(incident, body, actor=Actor.system("timer"), cause=fact)
    return now + patience


def is_stale(incident: Incident, known: pace.Pace) -> bool:
    """Whether the commander was reported as silent and has not been heard of since.

    No query where nobody was reported; else two, and a look at who is in the room.
    """
    if not known.stale:
        return False
    held = _command(incident)
    if held is None or held.user.username != known.stale or incident.is_over:
        return False
    told = Fact.objects.filter(incident=incident, seq__gt=known.stale_seq)
    return not told.filter(actor_user_id=held.user_id).exists() and not _is_here(incident, held)


def _is_outdated(fact: Fact) -> bool:
    later = Fact.objects.filter(incident_id=fact.incident_id, seq__gt=fact.seq)
    return later.filter(kind__in=KINDS).exists()


def _command(incident: Incident) -> RoleAssignment | None:
    rows = incident.role_assignments.filter(role=IncidentRole.COMMANDER, until__isnull=True)
    return rows.select_related("user").first()


def _last_heard(incident: Incident, held: RoleAssignment) -> datetime:
    done = Fact.objects.filter(incident=incident, actor_user_id=held.user_id).order_by("-seq")
    last = done.values_list("occurred_at", flat=True).first()
    return max(last or held.since, held.since)


def _is_here(incident: Incident, held: RoleAssignment) -> bool:
    return any(
        person.handle == held.user.username and person.state != "away"
        for person in people_here(incident.pk)
    )


def _is_told(incident: Incident, heard: datetime) -> bool:
    kind = events.CommanderStale.kind
    return Fact.objects.filter(incident=incident, kind=kind, occurred_at__gt=heard).exists()
