"""What the board shows besides its figures."""

from dataclasses import dataclass

from django.db.models import QuerySet

from incidents.models import ENDED, Alert, AlertState, Fact, Incident
from incidents.selectors import brief, pace, stages
from incidents.selectors.incidents import open_incidents

FEED = 50
SHOWN = 50
# Chat stays in its room: the feed tells what happened, not what was said.
_QUIET = ("chat.",)


@dataclass(frozen=True, slots=True)
class OpenRow:
    incident: Incident
    people: list[brief.OnIt]
    broken: brief.Line
    next: brief.Line
    pace: pace.Pace
    late_stage: stages.StageNow | None = None


def open_rows(visible: QuerySet[Incident]) -> list[OpenRow]:
    """Open incidents, worst first. Five queries: incidents, their people, their firing alerts, what
    they owe, and the stages."""
    incidents = list(open_incidents(visible)[:SHOWN])
    alerts = Alert.objects.filter(incident__in=incidents).exclude(state=AlertState.RESOLVED)
    grouped = brief.by_incident(alerts.select_related("severity"))
    paces = pace.paces(incidents)
    late = stages.late(incidents, paces)
    return [
        OpenRow(
            incident,
            brief.who_is_on_it(incident),
            brief.what_is_broken(incident, grouped.get(incident.pk, [])),
            brief.what_next(incident),
            paces[incident.pk],
            late.get(incident.pk),
        )
        for incident in incidents
    ]


def feed(visible: QuerySet[Incident], limit: int = FEED) -> list[Fact]:
    """The newest facts of the visible incidents, newest first. One query."""
    rows = Fact.objects.filter(incident__in=visible)
    for prefix in _QUIET:
        rows = rows.exclude(kind__startswith=prefix)
    return list(rows.select_related("incident").order_by("-recorded_at", "-id")[:limit])


def last_closed(visible: QuerySet[Incident]) -> Incident | None:
    rows = visible.filter(state__in=ENDED, resolved_at__isnull=False)
    return rows.select_related("severity", "service").order_by("-resolved_at").first()
