"""Charts as inline SVG, drawn on the server, coloured by class: they print and need no script.

Each has a <title> that says in a sentence what it shows. A chart that carries figures belongs
beside a table of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import isfinite

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WIDTH, HEIGHT, INSET = 88, 24, 3
# Pictures of a whole page's width, in units that are about a pixel on screen and 0.7 pt in print.
FULL = 680
NARROW = 510
NAMES = 120
LONGEST_NAME = 230
LANE = 34
LETTER = 5.9  # the average width of a letter at the size of labels


def sparkline(points: Sequence[float | None], title: str = "") -> SafeString:
    """A small line through `points`, oldest first, a dot on the last. None is a day without data.

    Empty when fewer than two points are known.
    """
    known = [(n, value) for n, value in enumerate(points) if value is not None]
    if len(known) < 2:
        return SafeString("")
    top = max(value for _, value in known) or 1.0
    step = (WIDTH - 2 * INSET) / (len(points) - 1)
    spots = [
        (INSET + n * step, HEIGHT - INSET - value / top * (HEIGHT - 2 * INSET))
        for n, value in known
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
    x, y = spots[-1]
    return format_html(
        '<svg class="chart spark" viewBox="0 0 {} {}" width="{}" height="{}" role="img">'
        '<title>{}</title><polyline class="line" points="{}"/>'
        '<circle class="pt" cx="{}" cy="{}" r="2.5"/></svg>',
        *(WIDTH, HEIGHT, WIDTH, HEIGHT, title or "Trend", line, f"{x:.1f}", f"{y:.1f}"),
    )


def spark_against(
    points: Sequence[float | None], *, line: float | None = None, title: str = ""
) -> SafeString:
    """A sparkline between its least and greatest value, with the line that it is compared with.

    Empty when fewer than two points are known.
    """
    known = [(n, value) for n, value in enumerate(points) if value is not None and isfinite(value)]
    if len(known) < 2:
        return SafeString("")
    values = [value for _, value in known] + ([] if line is None else [line])
    low, high = min(values), max(values)
    room, step = HEIGHT - 2 * INSET, (WIDTH - 2 * INSET) / (len(points) - 1)

    def y(value: float) -> str:
        share = (value - low) / (high - low) if high > low else 0.5
        return f"{HEIGHT - INSET - share * room:.1f}"

    spots = [(f"{INSET + n * step:.1f}", y(value)) for n, value in known]
    limit = SafeString("")
    if line is not None:
        limit = format_html(
            '<line class="limit" x1="0" x2="{}" y1="{}" y2="{}"/>', WIDTH, y(line), y(line)
        )
    return format_html(
        '<svg class="chart spark" viewBox="0 0 {} {}" width="{}" height="{}" role="img">'
        '<title>{}</title>{}<polyline class="line" points="{}"/>'
        '<circle class="pt" cx="{}" cy="{}" r="2.5"/></svg>',
        *(WIDTH, HEIGHT, WIDTH, HEIGHT, title or "Trend", limit),
        *(" ".join(f"{x},{y}" for x, y in spots), *spots[-1]),
    )


TALL, GUTTER = 150, 64


@dataclass(frozen=True, slots=True)
class Course:
    """How a value went, oldest first: against a line, or against the band in which it is usual."""

    values: Sequence[float | None]
    words: tuple[str, str]  # under the first and under the last value
    line: float | None = None
    band: tuple[float, float] | None = None

    def levels(self) -> list[float]:
        """All that the picture must have room for."""
        marks = (self.line, *(self.band or ()), *self.values)
        return [level for level in marks if level is not None and isfinite(level)]


def course(shown: Course, title: str) -> SafeString:
    """Empty where fewer than two values are known."""
    known = [(n, v) for n, v in enumerate(shown.values) if v is not None and isfinite(v)]
    if len(known) < 2:
        return SafeString("")
    low, high = min(shown.levels()), max(shown.levels())

    def y(value: float) -> float:
        return TALL - 30.0 - (value - low) / ((high - low) or 1.0) * (TALL - 44)

    right = FULL - GUTTER
    step = right / (len(shown.values) - 1)
    line = " ".join(f"{n * step:.1f},{y(v):.1f}" for n, v in known)
    drawn = format_html(
        '{}{}{}<polyline class="line" points="{}"/><circle class="pt" cx="{}" cy="{}" r="3"/>'
        '<text class="note" x="0" y="{}">{}</text>'
        '<text class="note" x="{}" y="{}" text-anchor="end">{}</text>',
        *(_course_band(shown.band, y), _course_line(shown.line, y), _course_levels(shown, y)),
        *(line, f"{known[-1][0] * step:.1f}", f"{y(known[-1][1]):.1f}"),
        *(TALL - 4, shown.words[0], right, TALL - 4, shown.words[1]),
    )
    return _picture("course", (FULL, TALL), title, drawn)


def _course_band(band: tuple[float, float] | None, y: Callable[[float], float]) -> SafeString:
    if band is None:
        return SafeString("")
    top, height = y(band[1]), max(1.0, y(band[0]) - y(band[1]))
    return format_html(
        '<rect class="band" x="0" y="{}" width="{}" height="{}"/>',
        *(f"{top:.1f}", FULL - GUTTER, f"{height:.1f}"),
    )


def _course_line(line: float | None, y: Callable[[float], float]) -> SafeString:
    if line is None:
        return SafeString("")
    at = f"{y(line):.1f}"
    return format_html(
        '<line class="limit" x1="0" x2="{}" y1="{}" y2="{}"/>', FULL - GUTTER, at, at
    )


def _course_levels(shown: Course, y: Callable[[float], float]) -> SafeString:
    """Figures beside the picture: the line, and the ends where they have room beside it."""
    levels = shown.levels()
    told = [] if shown.line is None else [("strong", shown.line)]
    for level in (max(levels), min(levels)):
        if all(abs(y(level) - y(other)) > LETTER * 3 for _, other in told):
            told.append(("note", level))
    rows = (
        (kind, FULL - GUTTER + 8, f"{y(level) + 4:.1f}", f"{level:.4g}") for kind, level in told
    )
    return format_html_join("", '<text class="{}" x="{}" y="{}">{}</text>', rows)


@dataclass(frozen=True, slots=True)
class Bar:
    """`text` is the value as people read it; `mark` is what to compare it with."""

    name: str
    value: float
    text: str
    mark: float | None = None
    note: str = ""
    tone: str = ""


def bars(rows: Sequence[Bar], title: str) -> SafeString:
    """Lying bars with their names before and their values behind them. Empty without rows."""
    if not rows:
        return SafeString("")
    names = min(LONGEST_NAME, max(len(row.name) for row in rows) * LETTER + 12)
    room = max(len(row.text) + len(row.note) for row in rows) * LETTER + 20
    top = max(max(row.value, row.mark or 0) for row in rows) or 1.0
    scale = (NARROW - names - room) / top
    drawn = (_bar(row, n * 26, names, scale) for n, row in enumerate(rows))
    size = (NARROW, len(rows) * 26)
    return _picture("bars", size, title, format_html_join("", "{}", ((bar,) for bar in drawn)))


def _bar(row: Bar, top: int, left: float, scale: float) -> SafeString:
    width = max(1.5, row.value * scale)
    end = left + max(width, (row.mark or 0) * scale) + 8
    mark = SafeString("")
    if row.mark is not None:
        at = f"{left + row.mark * scale:.1f}"
        mark = format_html(
            '<line class="target" x1="{}" x2="{}" y1="{}" y2="{}"/>', at, at, top, top + 20
        )
    return format_html(
        '<text class="name" x="0" y="{}">{}</text>'
        '<rect class="bar on {}" x="{}" y="{}" width="{}" height="12"/>{}'
        '<text class="value" x="{}" y="{}">{}</text><text class="note" x="{}" y="{}">{}</text>',
        *(top + 14, row.name, row.tone, f"{left:.1f}", top + 4, f"{width:.1f}", mark),
        *(f"{end:.1f}", top + 14, row.text),
        *(f"{end + (len(row.text) + 1) * LETTER:.1f}", top + 14, row.note),
    )


@dataclass(frozen=True, slots=True)
class Span:
    """Something that lasted; `tone` is a class of the stylesheet."""

    start: float
    end: float
    label: str = ""
    note: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened; `label` is read by hovering and by screen readers."""

    at: float
    label: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """One row: what lasted, what happened, and a level that changed (`(from when, how much)`)."""

    name: str
    spans: Sequence[Span] = ()
    marks: Sequence[Mark] = ()
    levels: Sequence[tuple[float, float]] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    """The stretch of time that the width stands for, and where it is labelled."""

    start: float
    end: float
    ticks: Sequence[tuple[float, str]] = field(default_factory=list)

    def x(self, at: float) -> float:
        share = (at - self.start) / ((self.end - self.start) or 1.0)
        return NAMES + min(1.0, max(0.0, share)) * (FULL - NAMES)


