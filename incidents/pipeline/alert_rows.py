"""The rows of alerts as folding reads and writes them: many at once, in few small statements."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import connection
from django.db.models import Count

from incidents.kernel import clock, payload, row_locks
from incidents.models import Alert, AlertState, Incident

# The integration, and what it calls the condition.
Key = tuple[int, str]

RELATED: Final = (
    *("severity", "service", "policy", "integration"),
    *("incident__severity", "incident__service"),
)
# Counting the open alerts of each sender costs; in between, a little more than the limit may open.
COUNTED: Final = timedelta(seconds=5)


# Most conditions are new: a small question first saves planning a statement over eight tables.
_OPEN = """
    SELECT id FROM incidents_alert
     WHERE integration_id = ANY(%s) AND fingerprint = ANY(%s) AND state <> 'resolved'
"""


def open_alerts(keys: set[Key]) -> dict[Key, Alert]:
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, [list({key[0] for key in keys}), list({key[1] for key in keys})])
        found = [pk for (pk,) in cursor.fetchall()]
    if not found:
        return {}
    rows = (
        row_locks.held(Alert.objects)
        .select_related(*RELATED)
        .filter(pk__in=found)
        .exclude(state=AlertState.RESOLVED)
        .order_by("pk")
    )
    alerts = list(rows)
    _read_moved(alerts)
    return {(alert.integration_id, alert.fingerprint): alert for alert in alerts}


def _read_moved(alerts: Sequence[Alert]) -> None:
    """An alert that changed its incident while we waited for its lock was joined with none."""
    moved = [a for a in alerts if a.incident_id is not None and a.incident is None]
    if not moved:
        return
    incidents = Incident.objects.select_related("severity", "service")
    found = incidents.in_bulk({alert.incident_id for alert in moved})
    for alert in moved:
        alert.incident = found.get(alert.incident_id or 0)


_counts: dict[int, tuple[datetime, int]] = {}


def full(senders: set[int]) -> set[int]:
    """The integrations with as many open alerts as they may have."""
    now = clock.now()
    stale = {s for s in senders if not _is_fresh(s, now)}
    if stale:
        rows = Alert.objects.filter(integration_id__in=stale).exclude(state=AlertState.RESOLVED)
        found = dict(rows.values_list("integration_id").annotate(Count("pk")).order_by())
        _counts.update({sender: (now, found.get(sender, 0)) for sender in stale})
    return {s for s in senders if _counts[s][1] >= settings.OPEN_ALERTS_PER_INTEGRATION}


def _is_fresh(sender: int, now: datetime) -> bool:
    counted = _counts.get(sender)
    return counted is not None and timedelta(0) <= now - counted[0] < COUNTED


_SAVE_CHANGED = """
    UPDATE incidents_alert AS alert
       SET state = new.state, severity_id = new.severity_id, resolved_at = new.resolved_at,
           count = new.count, last_seen_at = new.last_seen_at, value = new.value,
           description = new.description, labels = new.labels, annotations = new.annotations,
           digest = new.digest, held = new.held, recheck_at = new.recheck_at,
           ends_at = new.ends_at, trail = new.trail
      FROM jsonb_to_recordset(%s::jsonb)
           AS new(id bigint, state text, severity_id bigint, resolved_at timestamptz, count int,
                  last_seen_at timestamptz, value text, description text, labels jsonb,
                  annotations jsonb, digest text, held boolean, recheck_at timestamptz,
                  ends_at timestamptz, trail jsonb)
     WHERE alert.id = new.id
"""
_SAVED: Final = (
    *("state", "severity_id", "resolved_at", "count", "last_seen_at", "value", "description"),
    *("labels", "annotations", "digest", "held", "recheck_at", "ends_at", "trail"),
)


def save_changed(alerts: Sequence[Alert]) -> None:
    if not alerts:
        return
    rows = [{"id": a.pk, **{name: getattr(a, name) for name in _SAVED}} for a in alerts]
    with connection.cursor() as cursor:
        cursor.execute(_SAVE_CHANGED, [payload.write(rows).decode()])
