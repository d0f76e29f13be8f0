"""From one broadcast to all whom it concerns, by one statement.

Either all its tellings are there or none: an engine that dies in the middle leaves nothing behind,
and the next one does it anew. With a hundred thousand subscribers the statement takes seconds, so
it runs beside the engine's loop, which goes on.
"""

import logging
import threading
from typing import Final

from django.db import connection, connections, transaction

from incidents.events import bus
from incidents.kernel import clock
from statuspage.models import Broadcast, StatusPage

log = logging.getLogger(__name__)

_MANY: Final = 1_000

_TELL: Final = """
INSERT INTO statuspage_telling
  (broadcast_id, subscriber_id, errand, way, state, made_at, next_due_at, tries, error)
SELECT %(broadcast)s, s.id, 'news', s.way, 'due', %(now)s, %(now)s, 0, ''
FROM statuspage_subscriber s
WHERE s.page_id = %(page)s
  AND s.state = 'active'
  AND s.pace = ANY(%(paces)s)
  AND (%(incidents)s AND s.wants_incidents OR %(maintenance)s AND s.wants_maintenance)
  AND (%(way)s = '' OR s.way = %(way)s)
  AND (
    cardinality(%(components)s::bigint[]) = 0
    OR NOT EXISTS (
      SELECT FROM statuspage_subscriber_components c WHERE c.subscriber_id = s.id
    )
    OR EXISTS (
      SELECT FROM statuspage_subscriber_components c
      WHERE c.subscriber_id = s.id AND c.component_id = ANY(%(components)s::bigint[])
    )
  )
ON CONFLICT (broadcast_id, subscriber_id) DO NOTHING
"""


@transaction.atomic
def fan_out_next() -> bool:
    """Fan out the oldest broadcast that waits and nobody else is at; False where there is none."""
    waiting = Broadcast.objects.select_for_update(skip_locked=True, of=("self",))
    broadcast = waiting.filter(fanned_at=None).order_by("made_at", "pk").first()
    if broadcast is None:
        return False
    broadcast.told = _tell(broadcast) if _is_public(broadcast) else 0
    broadcast.fanned_at = clock.now()
    broadcast.save(update_fields=["told", "fanned_at"])
    bus.wake_engine()
    return True


def _is_public(broadcast: Broadcast) -> bool:
    """A page that is off tells nothing, and an incident that became private does not exist."""
    if not StatusPage.objects.filter(pk=broadcast.page_id, enabled=True).exists():
        return False
    update = broadcast.update
    return update is None or not update.public_incident.incident.private


def _tell(broadcast: Broadcast) -> int:
    kind = Broadcast.Kind(broadcast.kind)
    of_both = kind in (Broadcast.Kind.DIGEST, Broadcast.Kind.COMPONENT)
    is_digest = kind == Broadcast.Kind.DIGEST
    with connection.cursor() as cursor:
        # As long as it takes: it holds up nobody.
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(
            _TELL,
            {
                "broadcast": broadcast.pk,
                "page": broadcast.page_id,
                "now": clock.now(),
                # A program has no use for yesterday's news.
                "paces": ["daily"] if is_digest else ["at_once"],
                "incidents": of_both or kind == Broadcast.Kind.INCIDENT,
                "maintenance": of_both or kind == Broadcast.Kind.MAINTENANCE,
                "way": "webhook" if kind == Broadcast.Kind.COMPONENT else "",
                "components": broadcast.components,
            },
        )
        told = int(cursor.rowcount)
        if told >= _MANY:
            # Else whoever leases them goes by what was there before, and reads them all each time.
            cursor.execute("ANALYZE statuspage_telling")
        return told


class Aside:
    """One thread beside the engine's, while there is something to fan out."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None

    def work(self) -> int:
        """Begin where something waits and nothing runs. Never waits itself."""
        if self._thread is not None and self._thread.is_alive():
            return 0
        if not Broadcast.objects.filter(fanned_at=None).exists():
            return 0
        self._thread = threading.Thread(target=self._run, name="fan out", daemon=True)
        self._thread.start()
        return 0

    def _run(self) -> None:
        try:
            while fan_out_next():
                pass
        except Exception:
            log.exception("a broadcast could not be fanned out; it is tried again")
        finally:
            connections.close_all()

    def join(self) -> None:
        if self._thread is not None:
            self._thread.join()


ASIDE: Final = Aside()
