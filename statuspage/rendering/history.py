"""The past by month: what happened, and on which days."""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext, ngettext

from statuspage.models import StatusPage
from statuspage.rendering.days import midnight
from statuspage.rendering.told import IncidentView, incident_view, incidents
from statuspage.rendering.view import PageView, told_from
from statuspage.rendering.works import MaintenanceView, maintenance_view, maintenances

Entry = IncidentView | MaintenanceView
_GRAVITY: Final = ("info", "maintenance", "degraded", "partial", "major")


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of the calendar; `tone` and `entry` are empty on a day on which nothing was."""

    date: date
    tone: str = ""
    entry: Entry | None = None

    @property
    def word(self) -> str:
        return self.entry.word if self.entry else ""


@dataclass(frozen=True, slots=True)
class Month:
    first: date
    cells: Sequence[Cell]
    entries: Sequence[Entry]

    @property
    def column(self) -> int:
        """Where the first day stands in a week that begins on Monday, from 1."""
        return self.first.weekday() + 1

    @property
    def summary(self) -> str:
        works = len([entry for entry in self.entries if isinstance(entry, MaintenanceView)])
        count = len(self.entries) - works
        said = []
        if count:
            told = ngettext("%(count)d incident.", "%(count)d incidents.", count)
            said.append(told % {"count": count})
        if works:
            told = ngettext("%(count)d maintenance.", "%(count)d maintenances.", works)
            said.append(told % {"count": works})
        return " ".join(said) or gettext("No incidents published.")


def months(view: PageView) -> list[Month]:
    """From this month back to the one ninety days ago, newest first.

    What began before that and lasted into it is told in the oldest month.
    """
    entries: list[Entry] = [*view.active, *view.past, *view.works, *view.done]
    today = view.now.astimezone(UTC).date()
    return _by_month(entries, told_from(view.now).date(), today)


def years(page: StatusPage) -> list[int]:
    """Those of which the page tells anything, newest first."""
    told = incidents(page).order_by().values_list("started_at", flat=True)
    works = maintenances(page).filter(started_at__isnull=False).order_by()
    began = [*told, *works.values_list("started_at", flat=True)]
    return sorted({when.astimezone(UTC).year for when in began if when}, reverse=True)


def year(page: StatusPage, number: int, now: datetime) -> list[Month]:
    """The months of a year in which anything was, newest first."""
    first, last = date(number, 1, 1), date(number, 12, 31)
    start, end = midnight(first), midnight(date(number + 1, 1, 1))
    told = incidents(page).filter(started_at__lt=end)
    told = told.filter(Q(resolved_at__isnull=True) | Q(resolved_at__gte=start))
    works = maintenances(page).filter(started_at__lt=end, ends_at__gte=start)
    entries: list[Entry] = [
        *(incident_view(row) for row in told),
        *(maintenance_view(row) for row in works),
    ]
    until = min(last, now.astimezone(UTC).date())
    found = _by_month(entries, first, until, carried=False)
    return [month for month in found if month.entries or any(c.entry for c in month.cells)]


def _by_month(
    entries: Sequence[Entry], oldest: date, newest: date, *, carried: bool = True
) -> list[Month]:
    """`carried`: what began before the oldest month is listed there."""
    found: list[Month] = []
    first = newest.replace(day=1)
    while first >= oldest.replace(day=1):
        began = [e for e in entries if _listed_in(e, oldest, carried=carried) == first]
        found.append(_month(first, newest, entries, began))
        first = (first - timedelta(days=1)).replace(day=1)
    return found


def _listed_in(entry: Entry, oldest: date, *, carried: bool) -> date:
    start = _start(entry)
    return (max(start, oldest) if carried else start).replace(day=1)


def _start(entry: Entry) -> date:
    return entry.began.astimezone(UTC).date()


def _month(first: date, today: date, entries: Sequence[Entry], began: Sequence[Entry]) -> Month:
    length = calendar.monthrange(first.year, first.month)[1]
    days = [first + timedelta(days=offset) for offset in range(length)]
    near = [entry for entry in entries if _covers(entry, first, days[-1])]
    return Month(
        first=first,
        cells=[_cell(day, near) for day in days if day <= today],
        entries=sorted(began, key=lambda entry: entry.began, reverse=True),
    )


def _cell(day: date, entries: Sequence[Entry]) -> Cell:
    on_it = [entry for entry in entries if _covers(entry, day, day)]
    if not on_it:
        return Cell(day)
    gravest = max(on_it, key=lambda entry: _GRAVITY.index(entry.tone))
    return Cell(day, gravest.tone, gravest)


def _covers(entry: Entry, first: date, last: date) -> bool:
    ended = entry.ended
    return _start(entry) <= last and (ended is None or ended.astimezone(UTC).date() >= first)
