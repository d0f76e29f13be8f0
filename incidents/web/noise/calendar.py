"""When maintenance windows are open, in words of their own zone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from django.db.models import Q

from incidents.models import MaintenanceWindow
from incidents.pipeline.noise import windows
from incidents.pipeline.noise.windows import Occurrence
from incidents.web.noise.recurrences import Recurrence

NEXT_SHOWN: Final = 5
_FAR: Final = timedelta(days=5 * 366)
_MOST: Final = 500
_LONGEST: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Planned:
    """A window with the time it is open now, or opens next; neither when it is past."""

    window: MaintenanceWindow
    now: Occurrence | None
    next: Occurrence | None

    @property
    def recurs(self) -> str:
        return Recurrence.of(self.window.recurrence).words


def planned(window: MaintenanceWindow, at: datetime) -> Planned:
    return Planned(window, windows.open_at(window, at), windows.next_after(window, at))


def going(at: datetime) -> list[Planned]:
    """Windows that are open or to come, of the 500 planned last. One query."""
    rows = MaintenanceWindow.objects.filter(_may_come(at)).select_related("created_by")
    found = [planned(window, at) for window in rows.order_by("-pk")[:_MOST]]
    return [one for one in found if one.now or one.next]


def open_now(at: datetime) -> list[tuple[MaintenanceWindow, Occurrence]]:
    """Windows that are open, those that end first before the others. One query."""
    rows = MaintenanceWindow.objects.filter(_may_come(at)).filter(starts_at__lte=at)
    found = [(window, windows.open_at(window, at)) for window in rows.order_by("-pk")[:_MOST]]
    return sorted(((w, o) for w, o in found if o is not None), key=lambda pair: pair[1].ends_at)


def past(at: datetime, going_on: Iterable[Planned], count: int) -> list[MaintenanceWindow]:
    """The newest of those that are over or cancelled. One query."""
    coming = [one.window.pk for one in going_on]
    rows = MaintenanceWindow.objects.filter(starts_at__lte=at) | MaintenanceWindow.objects.filter(
        cancelled_at__isnull=False
    )
    return list(
        rows.exclude(pk__in=coming).select_related("created_by").order_by("-starts_at")[:count]
    )


def _may_come(at: datetime) -> Q:
    once = Q(recurrence="", starts_at__gt=at - _LONGEST)
    return Q(cancelled_at__isnull=True) & (once | ~Q(recurrence=""))


def next_times(window: MaintenanceWindow, at: datetime) -> Sequence[str]:
    """The next five times it opens or is open, on the clocks of its zone."""
    ahead = windows.occurrences(window, after=at, before=at + _FAR)
    return [in_words(found, window) for found in islice(ahead, NEXT_SHOWN)]


def in_words(found: Occurrence, window: MaintenanceWindow) -> str:
    """“Sun 22 Nov 2026, 03:00 to 05:00”."""
    starts, ends = found.starts_at.astimezone(window.zone), found.ends_at.astimezone(window.zone)
    same_day = starts.date() == ends.date()
    return f"{starts:%a %-d %b %Y, %H:%M} to {ends:{'%H:%M' if same_day else '%a %-d %b, %H:%M'}}"
