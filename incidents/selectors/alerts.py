"""Lists of alerts: those one may see, narrowed."""

from dataclasses import dataclass
from typing import Final

from django.db.models import Case, Q, QuerySet, When

from incidents.models import Alert, AlertState, Incident


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """What to show. `state` is a state; "firing" (open or acknowledged), which is "audible" (free
    to make itself heard) or "suppressed" (held, or muted by a rule); or empty."""

    state: str = ""
    severity: str = ""
    service: str = ""
    text: str = ""
    integration: int = 0

    @property
    def is_set(self) -> bool:
        return self.state != "" or self.is_narrowed

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the state is asked for."""
        return any((self.severity, self.service, self.text, self.integration))


SUPPRESSED: Final = Q(held=True) | ~Q(muted_by=[])
_OF_STATE: Final = {
    "firing": ~Q(state=AlertState.RESOLVED),
    "audible": ~Q(state=AlertState.RESOLVED) & ~SUPPRESSED,
    "suppressed": ~Q(state=AlertState.RESOLVED) & SUPPRESSED,
}


def visible(incidents: QuerySet[Incident]) -> QuerySet[Alert]:
    """Alerts of the visible incidents, and those of none; an alert of a hidden one is hidden."""
    related = ("severity", "service", "team", "incident", "integration")
    rows = Alert.objects.select_related(*related)
    return rows.filter(
        Q(incident__isnull=True)
        | Q(incident__private=False)
        | Q(incident__in=incidents.filter(private=True))
    )


def find(incidents: QuerySet[Incident], chosen: AlertFilter) -> QuerySet[Alert]:
    rows = visible(incidents)
    if chosen.state:
        rows = rows.filter(_OF_STATE.get(chosen.state, Q(state=chosen.state)))
    if chosen.severity:
        rows = rows.filter(severity__code=chosen.severity)
    if chosen.service:
        rows = rows.filter(service__slug=chosen.service)
    if chosen.integration:
        rows = rows.filter(integration_id=chosen.integration)
    if chosen.text:
        rows = rows.filter(title__icontains=chosen.text)
    return rows


def firing(incidents: QuerySet[Incident]) -> QuerySet[Alert]:
    """Alerts firing now: those that nothing mutes, worst first, then newest; then the others."""
    rows = find(incidents, AlertFilter(state="firing"))
    muted = Case(When(SUPPRESSED, then=1), default=0)
    return rows.order_by(muted, "severity__rank", "-started_at")
