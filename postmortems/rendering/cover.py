"""The curve on the first page: the alerts that fired, as one line across the paper."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from incidents.kernel.durations import spoken
from postmortems.models import Record
from postmortems.rendering.pictures import firing, scale_of

# In points: the width of an A4 page, and the column in which the curve runs.
PAGE, LEFT, RIGHT, TALL = 595, 62, 538, 150
BASE, PEAK = 132, 52
LINE: Final = 12
ROOM_FOR_WORDS: Final = 110

Position = Callable[[float], float]


def curve(record: Record) -> SafeString:
    """How many alerts fired over time; where none did, how long the incident was open."""
    x = _position(record)
    points = " ".join(f"{px:.1f},{py:.1f}" for px, py in _stairs(record, x))
    ground = f"{PAGE},{TALL} 0,{TALL}"
    return format_html(
        '<svg class="chart curve" viewBox="0 0 {} {}"><title>{}</title>'
        '<polygon class="under" points="{} {}"/><polyline class="over" points="{}"/>{}</svg>',
        *(PAGE, TALL, _title(record), points, ground, points, _moments(record, x)),
    )


def _position(record: Record) -> Position:
    scale = scale_of(record)

    def x(at: float) -> float:
        share = (at - scale.start) / (scale.end - scale.start)
        return LEFT + min(1.0, max(0.0, share)) * (RIGHT - LEFT)

    return x


def _stairs(record: Record, x: Position) -> Iterator[tuple[float, float]]:
    opened = record.incident.opened_at.timestamp()
    levels = firing(record) or [(opened, 1.0), (record.until.timestamp(), 0.0)]
    most = max(level for _, level in levels) or 1.0
    y = float(BASE)
    yield 0.0, y
    for at, level in levels:
        yield x(at), y
        y = BASE - level / most * (BASE - PEAK)
        yield x(at), y
    yield float(PAGE), y


def _title(record: Record) -> str:
    if not record.firings:
        return f"Open for {spoken((record.until - record.incident.opened_at).total_seconds())}."
    most = int(max(level for _, level in firing(record)))
    return f"Alerts firing over time: {most} at most."


def _moments(record: Record, x: Position) -> SafeString:
    """Upright lines where it began, where the harm stopped and where it was over."""
    incident = record.incident
    named = (
        (incident.began_at, "it began", "begin"),
        (incident.mitigated_at, "harm stopped", "end"),
        (incident.resolved_at, "resolved", "end"),
    )
    known = [(at, name, tone) for at, name, tone in named if at is not None]
    return format_html_join(
        "",
        '<line class="when {0}" x1="{1}" x2="{1}" y1="{2}" y2="{3}"/>'
        '<text class="when {0}" x="{4}" y="{5}" text-anchor="{6}">{7}</text>',
        (
            _moment(n, x(at.timestamp()), tone, f"{_time(at)} {name}")
            for n, (at, name, tone) in enumerate(known)
        ),
    )


def _moment(row: int, x: float, tone: str, words: str) -> tuple[object, ...]:
    """Each moment's words stand a line lower than the last, so that none cover another."""
    before = x > PAGE - ROOM_FOR_WORDS
    top, beside = row * LINE, x - 4 if before else x + 4
    anchor = "end" if before else "start"
    return tone, f"{x:.1f}", top, TALL, f"{beside:.1f}", top + 8, anchor, words


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%H:%M}"