def lanes(rows: Sequence[Lane], scale: Scale, title: str) -> SafeString:
    """A timeline in lanes. The spans of the first lane are the phases: they shade all lanes."""
    height = len(rows) * LANE + 22
    parts = [_shade(rows[0], scale, len(rows))] if rows else []
    parts += [_lane(n, row, scale) for n, row in enumerate(rows)]
    parts.append(_axis(scale, len(rows) * LANE))
    drawn = format_html_join("", "{}", ((part,) for part in parts))
    return _picture("lanes", (FULL, height), title, drawn)


def _shade(phases: Lane, scale: Scale, rows: int) -> SafeString:
    return format_html_join(
        "",
        '<line class="edge" x1="{0}" x2="{0}" y1="0" y2="{1}"/>',
        ((f"{scale.x(span.end):.1f}", rows * LANE) for span in phases.spans[:-1]),
    )


def _lane(position: int, lane: Lane, scale: Scale) -> SafeString:
    top = position * LANE
    # A circle may stand where a span begins: the label then starts beside it.
    inset = 13 if lane.marks else 6
    parts = [_level(lane, scale, top)]
    parts += [_span(span, scale, top, inset) for span in lane.spans]
    parts += [_mark(mark, scale, top) for mark in lane.marks]
    return format_html(
        '{}{}<line class="grid" x1="0" x2="{}" y1="{}" y2="{}"/>',
        *(_lane_name(lane, top), format_html_join("", "{}", ((part,) for part in parts))),
        *(FULL, top + LANE, top + LANE),
    )


