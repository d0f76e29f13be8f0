"""Filling the rollups of days. A day found half filled is wiped and filled again."""

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Max, QuerySet
from django.db.models.functions import TruncDate

from incidents.kernel import clock
from incidents.models import Fact, Incident, MetricDay, RollupDay, RollupState, State
from incidents.reactions.metrics import MEASURES, Measure

# Changes that commit while a fill runs are caught by the next one.
OVERLAP: Final = timedelta(minutes=5)
Grain = tuple[int, int | None]


def fill_touched() -> list[date]:
    """Fill again every day on which an incident that has changed since the last fill counts."""
    last = RollupDay.objects.filter(state=RollupState.DONE).aggregate(at=Max("filled_at"))["at"]
    changed = Incident.objects.all()
    if last is not None:
        changed = changed.filter(updated_at__gte=last - OVERLAP)
    unfinished = RollupDay.objects.filter(state=RollupState.STARTED)
    days = set(unfinished.values_list("day", flat=True))
    for end in sorted({measure.end for _, measure in MEASURES.items()}):
        days |= _days_of(changed.filter(**{f"{end}__isnull": False}), end)
    # A reopened incident no longer counts on the day on which it had been resolved.
    moves = Fact.objects.filter(kind="incident.state_changed", incident__in=changed)
    days |= _days_of(moves, "occurred_at")
    days.add(clock.now().date())
    for day in sorted(days):
        fill(day)
    return sorted(days)


def _days_of(rows: QuerySet[Any], moment: str) -> set[date]:
    day = TruncDate(moment, tzinfo=UTC)
    return set(rows.order_by().annotate(on=day).values_list("on", flat=True).distinct())


def fill(day: date) -> None:
    """Make the rollup of `day` (UTC) from the incidents themselves; it may be made any time.

    Everybody reads the figures: private incidents are in none of them."""
    RollupDay.objects.update_or_create(day=day, defaults={"state": RollupState.STARTED})
    with transaction.atomic():
        RollupDay.objects.select_for_update().get(day=day)  # one at a time fills a day
        MetricDay.objects.filter(day=day).delete()
        for name, measure in MEASURES.items():
            _fill_measure(day, name, measure)
        RollupDay.objects.filter(day=day).update(state=RollupState.DONE, filled_at=clock.now())


def _fill_measure(day: date, name: str, measure: Measure) -> None:
    begin = datetime.combine(day, time.min, tzinfo=UTC)
    rows = Incident.objects.filter(
        **{f"{measure.end}__gte": begin, f"{measure.end}__lt": begin + timedelta(days=1)},
        false_positive=False,
        private=False,
    ).exclude(state=State.MERGED)
    grouped: defaultdict[Grain, list[float]] = defaultdict(list)
    fields = ("severity_id", "service_id", measure.start, measure.end)
    for severity, service, start, end in rows.values_list(*fields):
        seconds = clock.seconds_between(start, end)
        if seconds is not None:
            grouped[severity, service].append(seconds)
    MetricDay.objects.bulk_create(
        [
            MetricDay(
                day=day,
                measure=name,
                severity_id=severity,
                service_id=service,
                seconds=sorted(values),
            )
            for (severity, service), values in grouped.items()
        ]
    )
