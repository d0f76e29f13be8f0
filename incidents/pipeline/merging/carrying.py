"""Alerts change incidents, and remember the way they came."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

from django.db import connection

from incidents.kernel import clock, payload, row_locks
from incidents.models import Alert, Incident
from incidents.models.alert import MOST_DECISIONS

# One statement however many there are: a storm may have thousands.
_MOVE: Final = """
    UPDATE incidents_alert
       SET incident_id = %(to)s, came_through = {way},
           trail = jsonb_path_query_array(
               trail || %(told)s::jsonb, '$[last - {most} to last]')
     WHERE {which}
 RETURNING id
"""
_FURTHER: Final = _MOVE.format(
    way="came_through || %(from)s::bigint", which="id = ANY(%(ids)s)", most=MOST_DECISIONS - 1
)
_BACK: Final = _MOVE.format(
    way="came_through[:cardinality(came_through) - cardinality(%(way)s::bigint[])]",
    which="incident_id = %(from)s AND came_through["
    "greatest(cardinality(came_through) - cardinality(%(way)s::bigint[]), 0) + 1:]"
    " = %(way)s::bigint[]",
    most=MOST_DECISIONS - 1,
)


def hold(incident_ids: Iterable[int]) -> None:
    """Lock the alerts of these incidents until the transaction ends."""
    rows = row_locks.held(Alert.objects).order_by("pk")
    list(rows.filter(incident_id__in=list(incident_ids)).values_list("pk", flat=True))


def of(incident: Incident) -> list[int]:
    return list(Alert.objects.filter(incident=incident).values_list("pk", flat=True))


def further(alert_ids: Sequence[int], source: Incident, target: Incident, why: str) -> int:
    """Move alerts of `source` on to `target`; returns how many."""
    return _move(_FURTHER, why, {"from": source.pk, "to": target.pk, "ids": list(alert_ids)})


def back(way: Sequence[int], why: str) -> int:
    """Bring back to the first incident of `way` what is in the last one and came all that way."""
    return _move(_BACK, why, {"from": way[-1], "to": way[0], "way": list(way[:-1])})


def _move(statement: str, why: str, values: dict[str, Any]) -> int:
    told = [{"at": clock.now().isoformat(), "kind": "moved", "text": why}]
    with connection.cursor() as cursor:
        cursor.execute(statement, {**values, "told": payload.write(told).decode()})
        return len(cursor.fetchall())


def gone_on(way: Sequence[int]) -> Counter[int]:
    """How many that came all of `way` have been moved on since, by the incident they are in."""
    rows = Alert.objects.filter(came_through__contains=list(way), incident__isnull=False)
    rows = rows.exclude(came_through=[]).exclude(incident_id=way[0])
    return Counter(
        now_in
        for now_in, path in rows.values_list("incident_id", "came_through")
        if _holds(path, way)
    )


def _holds(path: Sequence[int], way: Sequence[int]) -> bool:
    span = len(way)
    return any(list(path[n : n + span]) == list(way) for n in range(len(path) - span + 1))