def _lane_name(lane: Lane, top: int) -> SafeString:
    """The name, and the remark below it."""
    if not lane.note:
        return format_html('<text class="name" x="0" y="{}">{}</text>', top + 21, lane.name)
    return format_html(
        '<text class="name" x="0" y="{}">{}</text><text class="note" x="0" y="{}">{}</text>',
        *(top + 15, lane.name, top + 28, lane.note),
    )


def _span(span: Span, scale: Scale, top: int, inset: int) -> SafeString:
    left, right = scale.x(span.start), scale.x(span.end)
    width = max(2.0, right - left)
    said = ", ".join(filter(None, (span.label, span.note)))
    return format_html(
        '<g><title>{}</title><rect class="span {}" x="{}" y="{}" width="{}" height="28"/>{}</g>',
        *(said or "Lasted", span.tone, f"{left:.1f}", top + 3, f"{width:.1f}"),
        _label(span, left + inset, width - inset, top),
    )


def _label(span: Span, left: float, width: float, top: int) -> SafeString:
    """The label where it fits into the span: in two lines, in one, or not at all."""
    fits = (width - 2) / LETTER
    if not span.label or len(span.label) > fits:
        return SafeString("")
    if span.note and len(span.note) <= fits:
        return format_html(
            '<text class="in {0}" x="{1}" y="{2}">{3}</text>'
            '<text class="in note {0}" x="{1}" y="{4}">{5}</text>',
            *(span.tone, f"{left:.1f}", top + 15, span.label, top + 26, span.note),
        )
    return format_html(
        '<text class="in {}" x="{}" y="{}">{}</text>',
        *(span.tone, f"{left:.1f}", top + 21, span.label),
    )


def _mark(mark: Mark, scale: Scale, top: int) -> SafeString:
    return format_html(
        '<g><title>{}</title><circle class="event {}" cx="{}" cy="{}" r="4.5"/></g>',
        *(mark.label or "Happened", mark.tone, f"{scale.x(mark.at):.1f}", top + LANE / 2),
    )


def _level(lane: Lane, scale: Scale, top: int) -> SafeString:
    """The level as a filled staircase."""
    if not lane.levels:
        return SafeString("")
    base, most = top + 31, max(level for _, level in lane.levels) or 1.0
    points, y = [], float(base)
    for at, level in lane.levels:
        x = scale.x(at)
        points.append((x, y))
        y = base - level / most * 24
        points.append((x, y))
    points += [(scale.x(scale.end), y), (scale.x(scale.end), base)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return format_html('<polygon class="level" points="{}"/>', path)


def _axis(scale: Scale, top: int) -> SafeString:
    return format_html_join(
        "",
        '<line class="tick" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>'
        '<text class="note" x="{0}" y="{3}" text-anchor="{4}">{5}</text>',
        (
            (f"{scale.x(at):.1f}", top, top + 4, top + 17, _anchor(scale.x(at)), label)
            for at, label in scale.ticks
        ),
    )


def _anchor(x: float) -> str:
    return "end" if x > FULL - 20 else "middle"


def _picture(kind: str, size: tuple[int, int], title: str, drawn: SafeString) -> SafeString:
    return format_html(
        '<svg class="chart {}" viewBox="0 0 {} {}" role="img"><title>{}</title>{}</svg>',
        *(kind, *size, title, drawn),
    )
