"""How the page says things, in the active language: states, lists of names, lengths of time, dates
in UTC. What people wrote stays as they wrote it."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from html import unescape
from typing import Final

from django.db.models import Choices
from django.utils import dateformat
from django.utils.formats import get_format
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, gettext_noop, ngettext, pgettext

from incidents.kernel import markdown
from statuspage.models import ComponentState

TONES: Final = {
    ComponentState.OPERATIONAL: "ok",
    ComponentState.MAINTENANCE: "maintenance",
    ComponentState.DEGRADED: "degraded",
    ComponentState.PARTIAL_OUTAGE: "partial",
    ComponentState.MAJOR_OUTAGE: "major",
}
# The labels of the models, named here so that they are found by whoever translates.
LABELS: Final = (
    *(gettext_noop("Operational"), gettext_noop("Maintenance"), gettext_noop("Degraded")),
    *(gettext_noop("Partial outage"), gettext_noop("Major outage")),
    *(gettext_noop("Investigating"), gettext_noop("Cause found")),
    *(gettext_noop("Fix in place, watching"), gettext_noop("Resolved")),
    *(gettext_noop("Post-mortem"), gettext_noop("Scheduled"), gettext_noop("In progress")),
    *(gettext_noop("Verifying"), gettext_noop("Completed"), gettext_noop("Cancelled")),
    *(gettext_noop("Announced"), gettext_noop("Reminder"), gettext_noop("New dates")),
)
_HEADING: Final = re.compile(r"(</?)h[1-6]\b")
_CHECKBOX: Final = re.compile(r"<input\b[^>]*>")
LEDE: Final = 280


def label(state: Choices) -> str:
    return gettext(str(state.label))


def join(names: Sequence[str]) -> str:
    """A · A and B · A, B and C."""
    if len(names) < 2:
        return "".join(names)
    return gettext("%(names)s and %(last)s") % {"names": ", ".join(names[:-1]), "last": names[-1]}


def some(names: Sequence[str], total: int, *, most: int = 3) -> str:
    """The names, or how many of `total` there are where they are too many for a headline."""
    if len(names) <= most:
        return join(names)
    return gettext("%(count)d of %(total)d components") % {"count": len(names), "total": total}


def few(names: Sequence[str], *, most: int = 4) -> str:
    """A, B, C, D and 18 more."""
    if len(names) <= most + 1:
        return ", ".join(names)
    parts = {"names": ", ".join(names[:most]), "count": len(names) - most}
    return gettext("%(names)s and %(count)d more") % parts


def sentence(names: str, state: ComponentState, *, many: int) -> str:
    """What components in that state do: Online checkout is down."""
    said = {
        ComponentState.MAINTENANCE: ngettext(
            "%(names)s is under maintenance", "%(names)s are under maintenance", many
        ),
        ComponentState.DEGRADED: ngettext("%(names)s is degraded", "%(names)s are degraded", many),
        ComponentState.PARTIAL_OUTAGE: ngettext(
            "%(names)s is partly down", "%(names)s are partly down", many
        ),
        ComponentState.MAJOR_OUTAGE: ngettext("%(names)s is down", "%(names)s are down", many),
    }
    return said[state] % {"names": names}


def spell(seconds: float) -> str:
    """A length of time, rounded down: 39 min, 2 h 10 min, 3 d 4 h."""
    minutes = int(seconds // 60)
    if minutes < 1:
        return gettext("less than a minute")
    if minutes < 60:
        return gettext("%(minutes)d min") % {"minutes": minutes}
    hours, minute = divmod(minutes, 60)
    if hours < 48:
        parts = {"hours": hours, "minutes": minute}
        return (
            gettext("%(hours)d h %(minutes)d min") if minute else gettext("%(hours)d h")
        ) % parts
    days, hour = divmod(hours, 24)
    parts = {"days": days, "hours": hour}
    return (gettext("%(days)d d %(hours)d h") if hour else gettext("%(days)d d")) % parts


def short_date(day: date | datetime) -> str:
    return dateformat.format(_utc(day), pgettext("date without year, as Django writes it", "j M"))


def long_date(day: date | datetime) -> str:
    return dateformat.format(_utc(day), pgettext("date, as Django writes it", "j M Y"))


def full_date(day: date | datetime) -> str:
    return dateformat.format(
        _utc(day), pgettext("date with weekday, as Django writes it", "l j F Y")
    )


def clock(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%H:%M UTC")


def stretch(start: datetime, end: datetime) -> str:
    """Sunday 8 November 2026, 02:00 to 03:30 UTC."""
    begins, ends = start.astimezone(UTC), end.astimezone(UTC)
    parts = {
        "day": full_date(begins),
        "start": begins.strftime("%H:%M"),
        "end": clock(ends),
        "last_day": full_date(ends),
    }
    if begins.date() == ends.date():
        return gettext("%(day)s, %(start)s to %(end)s") % parts
    return gettext("%(day)s, %(start)s to %(last_day)s, %(end)s") % parts


def percent(figure: float | None) -> str:
    if figure is None:
        return ""
    digits = f"{figure:.2f}".rstrip("0").rstrip(".")
    return digits.replace(".", str(get_format("DECIMAL_SEPARATOR"))) + "\xa0%"


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


def sections(text: str) -> list[tuple[str, SafeString]]:
    """Markdown as parts, each with its heading; what comes before the first heading has none."""
    opening, *rest = re.split(r"<h4[^>]*>(.*?)</h4>", prose(text), flags=re.DOTALL)
    found = [("", opening), *zip(rest[::2], rest[1::2], strict=True)]
    return [
        (unescape(strip_tags(head)), mark_safe(body))  # noqa: S308  parts of what `prose` sanitised
        for head, body in found
        if head or body.strip()
    ]
