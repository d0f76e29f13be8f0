"""Which incident goes on with what belongs to one that was merged."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from incidents.models import Incident


@dataclass(frozen=True, slots=True)
class Owner:
    """The open incident that takes alerts of `key`, and the merged ones they come through."""

    key: str
    incident_id: int
    through: list[int]


# Few alerts find an open incident: one small question for all. Where an incident of the key was
# merged into another, that one takes what comes; the youngest merge counts.
_OWNERS = """
    WITH RECURSIVE went(key, id, into_id, state, merged_at, through) AS (
        SELECT dedup_key, id, merged_into_id, state, merged_at, ARRAY[id]
          FROM incidents_incident
         WHERE dedup_key = ANY(%(keys)s) AND state = 'merged'
         UNION ALL
        SELECT went.key, next.id, next.merged_into_id, next.state, went.merged_at,
               went.through || next.id
          FROM went JOIN incidents_incident AS next ON next.id = went.into_id
         WHERE went.state = 'merged' AND NOT next.id = ANY(went.through)
    )
    SELECT dedup_key, id, NULL::bigint[], NULL::timestamptz FROM incidents_incident
     WHERE dedup_key = ANY(%(keys)s) AND NOT (state IN ('resolved', 'closed', 'merged'))
     UNION ALL
    SELECT key, id, through[:cardinality(through) - 1], merged_at FROM went
     WHERE NOT (state IN ('resolved', 'closed', 'merged'))
"""


def owners(keys: Iterable[str]) -> dict[str, Owner]:
    """The open incident of each key, where there is one. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_OWNERS, {"keys": list(keys)})
        rows = cursor.fetchall()
    rows.sort(key=lambda row: (row[3] is not None, -row[3].timestamp() if row[3] else 0))
    found: dict[str, Owner] = {}
    for key, incident_id, through, _ in rows:
        found.setdefault(key, Owner(key, incident_id, through or []))
    return found


_FINAL = """
    WITH RECURSIVE went(id, into_id, state, path) AS (
        SELECT id, merged_into_id, state, ARRAY[id] FROM incidents_incident WHERE id = %s
         UNION ALL
        SELECT next.id, next.merged_into_id, next.state, went.path || next.id
          FROM went JOIN incidents_incident AS next ON next.id = went.into_id
         WHERE went.state = 'merged' AND NOT next.id = ANY(went.path)
    )
    SELECT path FROM went ORDER BY cardinality(path) DESC LIMIT 1
"""


def way_of(incident: Incident) -> list[int]:
    """Its own number, then that of each incident it was merged into, the last one goes on."""
    with connection.cursor() as cursor:
        cursor.execute(_FINAL, [incident.pk])
        row = cursor.fetchone()
    return list(row[0]) if row else [incident.pk]
