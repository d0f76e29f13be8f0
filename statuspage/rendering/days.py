"""Ninety days of one component, counted from what was published. Pure.

The rule, printed on the page: a major outage counts in full, a partial outage counts for 30 % of
its time, degraded time does not count. Days before the component existed have no data.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from math import floor
from typing import Final

from statuspage.models import ComponentState, worst

LENGTH: Final = 90
_DAY: Final = timedelta(days=1)
_WEIGHT: Final = {ComponentState.MAJOR_OUTAGE: 1.0, ComponentState.PARTIAL_OUTAGE: 0.3}


@dataclass(frozen=True, slots=True)
class Window:
    """`state` from `since` until `until` (still, where None), because of the incident `title`.

    What was set by hand counts only where no incident says anything.
    """

    state: str
    since: datetime
    until: datetime | None
    title: str = ""
    path: str = ""
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    """One UTC day: its worst state, None where nothing is known, and the seconds in each state."""

    date: date
    state: ComponentState | None
    seconds: dict[ComponentState, float] = field(default_factory=dict)
    windows: tuple[Window, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    state: ComponentState
    since: datetime
    until: datetime


def spans(windows: Sequence[Window], start: datetime, end: datetime) -> list[Span]:
    """Overlapping windows as a sequence without overlap: at each moment the worst state counts."""
    edges = {start, end}
    for window in windows:
        edges |= {max(window.since, start), min(window.until or end, end)}
    found: list[Span] = []
    for left, right in pairwise(sorted(edge for edge in edges if start <= edge <= end)):
        state = state_at(windows, left)
        if state != ComponentState.OPERATIONAL:
            found.append(Span(state, left, right))
    return found


def state_at(windows: Sequence[Window], moment: datetime) -> ComponentState:
    """The worst that incidents did at `moment`; where they did nothing, what was set by hand."""
    live = [w for w in windows if w.since <= moment and (w.until is None or moment < w.until)]
    told = [window.state for window in live if not window.by_hand]
    return worst(told or [window.state for window in live])


def days(windows: Sequence[Window], *, known_from: datetime, now: datetime) -> list[Day]:
    """The last ninety days, oldest first, today included up to `now`."""
    first = now.astimezone(UTC).date() - timedelta(days=LENGTH - 1)
    told = spans(windows, max(_midnight(first), known_from), now)
    return [
        _day(first + timedelta(days=offset), told, windows, known_from) for offset in range(LENGTH)
    ]


def _day(day: date, told: Sequence[Span], windows: Sequence[Window], known_from: datetime) -> Day:
    start, end = _midnight(day), _midnight(day) + _DAY
    if end <= known_from:
        return Day(day, None)
    seconds: dict[ComponentState, float] = {}
    for span in told:
        length = (min(span.until, end) - max(span.since, start)).total_seconds()
        if length > 0:
            seconds[span.state] = seconds.get(span.state, 0.0) + length
    if not seconds:
        return Day(day, ComponentState.OPERATIONAL)
    reasons = tuple(w for w in windows if w.since < end and (w.until is None or w.until > start))
    return Day(day, worst(seconds), seconds, reasons)


def availability(history: Sequence[Day], *, known_from: datetime, now: datetime) -> float | None:
    """The share of the known time, in percent, rounded down to two decimals; None if unknown."""
    if not history:
        return None
    total = (now - max(_midnight(history[0].date), known_from)).total_seconds()
    if total <= 0:
        return None
    lost = sum(
        _WEIGHT.get(state, 0.0) * seconds
        for day in history
        for state, seconds in day.seconds.items()
    )
    return floor(10_000 * max(0.0, 1 - lost / total)) / 100


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
