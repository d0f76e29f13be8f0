"""Keeping who was in which room, for the recording."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Count

from incidents.models import Incident
from warroom.models import GONE, SILENT_FOR, Attendance, Presence, RoomHub
from warroom.realtime.register import Seen

# An incident keeps as many rows at most; beyond, only that somebody leaves is written.
MOST_ROWS: Final = 20_000


@transaction.atomic
def keep(hub: str, seen: Sequence[Seen], at: datetime) -> bool:
    """Write what `hub` has seen, and that it lives. Three queries when there is nothing to write.

    False where nothing was known of the hub: it is new, or was given up, and then nobody counts as
    present any more whom it saw before.
    """
    is_known = bool(RoomHub.objects.filter(hub=hub).update(seen_at=at))
    if not is_known:
        RoomHub.objects.create(hub=hub, seen_at=at)
    Attendance.objects.bulk_create(_rows(hub, seen))
    _part_with_the_dead(at - timedelta(seconds=SILENT_FOR))
    return is_known


def _rows(hub: str, seen: Sequence[Seen]) -> Iterable[Attendance]:
    if not seen:
        return []
    kept = _kept({each.incident_id for each in seen})
    return [
        Attendance(
            incident_id=each.incident_id,
            hub=hub,
            handle=each.handle,
            name=each.name,
            state=each.state,
            at=each.at,
        )
        for each in seen
        if each.incident_id in kept and (kept[each.incident_id] < MOST_ROWS or each.state in GONE)
    ]


def _kept(incident_ids: Iterable[int]) -> dict[int, int]:
    """How many rows these incidents have, those that are there."""
    rows = Incident.objects.filter(pk__in=incident_ids).annotate(kept=Count("attendance"))
    return dict(rows.values_list("pk", "kept"))


def _part_with_the_dead(before: datetime) -> None:
    """Say of whoever a silent hub saw that they were lost with it, at its last sign of life."""
    silent = RoomHub.objects.filter(seen_at__lt=before).select_for_update(skip_locked=True)
    for hub in silent:
        last = Attendance.objects.filter(hub=hub.hub).order_by("incident", "handle", "-at", "-id")
        still = [row for row in last.distinct("incident", "handle") if row.state not in GONE]
        for row in still:
            row.pk, row.state, row.at = None, Presence.LOST, max(row.at, hub.seen_at)
        Attendance.objects.bulk_create(still)
        hub.delete()
