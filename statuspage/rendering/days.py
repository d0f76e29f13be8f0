"""Ninety days of one component, counted from what was published. Pure.

The rule is the page's own (`Weights`) and printed there: a major outage counts in full, a partial
outage and degraded time with their share, maintenance as lost time or not at all. Days before the
component existed have no data.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from math import floor
from typing import Final, Self

from statuspage.models import ComponentState, worst
from statuspage.models.page import Counting

LENGTH: Final = 90
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Weights:
    """What share of its time a state counts as lost. Maintenance that does not count is left out:
    the figure is then of the rest of the time."""

    partial: float = 0.3
    degraded: float = 0.0
    maintenance_counts: bool = False

    @classmethod
    def of(cls, page: Counting) -> Self:
        return cls(page.partial_weight / 100, page.degraded_weight / 100, page.maintenance_counts)

    def lost(self, seconds: dict[ComponentState, float]) -> float:
        return (
            seconds.get(ComponentState.MAJOR_OUTAGE, 0.0)
            + seconds.get(ComponentState.PARTIAL_OUTAGE, 0.0) * self.partial
            + seconds.get(ComponentState.DEGRADED, 0.0) * self.degraded
            + (seconds.get(ComponentState.MAINTENANCE, 0.0) if self.maintenance_counts else 0.0)
        )

    def left_out(self, seconds: dict[ComponentState, float]) -> float:
        return 0.0 if self.maintenance_counts else seconds.get(ComponentState.MAINTENANCE, 0.0)


@dataclass(frozen=True, slots=True)
class Window:
    """`state` from `since` until `until` (still, where None), because of what has this `title`.

    What was set by hand counts only where nothing else says anything.
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
    """The worst that incidents and maintenance did at `moment`; where they did nothing, what was
    set by hand."""
    live = [w for w in windows if w.since <= moment and (w.until is None or moment < w.until)]
    told = [window.state for window in live if not window.by_hand]
    return worst(told or [window.state for window in live])


def days(windows: Sequence[Window], *, known_from: datetime, now: datetime) -> list[Day]:
    """The last ninety days, oldest first, today included up to `now`."""
    first = now.astimezone(UTC).date() - timedelta(days=LENGTH - 1)
    told = spans(windows, max(midnight(first), known_from), now)
    found = []
    for offset in range(LENGTH):
        day = first + timedelta(days=offset)
        if midnight(day) + _DAY <= known_from:
            found.append(Day(day, None))
        else:
            found.append(_day(day, told, windows))
    return found


def _day(day: date, told: Sequence[Span], windows: Sequence[Window]) -> Day:
    start, end = midnight(day), midnight(day) + _DAY
    seconds = seconds_in(told, start, end)
    if not seconds:
        return Day(day, ComponentState.OPERATIONAL)
    reasons = tuple(w for w in windows if w.since < end and (w.until is None or w.until > start))
    return Day(day, worst(seconds), seconds, reasons)


def seconds_in(told: Sequence[Span], start: datetime, end: datetime) -> dict[ComponentState, float]:
    """How long each state was between `start` and `end`."""
    found: dict[ComponentState, float] = {}
    for span in told:
        length = (min(span.until, end) - max(span.since, start)).total_seconds()
        if length > 0:
            found[span.state] = found.get(span.state, 0.0) + length
    return found


def availability(
    history: Sequence[Day], *, known_from: datetime, now: datetime, weights: Weights = Weights()
) -> float | None:
    """The share of the known time, in percent, rounded down to two decimals; None if unknown."""
    if not history:
        return None
    seconds: dict[ComponentState, float] = {}
    for day in history:
        for state, length in day.seconds.items():
            seconds[state] = seconds.get(state, 0.0) + length
    total = (now - max(midnight(history[0].date), known_from)).total_seconds()
    return figure(seconds, total, weights)


def between(
    windows: Sequence[Window], start: datetime, end: datetime, weights: Weights = Weights()
) -> float | None:
    """The same figure for any time, such as a month."""
    told = seconds_in(spans(windows, start, end), start, end) if start < end else {}
    return figure(told, (end - start).total_seconds(), weights)


def figure(seconds: dict[ComponentState, float], total: float, weights: Weights) -> float | None:
    counted = total - weights.left_out(seconds)
    if counted <= 0:
        return None
    # Less than a microsecond is what sums of fractions lose.
    lost = round(weights.lost(seconds), 6)
    return floor(10_000 * max(0.0, 1 - lost / counted)) / 100


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
