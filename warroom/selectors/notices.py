"""What waits for the people who are connected."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, QuerySet

from incidents.kernel import clock
from incidents.models import Notice

RECENT = timedelta(minutes=1)
COUNTED = 100


# By owner: how many notices are unread, and what those of the last minute say, by their id.
Found = dict[int, tuple[int, dict[int, dict[str, Any]]]]


def waiting(rows: QuerySet[Notice]) -> Found:
    """Two queries."""
    unread = rows.filter(read_at__isnull=True)
    counted = unread.order_by().values_list("user_id").annotate(Count("id"))
    found: Found = {pk: (min(count, COUNTED), {}) for pk, count in counted}
    recent = unread.filter(created_at__gte=clock.now() - RECENT)
    for notice in recent.select_related("incident", "fact").order_by("created_at", "pk"):
        if notice.user_id in found:
            found[notice.user_id][1][notice.pk] = _told(notice)
    return found


def _told(notice: Notice) -> dict[str, Any]:
    return {
        "id": notice.pk,
        "incident": notice.incident.reference,
        "title": notice.incident.title,
        "kind": notice.kind,
        "actor": notice.fact.actor_name,
        "text": notice.text,
        "url": notice.url,
        "urgent": notice.urgent,
        "at": notice.created_at,
    }
