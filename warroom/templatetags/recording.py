"""The ruler of a recording."""

from datetime import datetime

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from incidents.templatetags.console import TONES
from warroom.selectors.recording.course import Course
from warroom.selectors.recording.course import milliseconds as in_milliseconds
from warroom.selectors.recording.scale import COLUMNS, LENGTH

register = template.Library()
# The shapes of the ruler, from above: moments, how much happened, severity.
HEIGHT, TOP, FLOOR, STRIP = 48, 12, 42, 4


@register.filter
def milliseconds(at: datetime) -> int:
    return in_milliseconds(at)


@register.simple_tag
def place(course: Course, at: int) -> int:
    return course.scale.place(at)


@register.simple_tag
def ruler(course: Course) -> SafeString:
    """A picture: what is on it is said by the list of moments."""
    return format_html(
        '<svg class="chart" viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true">'
        "{}{}{}{}</svg>",
        LENGTH,
        HEIGHT,
        _breaks(course),
        _bars(course),
        _levels(course),
        _marks(course),
    )


def _breaks(course: Course) -> SafeString:
    rows = ((x0, TOP, max(x1 - x0, 1), FLOOR - TOP) for x0, x1 in course.scale.breaks)
    return format_html_join("", '<rect class="gap" x="{}" y="{}" width="{}" height="{}"/>', rows)


def _bars(course: Course) -> SafeString:
    """The square root, or one busy minute would make all others look empty."""
    width = LENGTH // COLUMNS
    most = max(course.density)
    heights = [round((FLOOR - TOP) * (n / most) ** 0.5, 1) for n in course.density]
    rows = ((n * width, FLOOR - high, width - 8, high) for n, high in enumerate(heights) if high)
    return format_html_join("", '<rect class="bar" x="{}" y="{}" width="{}" height="{}"/>', rows)


def _levels(course: Course) -> SafeString:
    rows = (
        (_tone(code), x0, HEIGHT - STRIP, max(x1 - x0, 1), STRIP) for x0, x1, code in course.levels
    )
    return format_html_join("", '<rect class="bar {}" x="{}" y="{}" width="{}" height="{}"/>', rows)


def _tone(code: str) -> str:
    return code.lower() if code.lower() in TONES else "off"


def _marks(course: Course) -> SafeString:
    rows = ((each.x, each.x, TOP - 2) for each in course.moments)
    return format_html_join("", '<line class="key" x1="{}" x2="{}" y1="0" y2="{}"/>', rows)
