"""What is new, for hubs that were hinted at it or that ask on their own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import Q

from incidents.kernel import clock
from incidents.models import Incident

RECENT = timedelta(minutes=1)
MOST_ALERTS = 500


@dataclass(slots=True)
class Change:
    """One incident that has moved on: the kinds of its new facts, and its new alert facts."""

    incident: Incident
    kinds: set[str] = field(default_factory=set)
    alerts: list[dict[str, Any]] = field(default_factory=list)


def reached(incident_ids: Iterable[int]) -> dict[int, int]:
    """The last seq of these incidents, and of all that changed in the last minute. One query."""
    recent = Q(updated_at__gte=clock.now() - RECENT)
    rows = Incident.objects.filter(recent | Q(pk__in=list(incident_ids)))
    return dict(rows.values_list("pk", "last_seq"))


_KINDS = """
    SELECT DISTINCT fact.incident_id, fact.kind
      FROM unnest(%s::bigint[], %s::int[]) AS seen(id, seq)
      JOIN incidents_fact AS fact ON fact.incident_id = seen.id AND fact.seq > seen.seq
     WHERE fact.recorded_at > now() - %s
"""
_ALERTS = """
    SELECT fact.incident_id, fact.kind, fact.data ->> 'alert_id', fact.data ->> 'title'
      FROM unnest(%s::bigint[], %s::int[]) AS seen(id, seq)
      JOIN incidents_fact AS fact ON fact.incident_id = seen.id AND fact.seq > seen.seq
     WHERE fact.recorded_at > now() - %s AND fact.kind LIKE 'alert.%%'
     ORDER BY fact.recorded_at DESC
     LIMIT %s
"""


def since(after: Mapping[int, int]) -> list[Change]:
    """What happened in the last minute to these incidents after these seqs. Three queries."""
    incidents = Incident.objects.select_related("severity", "service").in_bulk(list(after))
    changes = {pk: Change(incident) for pk, incident in incidents.items()}
    seen: list[Any] = [list(after), list(after.values()), RECENT]
    with connection.cursor() as cursor:
        cursor.execute(_KINDS, seen)
        for pk, kind in cursor.fetchall():
            changes[pk].kinds.add(kind)
        if any(kind.startswith("alert.") for change in changes.values() for kind in change.kinds):
            cursor.execute(_ALERTS, [*seen, MOST_ALERTS])
            for pk, kind, alert_id, title in cursor.fetchall():
                told = {"what": kind.split(".")[1], "id": alert_id and int(alert_id)}
                changes[pk].alerts.append({**told, "title": title})
    return list(changes.values())
