"""How the page says things: lists of names, lengths of time, dates in UTC."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Final

from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe

from incidents.kernel import markdown
from statuspage.models import ComponentState

TONES: Final = {
    ComponentState.OPERATIONAL: "ok",
    ComponentState.MAINTENANCE: "maintenance",
    ComponentState.DEGRADED: "degraded",
    ComponentState.PARTIAL_OUTAGE: "partial",
    ComponentState.MAJOR_OUTAGE: "major",
}
# What a component in that state does, after its name.
_PREDICATES: Final = {
    ComponentState.MAINTENANCE: ("is under maintenance", "are under maintenance"),
    ComponentState.DEGRADED: ("is degraded", "are degraded"),
    ComponentState.PARTIAL_OUTAGE: ("is partly down", "are partly down"),
    ComponentState.MAJOR_OUTAGE: ("is down", "are down"),
}
_HEADING: Final = re.compile(r"(</?)h[1-6]\b")
_CHECKBOX: Final = re.compile(r"<input\b[^>]*>")
LEDE: Final = 280


def join(names: Sequence[str]) -> str:
    """A · A and B · A, B and C."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def some(names: Sequence[str], total: int, *, most: int = 3) -> str:
    """The names, or how many of `total` there are where they are too many for a headline."""
    return join(names) if len(names) <= most else f"{len(names)} of {total} components"


def predicate(state: ComponentState, *, many: bool) -> str:
    return _PREDICATES[state][many]


def spell(seconds: float) -> str:
    """A length of time, rounded down: 39 min, 2 h 10 min, 3 d 4 h."""
    minutes = int(seconds // 60)
    if minutes < 1:
        return "less than a minute"
    if minutes < 60:
        return f"{minutes} min"
    hours, minute = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minute} min" if minute else f"{hours} h"
    days, hour = divmod(hours, 24)
    return f"{days} d {hour} h" if hour else f"{days} d"


def short_date(day: date | datetime) -> str:
    return _utc(day).strftime("%-d %b")


def long_date(day: date | datetime) -> str:
    return _utc(day).strftime("%-d %b %Y")


def clock(when: datetime) -> str:
    return _utc(when).strftime("%H:%M UTC")


def _utc(when: date | datetime) -> date | datetime:
    return when.astimezone(UTC) if isinstance(when, datetime) else when


def prose(text: str) -> SafeString:
    """Markdown of an update. The page has one h1 of its own, so headings become small ones; a
    box to tick has no use here and no label."""
    html = _CHECKBOX.sub("", markdown.render(text))
    return mark_safe(_HEADING.sub(r"\1h4", html))  # noqa: S308  sanitised by the line above


def gist(text: str) -> str:
    """The first paragraph of an update as plain words."""
    plain = strip_tags(markdown.render(text.strip().split("\n\n")[0]))
    words = " ".join(plain.split())
    return words if len(words) <= LEDE else f"{words[:LEDE].rsplit(' ', 1)[0]}…"
