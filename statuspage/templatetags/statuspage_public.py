"""Times and bars of the public page. All times are UTC; a script adds how long ago that was."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Final

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from statuspage.models import ComponentState
from statuspage.rendering import assets as files
from statuspage.rendering import stamps, words
from statuspage.rendering.days import LENGTH, Day

register = template.Library()
register.filter("prose", words.prose)
register.filter("spell", words.spell)
register.filter("short_date", words.short_date)
register.filter("long_date", words.long_date)

# The bar of one day in a box of 5 × 30: where it begins, how tall it is, how wide. Taller is worse.
_BARS: Final = {
    "none": (27, 3, 2),
    "ok": (13, 17, 2),
    "maintenance": (13, 17, 4),
    "degraded": (8, 22, 4),
    "partial": (4, 26, 4),
    "major": (0, 30, 4),
}


@register.simple_tag
def asset(name: str) -> SafeString:
    return SafeString(f"{stamps.ASSETS}/{files.assets()[name].version}")


@register.filter
def iso(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


@register.simple_tag
def at(when: datetime) -> SafeString:
    """The time of day."""
    return format_html('<time datetime="{}">{}</time>', iso(when), words.clock(when))


@register.simple_tag
def on(when: date | datetime) -> SafeString:
    day = when.astimezone(UTC).date() if isinstance(when, datetime) else when
    return format_html('<time datetime="{}">{}</time>', day.isoformat(), words.short_date(day))


@register.simple_tag
def moment(when: datetime) -> SafeString:
    """Day and time of day."""
    text = f"{words.long_date(when)}, {words.clock(when)}"
    return format_html('<time datetime="{}">{}</time>', iso(when), text)


@register.simple_tag
def ago(when: datetime) -> SafeString:
    """The day; the script puts in its place how long ago it was, which needs no more room."""
    return format_html('<span data-ago="{}">{}</span>', iso(when), words.short_date(when))


@register.filter
def tone(state: str) -> str:
    return words.TONES[ComponentState(state)]


@register.simple_tag
def bars(days: Sequence[Day]) -> SafeString:
    """One path a state for the quiet days; one path a day, with its story, for the others."""
    quiet: dict[str, list[str]] = {"none": [], "ok": []}
    loud: list[tuple[str, str, str]] = []
    for index, day in enumerate(days):
        name = "none" if day.state is None else words.TONES[day.state]
        if name in quiet:
            quiet[name].append(_bar(index, name))
        else:
            loud.append((name, _bar(index, name), f"{words.short_date(day.date)}: {story(day)}"))
    paths = [(name, "".join(shapes)) for name, shapes in quiet.items() if shapes]
    drawn = format_html_join("", '<path class="{}" d="{}"/>', paths)
    told = format_html_join("", '<path class="{}" d="{}"><title>{}</title></path>', loud)
    return mark_safe(drawn + told)  # noqa: S308  both are escaped where they are made


def _bar(index: int, name: str) -> str:
    top, height, width = _BARS[name]
    left = index * 5 + (5 - width) // 2
    return f"M{left} {top}h{width}v{height}h-{width}z"


@register.filter
def story(day: Day) -> str:
    """What a day was like: Major outage, 39 min."""
    if day.state is None:
        return "No data"
    seconds = day.seconds.get(day.state)
    return day.state.label + (f", {words.spell(seconds)}" if seconds else "")


@register.filter
def told(days: Sequence[Day]) -> str:
    """The bars in words, for those who cannot see them."""
    known = [day for day in days if day.state is not None]
    bad = [day for day in known if day.seconds]
    parts = [f"{words.short_date(day.date)} {story(day).lower()}" for day in bad[::-1]]
    if len(known) < LENGTH:
        parts.append(f"no data before {words.short_date(known[0].date)}" if known else "no data")
    rest = "every other day operational" if bad else "operational every day"
    return "; ".join([*parts, rest] if len(known) > len(bad) else parts)


@register.filter
def troubled(days: Sequence[Day]) -> list[Day]:
    """The days that were not all operational, newest first."""
    return [day for day in days[::-1] if day.seconds]


@register.filter
def quiet(days: Sequence[Day]) -> int:
    """How many known days were operational throughout."""
    return len([day for day in days if day.state == ComponentState.OPERATIONAL])


@register.filter
def percent(figure: float | None) -> str:
    return "" if figure is None else f"{figure:.2f}".rstrip("0").rstrip(".") + " %"
