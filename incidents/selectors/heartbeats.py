"""Heartbeats as lists and pages show them: the worst first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Case, CharField, Count, F, Q, QuerySet, Value, When

from incidents.models import (
    Heartbeat,
    HeartbeatOutage,
    HeartbeatPing,
    HeartbeatState,
)

PAGE: Final = 100
# From the one to look at first to the one that nobody waits for.
ORDER: Final = (
    HeartbeatState.DOWN,
    HeartbeatState.LATE,
    HeartbeatState.NEW,
    HeartbeatState.UP,
    HeartbeatState.PAUSED,
)


@dataclass(frozen=True, slots=True)
class Page:
    rows: Sequence[Heartbeat]
    more: bool


def shown(now: datetime) -> QuerySet[Any]:
    """Heartbeats with `shown`, the state as people see it; the same as `Heartbeat.shown_state`."""
    late = Q(state=HeartbeatState.UP, running_since__isnull=True, expected_at__lte=now)
    state = Case(
        When(late, then=Value(str(HeartbeatState.LATE))),
        default=F("state"),
        output_field=CharField(),
    )
    return Heartbeat.objects.select_related("service", "severity").annotate(shown=state)


def page(now: datetime, *, state: str = "", text: str = "", number: int = 1) -> Page:
    """One page of those that are in `state` and whose name or service holds `text`."""
    rows = shown(now)
    if state:
        rows = rows.filter(shown=state)
    if text:
        rows = rows.filter(
            Q(name__icontains=text) | Q(slug__icontains=text) | Q(service__name__icontains=text)
        )
    rank = Case(*(When(shown=name, then=Value(n)) for n, name in enumerate(ORDER)))
    first = (number - 1) * PAGE
    found = list(rows.annotate(rank=rank).order_by("rank", "name", "pk")[first : first + PAGE + 1])
    return Page(found[:PAGE], len(found) > PAGE)


def counts(now: datetime) -> Mapping[str, int]:
    rows = shown(now).order_by().values_list("shown").annotate(number=Count("pk"))
    return dict.fromkeys(map(str, ORDER), 0) | {str(name): number for name, number in rows}


def pings(heartbeat: Heartbeat, limit: int = 100) -> list[HeartbeatPing]:
    """The newest first, also those that the engine has not counted yet."""
    return list(heartbeat.pings.order_by("-pk")[:limit])


def outages(heartbeat: Heartbeat, since: datetime) -> list[HeartbeatOutage]:
    """Those that were under way after `since`, the newest first."""
    lasting = Q(ended_at__isnull=True) | Q(ended_at__gt=since)
    return list(heartbeat.outages.filter(lasting).order_by("-began_at")[:200])


def down_for(found: Sequence[HeartbeatOutage], start: datetime, end: datetime) -> timedelta:
    """How much of the time from `start` to `end` it was down."""
    spans = (
        min(outage.ended_at or end, end) - max(outage.began_at, start)
        for outage in found
        if outage.began_at < end and (outage.ended_at is None or outage.ended_at > start)
    )
    return sum(spans, timedelta())
