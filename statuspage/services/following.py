"""Components that follow a service: open incidents of it change their state by themselves.

Only that something is wrong is shown, never a word of the incident. As soon as people tell
customers about the incident on that page, what they say counts instead. What is mitigated, over,
merged, a false alarm or private does nothing to a component.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Q

from incidents.kernel import clock
from incidents.models import Incident, State
from statuspage.models import Component, ComponentState, FollowedEffect, PublicIncident, StatusPage
from statuspage.services.snapshots import locked, raise_version

# By the rank of the severity.
BY_RANK: Final = (
    ComponentState.MAJOR_OUTAGE,
    ComponentState.PARTIAL_OUTAGE,
    ComponentState.DEGRADED,
    ComponentState.DEGRADED,
)
_HARMLESS: Final = (State.MITIGATED, State.MONITORING, State.RESOLVED, State.CLOSED)


@transaction.atomic
def look(*, incident_id: int) -> None:
    """Bring the components that this incident concerns, or did, into line; safe to repeat."""
    incident = Incident.objects.filter(pk=incident_id).first()
    if incident is None:
        return
    held = FollowedEffect.objects.filter(incident=incident)
    rows = Component.objects.filter(pk__in=held.values("component"))
    if incident.service_id is not None:
        rows |= Component.objects.filter(service_id=incident.service_id, follows_service=True)
    for page_id in sorted(set(rows.values_list("page_id", flat=True))):
        page = locked(page_id)
        if keep(rows.filter(page=page)):
            raise_version(page)


def keep_page(page: StatusPage) -> bool:
    """Bring the components of a page into line that follow a service, or did until now. Call with
    the page locked."""
    follows = Q(follows_service=True) | Q(followed__until=None, followed__isnull=False)
    return keep(page.components.filter(follows).distinct())


def keep(components: Iterable[Component]) -> bool:
    """Whether anything changed. Call with the page locked."""
    now = clock.now()
    return sum(_keep(component, now) for component in components) > 0


def _keep(component: Component, now: datetime) -> bool:
    wanted = {incident.pk: incident for incident in _incidents(component)}
    kept, changed = set(), _forget_false_alarms(component)
    for effect in component.followed.filter(until=None):
        incident = wanted.get(effect.incident_id)
        if incident is not None and effect.state == state_of(incident):
            kept.add(incident.pk)
            continue
        effect.until = max(now, effect.since)
        effect.save(update_fields=["until"])
        changed = True
    for incident in wanted.values():
        if incident.pk not in kept:
            _begin(component, incident, now)
            changed = True
    return changed


def state_of(incident: Incident) -> ComponentState:
    return BY_RANK[min(incident.severity.rank, len(BY_RANK) - 1)]


def _incidents(component: Component) -> list[Incident]:
    if not component.follows_service or component.service_id is None:
        return []
    told = PublicIncident.objects.filter(page_id=component.page_id).values("incident")
    rows = Incident.objects.filter(
        service_id=component.service_id, private=False, false_positive=False, merged_into=None
    )
    rows = rows.exclude(state__in=_HARMLESS).exclude(pk__in=told)
    return list(rows.select_related("severity").order_by("pk"))


def _begin(component: Component, incident: Incident, now: datetime) -> None:
    """Since the incident began; from now on where it was something else before."""
    before = component.followed.filter(incident=incident).exists()
    FollowedEffect.objects.create(
        component=component,
        incident=incident,
        state=state_of(incident),
        since=now if before else min(incident.began_at, now),
        why=f"{incident.reference} is {incident.severity.code}",
    )


def _forget_false_alarms(component: Component) -> bool:
    """Nothing was wrong then, so it does not count."""
    gone, _ = component.followed.filter(incident__false_positive=True).delete()
    return bool(gone)
