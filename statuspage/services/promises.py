"""Saying once that customers wait for the update they were promised."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from incidents.events import bus
from incidents.kernel import clock, row_locks
from incidents.kernel.actor import Actor
from incidents.models import Fact, Incident, IncidentRole
from statuspage.events import StatusUpdateDue
from statuspage.models import PublicIncident

# The hub says that any update is due; where it just has, nobody needs to hear it twice.
GRACE: Final = timedelta(minutes=1)
_TELL: Final = (IncidentRole.COMMANDER, IncidentRole.COMMUNICATIONS)


@transaction.atomic
def look(fact: Fact) -> datetime | None:
    """When to look again; None when customers have heard more since, or wait for nothing."""
    incident = row_locks.held(Incident.objects).get(pk=fact.incident_id)
    later = Fact.objects.filter(incident=incident, seq__gt=fact.seq)
    if later.filter(kind__in=["status.published", "status.update_due"]).exists():
        return None
    rows = PublicIncident.objects.filter(
        incident=incident, resolved_at=None, next_update_at__isnull=False, incident__private=False
    )
    public = rows.select_related("page").order_by("next_update_at").first()
    if public is None or public.next_update_at is None:
        return None
    due_at = public.next_update_at
    if clock.now() < due_at + GRACE:
        return due_at + GRACE
    if later.filter(kind="update.overdue").exists():
        return None
    held = incident.role_assignments.filter(role__in=_TELL, until__isnull=True)
    handles = sorted(set(held.values_list("user__username", flat=True)))
    body = StatusUpdateDue(page=public.page.name, due_at=due_at.isoformat(), handles=handles)
    bus.emit(incident, body, actor=Actor.system("timer"), cause=fact)
    return None
