"""The past by month: what happened, and on which days."""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import Final

from statuspage.rendering.view import IncidentView, PageView, told_from

_GRAVITY: Final = ("info", "maintenance", "degraded", "partial", "major")


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of the calendar; `tone` and `incident` are empty on a day without incidents."""

    date: date
    tone: str = ""
    word: str = ""
    incident: IncidentView | None = None


@dataclass(frozen=True, slots=True)
class Month:
    first: date
    cells: Sequence[Cell]
    incidents: Sequence[IncidentView]

    @property
    def column(self) -> int:
        """Where the first day stands in a week that begins on Monday, from 1."""
        return self.first.weekday() + 1

    @property
    def summary(self) -> str:
        count = len(self.incidents)
        if not count:
            return "No incidents published."
        return "1 incident." if count == 1 else f"{count} incidents."


def months(view: PageView) -> list[Month]:
    """From this month back to the one ninety days ago, newest first.

    What began before that and lasted into it is told in the oldest month.
    """
    incidents = [*view.active, *view.past]
    today = view.now.astimezone(UTC).date()
    oldest = told_from(view.now).date()
    found: list[Month] = []
    first = today.replace(day=1)
    while first >= oldest:
        began = [i for i in incidents if max(_start(i), oldest).replace(day=1) == first]
        found.append(_month(first, today, incidents, began))
        first = (first - timedelta(days=1)).replace(day=1)
    return found


def _start(incident: IncidentView) -> date:
    return incident.row.started_at.astimezone(UTC).date()


def _month(
    first: date, today: date, incidents: Sequence[IncidentView], began: Sequence[IncidentView]
) -> Month:
    length = calendar.monthrange(first.year, first.month)[1]
    days = [first + timedelta(days=offset) for offset in range(length)]
    return Month(
        first=first,
        cells=[_cell(day, incidents) for day in days if day <= today],
        incidents=sorted(began, key=lambda i: i.row.started_at, reverse=True),
    )


def _cell(day: date, incidents: Sequence[IncidentView]) -> Cell:
    on_it = [incident for incident in incidents if _covers(incident, day)]
    if not on_it:
        return Cell(day)
    gravest = max(on_it, key=lambda incident: _GRAVITY.index(incident.tone))
    return Cell(day, gravest.tone, gravest.word, gravest)


def _covers(incident: IncidentView, day: date) -> bool:
    row = incident.row
    until = row.resolved_at.astimezone(UTC).date() if row.resolved_at else day
    return _start(incident) <= day <= until
