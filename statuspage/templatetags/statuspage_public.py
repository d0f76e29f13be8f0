"""Times, signs and bars of the public page. All times are UTC; a script adds how long ago."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Final

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from statuspage.models import ComponentState, MaintenanceUpdate, PublicState, PublicUpdate
from statuspage.models.page import Counting
from statuspage.rendering import assets as files
from statuspage.rendering import stamps, words
from statuspage.rendering.days import LENGTH, Day

register = template.Library()
register.filter("prose", words.prose)
register.filter("sections", words.sections)
register.filter("spell", words.spell)
register.filter("few", words.few)
register.filter("short_date", words.short_date)
register.filter("long_date", words.long_date)
register.filter("percent", words.percent)

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


@register.simple_tag
def sign(tone: str) -> SafeString:
    """The sign of a state: its shape says it without the colour too."""
    return format_html('<svg class="icon" aria-hidden="true"><use href="#i-{}"/></svg>', tone)


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


@register.filter
def label(state: str) -> str:
    """Of a component's state."""
    return words.label(ComponentState(state))


@register.filter
def state_word(update: PublicUpdate | MaintenanceUpdate) -> str:
    """What an update says by its state, or what it is where it says none."""
    if isinstance(update, PublicUpdate):
        return words.label(PublicState(update.state))
    if update.kind == MaintenanceUpdate.Kind.STATE:
        return gettext(update.get_state_display())
    return words.label(MaintenanceUpdate.Kind(update.kind))


@register.simple_tag
def quiet_days() -> SafeString:
    """One drawing of ninety days on which all worked; most components show nothing else."""
    shapes = "".join(_bar(index, "ok") for index in range(LENGTH))
    return format_html('<path id="d90" d="{}"/>', shapes)


@register.simple_tag
def bars(days: Sequence[Day]) -> SafeString:
    """The quiet days together, and one path a day, with its story, for the others."""
    unknown = len([day for day in days if day.state is None])
    loud = [
        (words.TONES[day.state], _bar(index, words.TONES[day.state]),
         f"{words.short_date(day.date)}: {story(day)}")
        for index, day in enumerate(days)
        if day.state not in (None, ComponentState.OPERATIONAL)
    ]  # fmt: skip
    told = format_html_join("", '<path class="{}" d="{}"><title>{}</title></path>', loud)
    return mark_safe(_quiet(unknown) + told)  # noqa: S308  escaped where they are made


def _quiet(unknown: int) -> str:
    if not unknown:
        return '<use class="ok" href="#d90"/>'
    none = "".join(_bar(index, "none") for index in range(unknown))
    known = "".join(_bar(index, "ok") for index in range(unknown, LENGTH))
    return f'<path class="none" d="{none}"/>' + (f'<path class="ok" d="{known}"/>' if known else "")


def _bar(index: int, name: str) -> str:
    top, height, width = _BARS[name]
    left = index * 5 + (5 - width) // 2
    return f"M{left} {top}h{width}v{height}h-{width}z"


@register.filter
def story(day: Day) -> str:
    """What a day was like: Major outage, 39 min."""
    if day.state is None:
        return gettext("No data")
    seconds = day.seconds.get(day.state)
    return words.label(day.state) + (f", {words.spell(seconds)}" if seconds else "")


@register.filter
def told(days: Sequence[Day]) -> str:
    """The bars in words, for those who cannot see them."""
    known = [day for day in days if day.state is not None]
    bad = [day for day in known if day.seconds]
    parts = [f"{words.short_date(day.date)}: {story(day)}" for day in bad[::-1]]
    if not known:
        parts.append(gettext("no data"))
    elif len(known) < LENGTH:
        first = words.short_date(known[0].date)
        parts.append(gettext("no data before %(day)s") % {"day": first})
    if len(known) > len(bad):
        rest = gettext("every other day operational") if bad else gettext("operational every day")
        parts.append(rest)
    return "; ".join(parts)


@register.filter
def unknown(days: Sequence[Day]) -> int:
    """How many of the first days have no data."""
    return len([day for day in days if day.state is None])


@register.filter
def troubled(days: Sequence[Day]) -> list[Day]:
    """The days that were not all operational, newest first."""
    return [day for day in days[::-1] if day.seconds]


@register.filter
def quiet(days: Sequence[Day]) -> int:
    """How many known days were operational throughout."""
    return len([day for day in days if day.state == ComponentState.OPERATIONAL])


@register.filter
def rule(page: Counting) -> str:
    """How the page counts availability, in words."""
    partial = (
        gettext("a partial outage for %(weight)d %% of its time")
        if page.partial_weight
        else gettext("a partial outage not at all")
    )
    degraded = (
        gettext("degraded time for %(weight)d %% of its length")
        if page.degraded_weight
        else gettext("degraded time not at all")
    )
    maintenance = (
        gettext("maintenance counts as lost time")
        if page.maintenance_counts
        else gettext("maintenance is left out")
    )
    parts = [
        gettext("a major outage counts in full"),
        partial % {"weight": page.partial_weight},
        degraded % {"weight": page.degraded_weight},
        maintenance,
    ]
    return ", ".join(parts)
