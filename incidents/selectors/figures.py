"""The figures of the board, read from the daily rollups."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from statistics import median

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate

from incidents.kernel import clock
from incidents.models import OVER, Alert, Incident, MetricDay, State
from incidents.selectors import alerts

DAYS_SHOWN = 14
DAYS_COUNTED = 7


@dataclass(frozen=True, slots=True)
class Measured:
    """A duration in seconds: the median of `n` over the last week, and its daily medians."""

    median: float | None
    n: int
    daily: list[float | None]


@dataclass(frozen=True, slots=True)
class BoardFigures:
    open_count: int
    open_note: str
    opened_daily: list[float | None]
    mtta: Measured
    mttr: Measured
    alerts_day: int
    alerts_daily: list[float | None]


def board(visible: QuerySet[Incident]) -> BoardFigures:
    """The four figures. `visible` is what the viewer may see; durations come from the rollups."""
    today = clock.now().date()
    days = [today - timedelta(days=n) for n in reversed(range(DAYS_SHOWN))]
    # A merged incident counts once, as the one it was merged into.
    visible = visible.exclude(state=State.MERGED)
    opened = _per_day(visible, "opened_at", days)
    received = alerts.visible(visible)
    measured = _durations(("mtta", "mttr"), days)
    day_ago = clock.now() - timedelta(days=1)
    return BoardFigures(
        open_count=visible.exclude(state__in=OVER).count(),
        open_note=f"{int(sum(n or 0 for n in opened[-DAYS_COUNTED:]))} opened in 7 days",
        opened_daily=opened,
        mtta=measured["mtta"],
        mttr=measured["mttr"],
        alerts_day=received.filter(started_at__gte=day_ago).count(),
        alerts_daily=_per_day(received, "started_at", days),
    )


def by_triage(visible: QuerySet[Incident], days: int = 30) -> dict[str, dict[str, int]]:
    """How many incidents of which type and category opened in so many days. One query."""
    begin = clock.now() - timedelta(days=days)
    counted = visible.exclude(state=State.MERGED)
    rows = counted.filter(opened_at__gte=begin).order_by().values_list("type", "category")
    counts: dict[str, dict[str, int]] = {"by_type": {}, "by_category": {}}
    for kind, category, n in rows.annotate(n=Count("pk")):
        for name, value in (("by_type", kind), ("by_category", category)):
            counts[name][value] = counts[name].get(value, 0) + n
    return counts


def _per_day(
    rows: "QuerySet[Incident] | QuerySet[Alert]", field: str, days: list[date]
) -> list[float | None]:
    begin = datetime.combine(days[0], time.min, tzinfo=UTC)
    counted = dict(
        rows.filter(**{f"{field}__gte": begin})
        .annotate(day=TruncDate(field, tzinfo=UTC))
        .order_by()
        .values_list("day")
        .annotate(n=Count("pk"))
    )
    return [float(counted.get(day, 0)) for day in days]


def _durations(measures: tuple[str, ...], days: list[date]) -> dict[str, Measured]:
    """One query for all measures."""
    found: dict[str, dict[date, list[float]]] = {name: {} for name in measures}
    for row in MetricDay.objects.filter(measure__in=measures, day__gte=days[0]):
        found[row.measure].setdefault(row.day, []).extend(row.seconds)
    return {name: _measured(by_day, days) for name, by_day in found.items()}


def _measured(by_day: dict[date, list[float]], days: list[date]) -> Measured:
    week = [value for day in days[-DAYS_COUNTED:] for value in by_day.get(day, [])]
    daily = [median(by_day[day]) if by_day.get(day) else None for day in days]
    return Measured(median(week) if week else None, len(week), daily)
