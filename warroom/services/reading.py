"""How far somebody has read, so that all their devices know. No fact: nobody else cares."""

from collections.abc import Mapping
from typing import Final

from django.db import connection

from incidents.models import Incident, User

# People who left, or rooms that are gone, while marks were collected are passed over.
_KEEP: Final = """
    INSERT INTO warroom_readmark AS mark (user_id, incident_id, seq, at)
    SELECT reader.id, incident.id, least(seen.seq, incident.last_seq), now()
      FROM unnest(%s::bigint[], %s::bigint[], %s::int[]) AS seen(reader, incident, seq)
      JOIN incidents_user AS reader ON reader.id = seen.reader
      JOIN incidents_incident AS incident ON incident.id = seen.incident
     ORDER BY reader.id, incident.id
        ON CONFLICT (user_id, incident_id)
        DO UPDATE SET seq = excluded.seq, at = excluded.at WHERE mark.seq < excluded.seq
"""


def mark(*, user: User, incident: Incident, seq: int) -> None:
    """Say that `user` has read up to `seq`; a mark never goes back."""
    mark_all({(user.pk, incident.pk): seq})


def mark_all(marks: Mapping[tuple[int, int], int]) -> None:
    """As `mark`, for many: (user id, incident id) → seq. One statement."""
    if not marks:
        return
    readers = [reader for reader, _ in marks]
    incidents = [incident for _, incident in marks]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [readers, incidents, list(marks.values())])
