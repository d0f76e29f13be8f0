"""How far somebody has read, so that all their devices know. No fact: nobody else cares."""

from collections.abc import Mapping
from typing import Final

from django.db import connection
from django.db.models import Q

from incidents.models import Incident, Notice, User
from incidents.reactions import notices
from warroom import events
from warroom.models import Message

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
# A reply that was not sent to the room is seen in its thread.
_IN_THREAD_ONLY: Final = Q(fact__kind=events.MessagePosted.kind, fact__data__in_room=False)


def mark(*, user: User, incident: Incident, seq: int) -> None:
    """Say that `user` has read up to `seq`; a mark never goes back."""
    mark_all({(user.pk, incident.pk): seq})


def mark_all(marks: Mapping[tuple[int, int], int]) -> None:
    """As `mark`, for many: (user id, incident id) → seq. Two statements; what called people in the
    rooms is seen, too."""
    if not marks:
        return
    readers = [reader for reader, _ in marks]
    incidents = [incident for _, incident in marks]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [readers, incidents, list(marks.values())])
    notices.read_upto(marks, unseen=_IN_THREAD_ONLY)


def mark_thread(*, user: User, root: Message) -> None:
    """Say that `user` has read the thread: what called them there is seen."""
    called = Notice.objects.filter(user=user, incident=root.incident)
    notices.read_those(called.filter(fact__data__thread=root.seq))
